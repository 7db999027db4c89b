"""The inspector: verdict, reasons, residuals, where the pair comes from, who decided what."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget

from app.belief_strip import BeliefStrip, sureness, weakest
from app.copy_risk_panel import CopyRiskPanel
from app.exact_panel import ExactPanel
from app.note_field import NoteField
from app.pair_origin import labelling_text, origin_text
from app.reason_button import ReasonButton, ReasonList
from app.residual_bars import ResidualBars
from app.trail_words import (
    MARK,
    decision_text,
    others_notes,
    own_note,
    reviewers_lines,
    trail_lines,
)
from app.widgets import column, label, restyle, row
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.review.project import Origin, PairRow, TrailEntry, Verdict


class Inspector(QScrollArea):
    """Everything known about the current pair, in words.

    landmarks_chosen: those that a reason, a bar or a belief is about; none when it is let go.
    """

    landmarks_chosen = Signal(tuple)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setAccessibleName("Inspector")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._anatomy = anatomy
        self._verdict = label(role="title", name="Verdict")
        self._decision = _wrapped("muted", "Reviewer's decision")
        self._sureness = _wrapped("", "How sure the labelling is")
        self._labelling = _wrapped("muted", "Labelling")
        self._origin = _wrapped("muted", "Where the pair comes from")
        self._others_notes = _wrapped("muted", "Others' notes")
        self._reviewers = _wrapped("", "Reviewers' decisions")
        self._history = _wrapped("muted", "History of decisions")
        self._reasons = ReasonList("reason")
        self._weakest = ReasonList("finding")
        self.note = NoteField()
        self.exact = ExactPanel(anatomy)
        self.copies = CopyRiskPanel()
        self.bars = ResidualBars(anatomy)
        self.beliefs = BeliefStrip(anatomy)
        self._all = QPushButton("Show all")
        self._all.setProperty("role", "link")
        self._all.setCheckable(True)
        self._all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._all.toggled.connect(self._show_all)
        for reasons in (self._reasons, self._weakest, self.exact):
            reasons.chosen.connect(self._choose_reason)
        for marks in (self.bars, self.beliefs):
            marks.landmark_chosen.connect(self._choose_landmark)
        self._body = self._lay_out()
        self.setWidget(self._body)
        self.show_pair(None, None, None, [])

    def show_pair(
        self,
        pair_row: PairRow | None,
        found: Assessment | None,
        origin: Origin | None,
        trail: Sequence[TrailEntry],
        reviewer: str = "",
    ) -> None:
        """Describe a pair, or nothing, to a reviewer.

        trail: what the reviewer may see of it.
        """
        self._body.setVisible(pair_row is not None)
        if pair_row is None or found is None:
            self.note.show_note("", "")
            return
        self._verdict.setText(verdict_title(pair_row))
        restyle(self._verdict, "verdict", str(pair_row.counts_as))
        self.show_judgement(found)
        self.exact.show_pair(pair_row.identifier)
        self.copies.show_risk(found.copy_risk)
        self._origin.setText("" if origin is None else origin_text(origin, pair_row))
        self.note.show_note(pair_row.identifier, own_note(trail, reviewer))
        self.show_trail(pair_row, trail, reviewer)

    @Slot(object)
    def show_correction(self, found: Assessment) -> None:
        """Show what the gate would say of landmarks that are being moved; nothing is kept yet."""
        verdict = Verdict.ACCEPT if found.accepted else Verdict.REJECT
        self._verdict.setText(f"{MARK[verdict]}  {'Acceptable' if found.accepted else 'Refused'}")
        restyle(self._verdict, "verdict", str(verdict))
        self._decision.setText("by the gate, as the landmarks lie now; not kept yet")
        self.show_judgement(found)

    def show_judgement(self, found: Assessment) -> None:
        """Show reasons, residuals and beliefs, as they change under a dragged landmark."""
        self._reasons.show_reasons(found.reasons)
        self.bars.show_residuals(found)
        self.beliefs.show_beliefs(found)
        self._sureness.setText(sureness(found, self._anatomy))
        self._weakest.show_reasons(weakest(found, self._anatomy))
        self._labelling.setText(labelling_text(found))

    def show_trail(self, pair_row: PairRow, trail: Sequence[TrailEntry], reviewer: str) -> None:
        """Tell who decided, noted and did what."""
        self._decision.setText(decision_text(pair_row))
        for shown, lines in (
            (self._others_notes, others_notes(trail, reviewer)),
            (self._reviewers, reviewers_lines(pair_row.decisions)),
            (self._history, trail_lines(trail)),
        ):
            shown.setText("\n".join(lines))
            shown.setVisible(bool(lines))

    @Slot()
    def write_note(self) -> None:
        """Bring the note into view and let the reviewer write it."""
        self.ensureWidgetVisible(self.note)
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def reason_buttons(self) -> list[ReasonButton]:
        """The reasons shown, each a button that highlights its landmarks."""
        return self._reasons.buttons

    def _lay_out(self) -> QWidget:
        body = QWidget()
        layout = column(self._verdict, self._decision, 6, self._reasons, margins=18, spacing=6)
        residual_head = row(label("RESIDUAL / LIMIT, MM", "section"), None, self._all)
        for head, *parts in (
            (residual_head, self.bars),
            ("NOTE", self.note, self._others_notes),
            ("LABELLING", self._sureness, self.beliefs, self._weakest, self._labelling, self.exact),
            ("DECISIONS", self._reviewers, self._history),
            ("COPY RISK", self.copies),
            ("MADE FROM", self._origin),
        ):
            layout.addSpacing(10)
            if isinstance(head, str):
                layout.addWidget(label(head, "section"))
            else:
                layout.addLayout(head)
            for part in parts:
                layout.addWidget(part)
        layout.addStretch(1)
        body.setLayout(layout)
        return body

    @Slot(object)
    def _choose_reason(self, chosen: ReasonButton) -> None:
        for button in self.reason_buttons + self._weakest.buttons + self.exact.findings:
            if button is not chosen:
                button.setChecked(False)
        self.landmarks_chosen.emit(chosen.reason.landmarks if chosen.isChecked() else ())

    @Slot(int)
    def _choose_landmark(self, landmark: int) -> None:
        self.landmarks_chosen.emit((landmark,))

    @Slot(bool)
    def _show_all(self, shown: bool) -> None:
        self._all.setText("Show fewer" if shown else "Show all")
        self.bars.show_all(shown)


def verdict_title(pair_row: PairRow) -> str:
    """What the pair counts as, with its mark."""
    word = "Accepted" if pair_row.counts_as is Verdict.ACCEPT else "Rejected"
    return f"{MARK[pair_row.counts_as]}  {word}"


def _wrapped(role: str, name: str) -> QLabel:
    made = label(role=role, name=name)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made
