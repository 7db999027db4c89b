"""The decision bar: what the pair counts as now, what each key will do, and how far one is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.actions import Actions
from app.theme import colours
from app.widgets import ActionButton, label, row, tool_button
from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict
from engine.review.project import PairRow
from engine.review.records import Counts


class DecisionBar(QWidget):
    """Buttons for the decision keys, with the consequence in words beside them."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("decisionBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._where = label(role="title", name="Where you are")
        self._what = label(role="muted", name="What counts now")
        self._counts = label(name="Counts")
        self._decided = label(role="muted", name="Decided")
        left = _stacked(self._where, self._what)
        left.setMinimumWidth(300)
        right = _stacked(self._counts, self._decided)
        middle = QWidget()
        middle.setLayout(
            row(
                tool_button(actions["previous"]),
                ActionButton(actions["reject"], "reject", key_shown=True),
                ActionButton(actions["accept"], "accept", key_shown=True),
                tool_button(actions["next"]),
                tool_button(actions["next_undecided"]),
                12,
                tool_button(actions["clear"]),
                tool_button(actions["undo"]),
                tool_button(actions["redo"]),
                spacing=6,
            )
        )
        self.setLayout(row(left, None, middle, None, right, margins=(18, 10, 18, 10), spacing=16))

    def show_state(
        self, pair_row: PairRow | None, place: int, counts: Counts, expecting: bool = False
    ) -> None:
        """Say where one is and what a key will do; `expecting` while pairs are being made."""
        if pair_row is None:
            self._where.setText("No pair chosen" if counts.total else "No pairs yet")
            todo = "They are being made" if expecting else "Generate some under Train and generate"
            self._what.setText("" if counts.total else todo)
        else:
            self._where.setText(f"Pair {place + 1} of {counts.total}")
            self._what.setText(consequence(pair_row))
        self._counts.setText(
            f'<span style="color:{colours().accept}">✓ {counts.accepted}</span>&nbsp;&nbsp; '
            f'<span style="color:{colours().reject}">✕ {counts.rejected}</span>'
        )
        self._counts.setTextFormat(self._counts.textFormat().RichText)
        self._counts.setAccessibleDescription(
            f"{counts.accepted} accepted, {counts.rejected} rejected"
        )
        overridden = f", {counts.overridden} against the gate" if counts.overridden else ""
        self._decided.setText(f"{counts.decided} decided{overridden}")

    @property
    def text(self) -> str:
        """What the bar says about the pair."""
        return f"{self._where.text()}\n{self._what.text()}"


def consequence(pair_row: PairRow) -> str:
    """What happens to a pair as things stand."""
    who = "the gate" if pair_row.decision is None else f"{pair_row.decided_by}"
    if pair_row.counts_as is Verdict.ACCEPT and pair_row.copy_level is CopyLevel.COPY:
        return f"Accepted by {who}: held out of an export as a copy"
    if pair_row.counts_as is Verdict.ACCEPT:
        return f"Accepted by {who}: it will be exported"
    return f"Rejected by {who}: it will not be exported"


def _stacked(*parts: QWidget) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for part in parts:
        layout.addWidget(part)
    return made
