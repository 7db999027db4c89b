"""The queue of jobs: what has ended, what runs and what waits, in the order in which it runs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.icons import Picture, icon
from app.job_state import ENDED, JobState, Stage
from app.job_words import ended_text
from app.widgets import column, label, row

_ICONS = {
    Stage.WAITING: ("waiting", "muted"),
    Stage.RUNNING: ("resume", "accent"),
    Stage.PAUSED: ("pause", "warning"),
    Stage.FINISHED: ("accept", "accept"),
    Stage.STOPPED: ("stop", "muted"),
    Stage.CANCELLED: ("cancel", "muted"),
    Stage.FAILED: ("failed", "reject"),
}


class QueueRow(QFrame):
    """One job; a waiting one can be taken out."""

    removal_asked = Signal(object)

    def __init__(self, state: JobState) -> None:
        super().__init__()
        self.state = state
        self._stage: Stage | None = None
        self._pictures = {stage: Picture(name, 18, tint) for stage, (name, tint) in _ICONS.items()}
        self._name = label(state.job.name)
        self._line = label(role="legend")
        self.remove = QToolButton()
        self.remove.setIcon(icon("reject", "muted"))
        self.remove.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.remove.setToolTip("Take this job out of the queue")
        self.remove.setAccessibleName(f"Take out of the queue: {state.job.name}")
        self.remove.clicked.connect(self._on_remove)
        words = QWidget()
        words.setLayout(column(self._name, self._line, spacing=0))
        layout = row(*self._pictures.values(), words, self.remove, margins=(2, 3, 0, 3))
        layout.setStretch(len(self._pictures), 1)
        for part in (self._name, self._line):
            part.setMinimumWidth(0)
            part.setSizePolicy(part.sizePolicy().Policy.Ignored, part.sizePolicy().Policy.Preferred)
        self.setLayout(layout)
        self.refresh()

    def refresh(self) -> None:
        """Say where the job is now."""
        stage = self.state.shown_stage
        if stage is not self._stage:
            self._stage = stage
            for one, picture in self._pictures.items():
                picture.setVisible(one is stage)
            self.remove.setVisible(stage is Stage.WAITING)
        text = _line(self.state, stage)
        self._line.setText(text)
        self._line.setToolTip(text)
        self.setAccessibleName(f"{self.state.job.name}: {text}")

    @property
    def text(self) -> str:
        """What the row says below the job's name."""
        return self._line.text()

    @Slot()
    def _on_remove(self) -> None:
        self.removal_asked.emit(self.state)


class QueueCard(QFrame):
    """Every job of this session, ended ones above; hidden are those that nobody has to see."""

    removal_asked = Signal(object)
    tidying_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.rows: list[QueueRow] = []
        self.tidy = QPushButton("Clear ended")
        self.tidy.setProperty("role", "link")
        self.tidy.setAutoDefault(True)
        self.tidy.setToolTip("List only jobs that run or wait")
        self.tidy.clicked.connect(self.tidying_asked)
        self._empty = label("Nothing runs. What is started while a job runs waits here.", "muted")
        self._empty.setWordWrap(True)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 4, 0)
        self._list.setSpacing(2)
        self._list.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Queue of jobs")
        self._area.setWidget(body)
        head = QWidget()
        head.setLayout(row(label("QUEUE", "section"), None, self.tidy))
        layout = column(head, self._empty, self._area, margins=(14, 8, 8, 8), spacing=2)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.setMinimumHeight(120)
        self.show_jobs([])

    def show_jobs(self, states: Sequence[JobState]) -> None:
        """List these jobs; rows stay as long as their jobs do."""
        if [row.state for row in self.rows] != list(states):
            self._arrange(states)
        for one in self.rows:
            one.refresh()
        self.tidy.setVisible(any(state.stage in ENDED for state in states))

    def _arrange(self, states: Sequence[JobState]) -> None:
        known = {id(one.state): one for one in self.rows}
        grown = len(states) > len(self.rows)
        self.rows = [
            known.pop(id(state)) if id(state) in known else self._new_row(state) for state in states
        ]
        for gone in known.values():
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, one in enumerate(self.rows):
            self._list.insertWidget(place, one)
        self._empty.setVisible(not states)
        self._area.setVisible(bool(states))
        if grown and self.rows:
            self._list.activate()
            self._area.ensureWidgetVisible(self.rows[-1])

    def _new_row(self, state: JobState) -> QueueRow:
        made = QueueRow(state)
        made.removal_asked.connect(self.removal_asked)
        return made


def _line(state: JobState, stage: Stage) -> str:
    """The stage in a word, and what more there is to say."""
    if stage is Stage.WAITING:
        return "waiting"
    if stage in ENDED:
        said = ended_text(state).removeprefix(state.job.title).strip()
        return f"failed: {said}" if stage is Stage.FAILED else said
    return state.line if stage is Stage.PAUSED or state.ending else f"running · {state.line}"
