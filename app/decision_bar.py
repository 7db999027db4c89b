"""The decision bar: what the pair counts as now, what each key will do, and how far one is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.actions import Actions
from app.consequences import bulk_consequence, clearing, consequence, effect
from app.elided_label import ElidedLabel
from app.theme import colours
from app.why_strip import WhyStrip
from app.widgets import ActionButton, column, label, row, tool_button
from engine.review.decisions import Verdict
from engine.review.project import PairRow
from engine.review.records import Counts

__all__ = ["DecisionBar", "consequence"]

_DECIDING = {"reject": Verdict.REJECT, "accept": Verdict.ACCEPT}


class DecisionBar(QWidget):
    """Buttons for the decision keys, with the consequence in words beside and above them.

    why: the line above, which asks for the reason of a decision that needs one.
    """

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("decisionBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self.why = WhyStrip(actions)
        self._where = label(role="title", name="Where you are")
        self._what = ElidedLabel("What counts now")
        self._counts = label(name="Counts")
        self._decided = label(role="muted", name="Decided")
        self._effects = {name: _caption(name) for name in _DECIDING}
        left = _stacked(self._where, self._what)
        right = _stacked(self._counts, self._decided)
        for text in (self._where, self._what, self._counts, self._decided):
            # Whatever the texts, the buttons stay where the mouse has found them.
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for text in (self._counts, self._decided):
            text.setAlignment(Qt.AlignmentFlag.AlignRight)
        middle = QWidget()
        middle.setLayout(
            row(
                tool_button(actions["previous"]),
                *(
                    _stacked(ActionButton(actions[name], name, key_shown=True), caption)
                    for name, caption in self._effects.items()
                ),
                tool_button(actions["next"]),
                tool_button(actions["next_undecided"]),
                12,
                tool_button(actions["clear"]),
                tool_button(actions["undo"]),
                tool_button(actions["redo"]),
                spacing=6,
            )
        )
        keys = row(left, middle, right, margins=(18, 0, 18, 8), spacing=16)
        for place in (0, 2):
            keys.setStretch(place, 1)
        layout = column(self.why, margins=(0, 4, 0, 0), spacing=2)
        layout.addLayout(keys)
        self.setLayout(layout)

    def show_state(
        self,
        pair_row: PairRow | None,
        place: int,
        counts: Counts,
        expecting: bool = False,
        chosen: Sequence[PairRow] = (),
        shown: int | None = None,
        reviewer: str = "",
    ) -> None:
        """Say where one is and what a key will do; `expecting` while pairs are being made.

        chosen: the pairs that a decision is about; shown: how many the sheet shows, if not all.
        """
        if len(chosen) > 1:
            self._where.setText(f"{len(chosen)} pairs selected")
            self._what.setText(bulk_consequence(chosen))
        elif pair_row is None:
            self._where.setText("No pair chosen" if counts.total else "No pairs yet")
            todo = "They are being made" if expecting else "Generate some under Train and generate"
            self._what.setText("" if counts.total else todo)
        else:
            of = counts.total if shown is None else shown
            self._where.setText(f"Pair {place + 1} of {of}")
            self._what.setText(consequence(pair_row))
        self._what.setToolTip(self._what.text())
        concerned = chosen or ([] if pair_row is None else [pair_row])
        self._say_effects(concerned, reviewer)
        self._show_counts(counts)

    def _say_effects(self, concerned: Sequence[PairRow], reviewer: str) -> None:
        """What each key would do: a few words beneath it, a sentence above."""
        hints = []
        for name, verdict in _DECIDING.items():
            found = effect(concerned, verdict, reviewer) if concerned else None
            self._effects[name].setText(found.short if found else "")
            if found:
                hints.append(f"{self._key(name)} {found.sentence}")
        cleared = clearing(concerned, reviewer)
        if cleared:
            hints.append(f"{self._key('clear')} {cleared}")
        self.why.hint("    ·    ".join(hints))

    def _key(self, name: str) -> str:
        action = self._actions[name]
        return action.shortcut().toString() or action.text()

    def _show_counts(self, counts: Counts) -> None:
        self._counts.setText(
            f'<span style="color:{colours().accept}">✓ {counts.accepted}</span>&nbsp;&nbsp; '
            f'<span style="color:{colours().reject}">✕ {counts.rejected}</span>'
        )
        self._counts.setTextFormat(Qt.TextFormat.RichText)
        self._counts.setAccessibleDescription(
            f"{counts.accepted} accepted, {counts.rejected} rejected"
        )
        overridden = f", {counts.overridden} against the gate" if counts.overridden else ""
        self._decided.setText(f"{counts.decided} decided{overridden}")

    @property
    def text(self) -> str:
        """What the bar says about the pair."""
        return f"{self._where.text()}\n{self._what.text()}"


def _caption(name: str) -> QLabel:
    made = label(role="caption", name=f"What {name} would do")
    made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return made


def _stacked(*parts: QWidget) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for part in parts:
        layout.addWidget(part)
    return made
