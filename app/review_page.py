"""The review page: contact sheet, viewer, inspector and decision bar on one project."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.actions import Actions
from app.contact_sheet import ContactSheet
from app.decision_bar import DecisionBar
from app.exact_checks import ExactAnswer, ExactChecks, ExactQuestion
from app.inspector import Inspector
from app.viewer import Viewer
from app.widgets import SYNTHETIC, column, label
from engine.errors import OssaError
from engine.review.decisions import Verdict
from engine.review.project import PairRow, ReviewProject

_DECIDING = ("accept", "reject", "clear")
_MOVING = ("previous", "next", "next_undecided")


class ReviewPage(QWidget):
    """Shows one project and takes one reviewer's decisions on it."""

    failed = Signal(str)
    counts_changed = Signal()

    def __init__(
        self, project: ReviewProject, actions: Actions, reviewer: str, checks: ExactChecks
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.project = project
        self._actions = actions
        self._reviewer = reviewer
        self._checks = checks
        self._active = True
        self._expecting = False
        self.sheet = ContactSheet()
        self.viewer = Viewer(project.anatomy, actions)
        self.inspector = Inspector(project.anatomy)
        self.bar = DecisionBar(actions)
        self._count = label(role="section", name="Number of pairs")
        self.splitter = self._split()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.bar)
        self.sheet.pair_chosen.connect(self._show_pair)
        self.inspector.landmarks_chosen.connect(self.viewer.highlight)
        self.inspector.exact.asked.connect(self._check_exactly)
        checks.answered.connect(self.inspector.exact.show_answer)
        self._connect_actions()
        self.sheet.set_project(project)
        self.sheet.go_to(0)
        self.update_state()

    def append_new(self) -> None:
        """Show the pairs that joined the project; the one that is looked at stays."""
        if self.sheet.pairs.append_new():
            if self.sheet.place < 0:
                self.sheet.go_to(0)
            self.update_state()

    def leave(self) -> None:
        """Let go of the project's files and of the window's actions."""
        for name, slot in self._slots.items():
            self._actions[name].triggered.disconnect(slot)
        self._actions.enable((*_DECIDING, *_MOVING, "undo", "redo"), False)
        self._checks.answered.disconnect(self.inspector.exact.show_answer)
        self.viewer.let_go()
        self.sheet.set_project(None)

    def set_active(self, active: bool) -> None:
        """Take decision keys only while the page is shown."""
        self._active = active
        self.update_state()

    def set_expecting(self, expecting: bool) -> None:
        """Whether pairs are being made for this page; said for as long as there is none."""
        self._expecting = expecting
        self.update_state()

    @Slot()
    def update_state(self) -> None:
        """Bring the bar and the actions up to date."""
        current = self.sheet.current
        counts = self.project.counts()
        self._count.setText(f"PAIRS · {counts.total}")
        nothing = "The first pair is on its way" if self._expecting else "No pairs yet"
        self.viewer.message.setText("" if counts.total else nothing)
        self.bar.show_state(current, self.sheet.place, counts, self._expecting)
        self._enable_actions(current)
        self.counts_changed.emit()

    def _enable_actions(self, current: PairRow | None) -> None:
        some = self._active and current is not None
        self._actions.enable((*_DECIDING, *_MOVING), some)
        decided = current is not None and current.decision is not None
        self._actions["clear"].setEnabled(some and decided)
        self._actions["undo"].setEnabled(self._active and self.project.can_undo(self._reviewer))
        self._actions["redo"].setEnabled(self._active and self.project.can_redo(self._reviewer))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._hold(event, hidden=True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._hold(event, hidden=False)

    def _hold(self, event: QKeyEvent, hidden: bool) -> None:
        if event.key() != Qt.Key.Key_H or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            event.ignore()
        elif not event.isAutoRepeat():
            self.viewer.hide_overlays(hidden)

    @Slot(str)
    def _show_pair(self, identifier: str) -> None:
        project = self.project
        try:
            assessment = project.assessment(identifier)
            self.viewer.show_pair(project.pair(identifier), assessment)
            self.inspector.show_pair(
                project.row(identifier),
                assessment,
                project.origin(identifier),
                project.trail(identifier),
            )
        except OssaError as error:
            self.viewer.show_pair(None, None)
            self.inspector.show_pair(None, None, None, [])
            self.failed.emit(str(error))
        self.update_state()

    @Slot()
    def _check_exactly(self) -> None:
        current = self.sheet.current
        if current is None:
            return
        project, identifier = self.project, current.identifier
        try:
            found, prior = project.assessment(identifier), project.prior_arrays()
        except OssaError as error:
            self.inspector.exact.show_answer(ExactAnswer(identifier, None, str(error)))
            return
        self._checks.ask(ExactQuestion(identifier, found, prior, project.anatomy))

    @Slot()
    def _accept(self) -> None:
        self._decide(Verdict.ACCEPT)

    @Slot()
    def _reject(self) -> None:
        self._decide(Verdict.REJECT)

    @Slot()
    def _clear(self) -> None:
        self._decide(None)

    def _decide(self, verdict: Verdict | None) -> None:
        current = self.sheet.current
        if current is None:
            return
        try:
            self.project.decide([current.identifier], verdict, self._reviewer)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self.sheet.pairs.reread([current.identifier])
        last = self.sheet.place == self.sheet.pairs.rowCount() - 1
        if verdict is None or last:
            self._show_pair(current.identifier)
        else:
            self.sheet.go_to(self.sheet.place + 1)

    @Slot()
    def _undo(self) -> None:
        self._step(redo=False)

    @Slot()
    def _redo(self) -> None:
        self._step(redo=True)

    def _step(self, redo: bool) -> None:
        try:
            step = self.project.redo if redo else self.project.undo
            changed = step(self._reviewer)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self.sheet.pairs.reread(changed)
        if changed:
            self.sheet.go_to_pair(changed[-1])
            self._show_pair(changed[-1])

    @Slot()
    def _go_previous(self) -> None:
        self.sheet.go_to(self.sheet.place - 1)

    @Slot()
    def _go_next(self) -> None:
        self.sheet.go_to(self.sheet.place + 1)

    @Slot()
    def _go_next_undecided(self) -> None:
        place = self.sheet.pairs.next_undecided(self.sheet.place)
        if place is not None:
            self.sheet.go_to(place)

    def _connect_actions(self) -> None:
        self._slots = {
            "accept": self._accept,
            "reject": self._reject,
            "clear": self._clear,
            "undo": self._undo,
            "redo": self._redo,
            "previous": self._go_previous,
            "next": self._go_next,
            "next_undecided": self._go_next_undecided,
        }
        for name, slot in self._slots.items():
            self._actions[name].triggered.connect(slot)

    def _split(self) -> QSplitter:
        left = QWidget()
        left.setObjectName("side")
        head = QWidget()
        synthetic = label(SYNTHETIC, "synthetic")
        head.setLayout(column(self._count, synthetic, margins=(14, 10, 8, 6), spacing=3))
        left.setLayout(column(head, self.sheet, spacing=0))
        left.setMinimumWidth(282)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for part in (left, self.viewer, self.inspector):
            splitter.addWidget(part)
        self.inspector.setMinimumWidth(326)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([286, 668, 326])  # two columns of thumbnails
        return splitter
