"""The strip under the header while a job runs: how far it is, and the ways to pause and end it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from app.icons import icon
from app.job_state import JobState
from app.widgets import ActionButton, label, restyle, row

_STOP = "End soon and keep what was made"
_STOP_GENERATING = f"{_STOP}: a project only grows, so its pairs cannot be discarded, but rejected"


class JobStrip(QWidget):
    """Shows the running job; hidden while there is none.

    Args:
        pause: the window's action; the strip keeps its words up to date.
    """

    stop_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, pause: QAction) -> None:
        super().__init__()
        self.setObjectName("jobStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pause = pause
        self._title = label(name="Running job")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._progress.setAccessibleName("Progress of the job")
        self._text = label(role="muted", name="How far the job is")
        self.pause = ActionButton(pause)
        self.stop = _button("Stop and keep", "stop", _STOP)
        self.cancel = _button("Cancel and discard", "cancel", "End soon and throw it away")
        self.stop.clicked.connect(self.stop_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        layout = row(
            self._title, self._progress, self._text, self.pause, self.stop, self.cancel, spacing=12
        )
        layout.setContentsMargins(18, 6, 18, 6)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def begin(self, state: JobState) -> None:
        """Show a job that began."""
        generates = state.job.kind == "generate"  # what is in the project stays there
        self.cancel.setVisible(not generates)
        self.stop.setVisible(state.job.kind != "export")  # which is there whole or not at all
        for describe in (self.stop.setToolTip, self.stop.setAccessibleDescription):
            describe(_STOP_GENERATING if generates else _STOP)
        self.pause.setVisible(state.job.pausable)
        self.show_state(state)
        self.show()

    def show_state(self, state: JobState) -> None:
        """Bring the figures up to date."""
        self._title.setText(state.title)
        fraction = state.pace.fraction
        self._progress.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._progress.setValue(round(1000 * fraction))
        self._text.setText(state.line)
        restyle(self._text, "role", "warning" if state.awaited and not state.ending else "muted")
        for button in (self.stop, self.cancel):
            button.setEnabled(not state.ending)

    def offer_pause(self, paused: bool, awaited: bool) -> None:
        """Say what the pause's button does now; awaited: the job waits for the reviewer."""
        text, tip = "Pause", "Let the job rest after its present step"
        if awaited:
            text, tip = "Go on now", "Make as many pairs again before waiting for decisions"
        elif paused:
            text, tip = "Resume", "Let the job go on where it rests"
        if self._pause.text() == text:
            return
        self._pause.setText(text)
        key = self._pause.shortcut().toString()
        self._pause.setToolTip(f"{tip} ({key})" if key else tip)
        self._pause.setIcon(icon("resume" if paused else "pause"))
        self.pause.setIcon(self._pause.icon())

    @property
    def text(self) -> str:
        """What the strip says."""
        return self._text.text()


def _button(text: str, name: str, tip: str) -> QPushButton:
    made = QPushButton(icon(name), text)
    made.setToolTip(tip)
    made.setAccessibleName(text)
    made.setAccessibleDescription(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
