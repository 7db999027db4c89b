"""The inspector: verdict, reasons, residuals, where the pair comes from, who decided what."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.copy_words import COPY_WORDS
from app.exact_panel import ExactPanel
from app.reason_button import ReasonButton
from app.residual_bars import ResidualBars
from app.widgets import column, label, restyle, row
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment, Reason
from engine.assess.copy_risk import COPY_RATIO, CopyRisk
from engine.review.decisions import TrailEntry, Verdict
from engine.review.project import Origin, PairRow

_DONE = {Verdict.ACCEPT: "accepted", Verdict.REJECT: "rejected"}


class Inspector(QScrollArea):
    """Everything known about the current pair, in words."""

    landmarks_chosen = Signal(tuple)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setAccessibleName("Inspector")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._verdict = label(role="title", name="Verdict")
        self._decision = _wrapped("muted", "Reviewer's decision")
        self._labelling = _wrapped("muted", "Labelling")
        self._copies = _wrapped("muted", "Likeness to training radiographs")
        self._origin = _wrapped("muted", "Where the pair comes from")
        self._history = _wrapped("muted", "History of decisions")
        self._reasons = QVBoxLayout()
        self._reasons.setSpacing(6)
        self._reason_buttons: list[ReasonButton] = []
        self.exact = ExactPanel(anatomy)
        self.exact.chosen.connect(self._choose_reason)
        self.bars = ResidualBars(anatomy)
        self.bars.landmark_chosen.connect(self._choose_landmark)
        self._all = QPushButton("Show all")
        self._all.setProperty("role", "link")
        self._all.setCheckable(True)
        self._all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._all.toggled.connect(self._show_all)
        self._body = self._lay_out()
        self.setWidget(self._body)
        self.show_pair(None, None, None, [])

    def show_pair(
        self,
        pair_row: PairRow | None,
        found: Assessment | None,
        origin: Origin | None,
        trail: list[TrailEntry],
    ) -> None:
        """Describe a pair, or nothing."""
        self._body.setVisible(pair_row is not None)
        if pair_row is None or found is None:
            return
        accepted = pair_row.counts_as is Verdict.ACCEPT
        self._verdict.setText("✓  Accepted" if accepted else "✕  Rejected")
        restyle(self._verdict, "verdict", str(pair_row.counts_as))
        self._decision.setText(decision_text(pair_row))
        self._show_reasons(found.reasons)
        self.bars.show_residuals(found)
        self._labelling.setText(labelling_text(found))
        self.exact.show_pair(pair_row.identifier)
        self._copies.setText(copies_text(found.copy_risk))
        self._origin.setText("" if origin is None else origin_text(origin, pair_row))
        self._history.setText("\n".join(trail_lines(trail)))

    @property
    def reason_buttons(self) -> list[ReasonButton]:
        """The reasons shown, each a button that highlights its landmarks."""
        return list(self._reason_buttons)

    def _lay_out(self) -> QWidget:
        body = QWidget()
        residual_head = row(label("FROM THE MEAN SHAPE, MM", "section"), None, self._all)
        layout = column(self._verdict, self._decision, margins=18, spacing=6)
        layout.addSpacing(6)
        layout.addLayout(self._reasons)
        layout.addSpacing(12)
        layout.addLayout(residual_head)
        layout.addWidget(self.bars)
        for title, *parts in (
            ("LABELLING", self._labelling, self.exact),
            ("COPY RISK", self._copies),
            ("MADE FROM", self._origin),
            ("DECISIONS", self._history),
        ):
            layout.addSpacing(12)
            layout.addWidget(label(title, "section"))
            for part in parts:
                layout.addWidget(part)
        layout.addStretch(1)
        body.setLayout(layout)
        return body

    def _show_reasons(self, reasons: tuple[Reason, ...]) -> None:
        for button in self._reason_buttons:
            self._reasons.removeWidget(button)
            button.deleteLater()
        self._reason_buttons = [ReasonButton(reason) for reason in reasons]
        for button in self._reason_buttons:
            button.chosen.connect(self._choose_reason)
            self._reasons.addWidget(button)

    @Slot(object)
    def _choose_reason(self, chosen: ReasonButton) -> None:
        for button in self._reason_buttons + self.exact.findings:
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


def _wrapped(role: str, name: str) -> QLabel:
    made = label(role=role, name=name)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


def decision_text(pair_row: PairRow) -> str:
    """Who says so, in one sentence."""
    gate = _DONE[pair_row.gate_verdict]
    if pair_row.decision is None:
        return f"by the gate (policy {pair_row.policy}); no reviewer has decided yet"
    if pair_row.decision is pair_row.gate_verdict:
        return f"by {pair_row.decided_by}, as the gate (policy {pair_row.policy})"
    return f"by {pair_row.decided_by}; the gate (policy {pair_row.policy}) {gate} it"


def labelling_text(found: Assessment) -> str:
    """Whether belief propagation settled, and the scale."""
    sweeps = f"{found.sweeps} sweep{'' if found.sweeps == 1 else 's'}"
    settled = f"Settled after {sweeps}" if found.converged else f"Did not settle in {sweeps}"
    missing = int((found.chosen < 0).sum())
    lines = [
        f"{settled}; {len(found.candidates)} candidates",
        f"{found.millimetres_per_pixel:.2f} mm per pixel",
    ]
    if missing:
        lines.append(f"{missing} landmarks have no candidate")
    return "\n".join(lines)


def copies_text(risk: CopyRisk | None) -> str:
    """How near the pair comes to a training radiograph."""
    if risk is None:
        return "Copies not checked"
    return "\n".join(
        [
            COPY_WORDS[risk.level],
            f"Nearest: {risk.nearest}, d1/d2 {risk.ratio:.2f} (a copy below {COPY_RATIO:.2f})",
            f"{risk.nearer_than:.0%} of held-out real radiographs come nearer",
            f"Landmarks alone: {risk.shape_nearest}, {risk.shape_distance:.1f} mm, "
            f"d1/d2 {risk.shape_ratio:.2f}",
        ]
    )


def origin_text(origin: Origin, pair_row: PairRow) -> str:
    """Seed, number and weights, and how it was drawn."""
    settings = origin.settings
    drawn = " · ".join(
        str(settings[key]) for key in ("preset", "sampler", "steps", "device") if key in settings
    )
    lines = [
        f"Seed {origin.seed}, pair {origin.index}",
        f"Weights {origin.weights_hash[:12]}",
        drawn.replace(f"{settings.get('steps')}", f"{settings.get('steps')} steps", 1),
        local_time(pair_row.created),
    ]
    return "\n".join(line for line in lines if line)


def trail_lines(trail: list[TrailEntry]) -> list[str]:
    """The audit trail of a pair, newest first, one line an entry."""
    return [f"{local_time(entry.when)}  {_entry_text(entry)}" for entry in reversed(trail)]


def _entry_text(entry: TrailEntry) -> str:
    said = "no decision" if entry.to_verdict is None else _DONE[entry.to_verdict]
    text = {
        "verdict": f"{entry.who.replace('gate:', 'gate, policy ')}: {said}",
        "decision": f"{entry.who}: {said if entry.to_verdict else 'decision cleared'}",
        "undo": f"{entry.who} undid: {said}",
        "redo": f"{entry.who} redid: {said}",
        "export": f"{entry.who}: exported",
    }.get(entry.what, f"{entry.who}: {entry.what}")
    return f"{text} ({entry.why})" if entry.why and entry.what != "verdict" else text


def local_time(when: str) -> str:
    """A UTC time in ISO 8601 as local time to the minute."""
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M")
