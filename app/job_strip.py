"""The strip under the header while a job runs: how far it is, and the two ways to end it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from app.icons import icon
from app.job_state import JobState
from app.theme import colours
from app.widgets import label, row


class JobStrip(QWidget):
    """Shows the running job; hidden while there is none."""

    stop_asked = Signal()
    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("jobStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = label(name="Running job")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._progress.setAccessibleName("Progress of the job")
        self._text = label(role="muted", name="How far the job is")
        self.stop = _button("Stop and keep", "stop", "End soon and keep what was made")
        self.cancel = _button("Cancel and discard", "cancel", "End soon and throw it away")
        self.stop.clicked.connect(self._on_stop)
        self.cancel.clicked.connect(self._on_cancel)
        layout = row(self._title, self._progress, self._text, self.stop, self.cancel, spacing=12)
        layout.setContentsMargins(18, 6, 18, 6)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def begin(self, state: JobState) -> None:
        """Show a job that began."""
        self.stop.setEnabled(True)
        self.cancel.setEnabled(True)
        self.cancel.setVisible(state.job.kind != "generate")  # what is in the project stays there
        self.show_state(state)
        self.show()

    def show_state(self, state: JobState) -> None:
        """Bring the figures up to date."""
        self._title.setText(state.title)
        fraction = state.pace.fraction
        self._progress.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._progress.setValue(round(1000 * fraction))
        if self.stop.isEnabled():
            self._text.setText(state.progress_text)

    def say_ending(self, text: str) -> None:
        """Show at once that the wish to end was heard."""
        self._text.setText(text)
        self.stop.setEnabled(False)
        self.cancel.setEnabled(False)

    @property
    def text(self) -> str:
        """What the strip says."""
        return self._text.text()

    @Slot()
    def _on_stop(self) -> None:
        self.say_ending("Stopping after this step …")
        self.stop_asked.emit()

    @Slot()
    def _on_cancel(self) -> None:
        self.say_ending("Cancelling …")
        self.cancel_asked.emit()


def _button(text: str, name: str, tip: str) -> QPushButton:
    made = QPushButton(icon(name, colours().text), text)
    made.setToolTip(tip)
    made.setAccessibleName(text)
    made.setAccessibleDescription(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
