"""How far reviewers agree with each other and with the gate, and what would make the gate agree."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QScrollArea, QWidget

from app import jobs
from app.actions import Actions
from app.agreement_lists import LOOKING, LimitList, ReasonList, ReviewerList, limits_note
from app.confusion_table import ConfusionTable
from app.counting_choice import CountingChoice
from app.reviewer_sight import left_out, sight_of
from app.settings import WindowSettings
from app.widgets import ActionButton, centred, column, label, row
from engine.errors import OssaError
from engine.review.agreement import (
    agreement_between,
    agreement_with_gate,
    count_reviewers,
    overridden_reasons,
)
from engine.review.project import PairRow, ReviewProject
from engine.review.records import Counting

_WIDEST = 1600  # pixels; beyond, figures stand too far from their names
_TALL = 1100  # pixels of height from which tables have room to breathe
_WHAT_COUNTS = "What counts"
_ALONE = "Only decisions made without sight of others'"
_ALONE_TIP = (
    "A decision is independent if nobody else had decided on that pair, or others' decisions were "
    "hidden (a setting, Ctrl+,)"
)
_CORRECTED = "Pairs with corrected landmarks are left out: the gate spoke about others"


class AgreementPage(QWidget):
    """Tables for one project, brought up to date whenever the page is shown.

    failed: one line; counting_changed: another rule counts now; job_requested: a quiet `Job` whose
    events `take` is given; reassess_asked: policy and limits to try.
    """

    failed = Signal(str)
    counting_changed = Signal()
    job_requested = Signal(object)
    reassess_asked = Signal(str, dict)

    def __init__(self, project: ReviewProject, actions: Actions, settings: WindowSettings) -> None:
        super().__init__()
        self.setObjectName("page")
        self._project = project
        self._settings = settings
        self._rows: Sequence[PairRow] = ()
        self._looked_at: tuple | None = None
        self.counting = CountingChoice()
        self.counting.counting_chosen.connect(self._on_counting)
        self.first, self.second = _reviewer_choice("First"), _reviewer_choice("Second")
        self.alone = QCheckBox(_ALONE)
        self.alone.setToolTip(_ALONE_TIP)
        self.alone.setChecked(True)
        self.between = ConfusionTable()
        self.judge = _reviewer_choice("Who is compared with the gate")
        self.gate = ConfusionTable()
        self.reviewers, self.reasons, self.limits = ReviewerList(), ReasonList(), LimitList()
        self.limits.try_asked.connect(self.reassess_asked)
        self.hidden = label("", "muted", "What is left out")
        self._note = label("", "muted", "What to keep in mind about limits")
        self._note.setWordWrap(True)
        self._lay_out(actions)
        for choice in (self.first, self.second):
            choice.currentIndexChanged.connect(self._compare_reviewers)
        self.alone.toggled.connect(self._compare_reviewers)
        self.judge.currentIndexChanged.connect(self._compare_with_gate)

    def refresh(self) -> None:
        """Read the project anew."""
        try:
            sight, rows = sight_of(self._settings), self._project.rows()
            self._rows = sight.rows(self._project, rows)
            self.counting.show_rules(self._project.counting(), self._project.reviewers())
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self.hidden.setText(left_out(sight.leaves_out(rows)))
        self.hidden.setVisible(bool(self.hidden.text()))
        counts = count_reviewers(self._rows)
        names = [one.who for one in counts]
        for choice, place in ((self.first, 0), (self.second, 1)):
            _offer(choice, names, place)
        _offer(self.judge, [_WHAT_COUNTS, *names], 0)
        self.reviewers.show_counts(counts)
        self.reasons.show_reasons(overridden_reasons(self._rows))
        self._compare_reviewers()
        self._compare_with_gate()
        self._look_for_limits()

    def take(self, event: Any) -> None:
        """Show the limits that a job has found."""
        if isinstance(event, jobs.ThresholdsFound) and event.project == self._project.folder:
            self.limits.show_thresholds(event.policy, event.thresholds)
            self._note.setText(limits_note(event.thresholds))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for table in (self.between, self.gate, self.reviewers, self.reasons, self.limits):
            table.set_roomy(self.height() >= _TALL)

    def leave(self) -> None:
        """The project is about to close."""
        self._rows = ()

    @Slot()
    def _compare_reviewers(self) -> None:
        first, second = self.first.currentText(), self.second.currentText()
        found = agreement_between(self._rows, first, second, self.alone.isChecked())
        self.between.show_agreement(found, first or "First", second or "Second")
        self._between_hint.setText(self._why_empty(first, second) if not found.count else "")
        self._between_hint.setVisible(not found.count)

    def _why_empty(self, first: str, second: str) -> str:
        if not first or not second:
            return "This needs the decisions of two reviewers"
        if first == second:
            return "Choose two different reviewers"
        if not self.alone.isChecked():
            return "No pair has been decided on by both"
        return f"No pair was decided on by both independently. {_ALONE_TIP}."

    @Slot()
    def _compare_with_gate(self) -> None:
        who = self.judge.currentText() or _WHAT_COUNTS
        one = None if self.judge.currentIndex() <= 0 else who
        self.gate.show_agreement(agreement_with_gate(self._rows, one), who, "The gate")

    def _look_for_limits(self) -> None:
        """Ask for the limits again if anything that was decided or judged has changed."""
        seen = tuple(
            (row.identifier, row.decision, row.accepted_by_gate, row.policy, row.corrected_verdict)
            for row in self._rows
            if row.decision is not None
        )
        if seen == self._looked_at:
            return
        self._looked_at = seen
        self._note.setText("")
        if not seen:
            self.limits.show_thresholds("", ())
            return
        self.limits.show_line(LOOKING)
        self.job_requested.emit(jobs.find_thresholds(self._project.folder, self._rows))

    @Slot(object)
    def _on_counting(self, chosen: Counting) -> None:
        try:
            self._project.set_counting(chosen, self._settings.reviewer)
        except OssaError as error:
            self.failed.emit(str(error))
        self.refresh()
        self.counting_changed.emit()

    def _lay_out(self, actions: Actions) -> None:
        self._between_hint = label("", "muted")
        self._between_hint.setWordWrap(True)
        names, rule = QWidget(), QWidget()
        names.setLayout(row(self.first, label("and", "muted"), self.second, None))
        rule.setLayout(row(label("Whose decision counts", "muted"), self.counting, None))
        judge = QWidget()
        judge.setLayout(row(self.judge, label("and the gate", "muted"), None))
        gate_note = label(_CORRECTED, "muted")
        gate_note.setWordWrap(True)
        again = QWidget()
        line = row(self._note, ActionButton(actions["reassess"]))
        line.setStretch(0, 1)
        again.setLayout(line)
        pair = _card("BETWEEN REVIEWERS", names, self.alone, self.between, self._between_hint)
        gate = _card("REVIEWER AND GATE", judge, gate_note, self.gate)
        everyone = _card("REVIEWERS", self.reviewers, rule)
        reasons = _card("THE GATE'S REASONS, OVERRIDDEN", self.reasons)
        limits = _card("LIMITS THAT WOULD HAVE AGREED BEST", self.limits, again)
        cards = QWidget()
        cards.setLayout(_in_columns((pair, gate), (everyone, reasons), (limits,)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(cards)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = label("Agreement", "title")
        head.setContentsMargins(18, 12, 18, 2)
        self.hidden.setContentsMargins(18, 0, 18, 2)
        body = QWidget()
        body.setLayout(column(head, self.hidden, scroll, spacing=4))
        self.setLayout(centred(body, _WIDEST))


def _in_columns(*lines: Sequence[QFrame]) -> QGridLayout:
    """Two cards a line; one that stands alone takes the whole line."""
    made = QGridLayout()
    made.setContentsMargins(18, 4, 18, 14)
    made.setSpacing(12)
    for line, cards in enumerate(lines):
        for place, card in enumerate(cards):
            made.addWidget(card, line, place, 1, 2 // len(cards))
            made.setColumnStretch(place, 1)
    made.setRowStretch(len(lines), 1)
    return made


def _reviewer_choice(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(f"{name} reviewer" if " " not in name else name)
    made.setMinimumWidth(150)
    return made


def _offer(choice: QComboBox, names: list[str], place: int) -> None:
    """Offer names; the one that was chosen stays chosen."""
    before = choice.currentText()
    with QSignalBlocker(choice):
        choice.clear()
        choice.addItems(names)
        if before in names:
            choice.setCurrentText(before)
        elif names:
            choice.setCurrentIndex(min(place, len(names) - 1))


def _card(title: str, *parts: QWidget) -> QFrame:
    made = QFrame()
    made.setObjectName("card")
    made.setLayout(
        column(label(title, "section"), *parts, None, margins=(14, 11, 14, 11), spacing=7)
    )
    return made
