"""The filter bar above the contact sheet: six small menus, how many pairs fit, and a way back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.actions import Actions
from app.filter_chip import FilterChip, Offer
from app.filter_words import DIMENSIONS, Dimension
from app.pair_choice import PairChoice
from app.pair_model import PairModel
from app.widgets import column, label, row

_COLUMNS = 3


class FilterBar(QWidget):
    """Says what the sheet shows and asks for something else; the sheet itself is not touched."""

    choice_asked = Signal(object)

    def __init__(self, pairs: PairModel, actions: Actions) -> None:
        super().__init__()
        self._pairs = pairs
        self._count = label(role="section", name="Number of pairs shown")
        self.clear_button = _link("Show all", actions["filter_clear"].toolTip())
        self.again_button = _link("", actions["filter_again"].toolTip())
        self.again_button.setAccessibleName("What no longer fits the filter")
        self.chips = {
            dimension.name: FilterChip(dimension, partial(self._offers, dimension))
            for dimension in DIMENSIONS
        }
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, chip in enumerate(self.chips.values()):
            grid.addWidget(chip, *divmod(place, _COLUMNS))
            chip.picked.connect(self._ask)
        for part in range(_COLUMNS):
            grid.setColumnStretch(part, 1)
        layout = column(spacing=4)
        layout.addLayout(row(self._count, None, self.clear_button))
        layout.addLayout(grid)
        layout.addWidget(self.again_button)
        self.setLayout(layout)
        self.clear_button.clicked.connect(self.clear)
        self.again_button.clicked.connect(self.apply_again)
        pairs.changed.connect(self.show_state)
        self._actions = actions
        self._slots = {
            "filter_focus": self.focus,
            "filter_clear": self.clear,
            "filter_again": self.apply_again,
        }
        for name, slot in self._slots.items():
            actions[name].triggered.connect(slot)
        self.show_state()

    def enable(self, active: bool) -> None:
        """Take the keys while the page is shown."""
        self._actions.enable(tuple(self._slots), active)

    def let_go(self) -> None:
        """Leave the window's actions alone."""
        for name, slot in self._slots.items():
            self._actions[name].triggered.disconnect(slot)
        self.enable(False)

    @property
    def text(self) -> str:
        """What the bar says: the count and, on a second line, what is out of date."""
        return "\n".join(part for part in (self._count.text(), self.again_button.text()) if part)

    @Slot()
    def show_state(self) -> None:
        """Bring the counts and the chips up to date with the sheet."""
        pairs, choice = self._pairs, self._pairs.choice
        total = _thousands(pairs.counts.total)
        shown = f"{_thousands(pairs.rowCount() - pairs.stale)} OF {total} PAIRS"
        self._count.setText(f"PAIRS · {total}" if choice.filter.is_open else shown)
        self.clear_button.setVisible(choice != PairChoice())
        self.again_button.setVisible(choice != PairChoice())
        for dimension in DIMENSIONS:
            self.chips[dimension.name].show_value(dimension.value_in(choice))
        out_of_date = self._out_of_date()
        self.again_button.setText(out_of_date)
        self.again_button.setEnabled(bool(out_of_date))

    @Slot()
    def clear(self) -> None:
        """Ask for every pair, in the order made."""
        self.choice_asked.emit(PairChoice())

    @Slot()
    def apply_again(self) -> None:
        """Ask for the same choice anew."""
        self.choice_asked.emit(self._pairs.choice)

    @Slot()
    def focus(self) -> None:
        """Give the keyboard to the first menu."""
        self.chips["verdict"].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _out_of_date(self) -> str:
        stale, late = self._pairs.stale, self._pairs.joined_late
        parts = [f"{_thousands(stale)} no longer fit{'s' if stale == 1 else ''}"] if stale else []
        parts += [f"{_thousands(late)} new at the end"] if late else []
        return f"↻ {', '.join(parts)}: apply again" if parts else ""

    @Slot(str, object)
    def _ask(self, name: str, value: Any) -> None:
        choice = self._pairs.choice
        if name == "order":
            self.choice_asked.emit(replace(choice, order=value))
        else:
            self.choice_asked.emit(replace(choice, filter=replace(choice.filter, **{name: value})))

    def _offers(self, dimension: Dimension) -> Sequence[Offer]:
        """A menu's lines, each with how many pairs it would show beside the other menus."""
        if dimension.name == "order":
            return [Offer(value, words) for value, words in dimension.options]
        options = list(dimension.options)
        if dimension.name == "reason":
            options += [(code, dimension.words(code)) for code in self._reasons()]
        now = self._pairs.choice.filter
        return [
            Offer(value, words, self._pairs.count_of(replace(now, **{dimension.name: value})))
            for value, words in options
        ]

    def _reasons(self) -> list[str]:
        """The codes that the gate gave in this project, the most frequent first."""
        tally = Counter(code for pair in self._pairs.rows for code in set(pair.reason_codes))
        return [code for code, _ in sorted(tally.items(), key=lambda item: (-item[1], item[0]))]


def _link(text: str, tip: str) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("role", "link")
    made.setToolTip(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
