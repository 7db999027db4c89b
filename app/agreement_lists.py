"""The lists of the agreement page: reviewers, overridden reasons, and limits worth trying."""

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.confusion_table import signed
from app.interval_bar import IntervalBar
from app.widgets import column, label
from engine.assess.proportion import wilson_interval
from engine.review.agreement import OverriddenReason, ReviewerCount
from engine.review.thresholds import Threshold

_REASONS = 6
_CLOSE, _ROOMY = 4, 14  # pixels between rows
_FEW = 30  # decisions; fewer say little about a limit
NOBODY = "There is no decision to show yet"
NO_REASON = "The gate has refused no pair for a reason"
LOOKING = "Looking which limits would have agreed best …"
NO_LIMITS = "Limits are compared once pairs that the gate judged have been decided on"
BEST_ALREADY = "No single other limit would have agreed better with these decisions"
ONE_KIND = "Limits can be compared once reviewers have both accepted and rejected pairs"


class GridList(QWidget):
    """A table of labels that is made anew when there is something else to say."""

    def __init__(self, stretched: int) -> None:
        super().__init__()
        self._stretched, self._gap = stretched, _CLOSE
        self._table = QWidget()
        self._place = column(self._table)
        self.setLayout(self._place)

    def show_cells(self, heads: Sequence[str], rows: Sequence[Sequence[QWidget | str]]) -> None:
        """Show rows of texts and widgets under their heads."""
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(self._gap)
        grid.setColumnStretch(self._stretched, 1)
        for place, head in enumerate(heads):
            grid.addWidget(label(head, "section"), 0, place)
        for line, cells in enumerate(rows, start=1):
            for place, cell in enumerate(cells):
                shown = label(cell) if isinstance(cell, str) else cell
                grid.addWidget(shown, line, place, Qt.AlignmentFlag.AlignVCenter)
        self._place.replaceWidget(self._table, made)
        self._table.deleteLater()
        self._table = made

    def set_roomy(self, roomy: bool) -> None:
        """Whether rows stand as far apart as a large window allows."""
        self._gap = _ROOMY if roomy else _CLOSE
        if isinstance(grid := self._table.layout(), QGridLayout):
            grid.setVerticalSpacing(self._gap)

    def show_line(self, text: str) -> None:
        """Say why there is no table."""
        words = label(text, "muted")
        words.setWordWrap(True)
        self.show_cells((), [[words]])


class ReviewerList(GridList):
    """Who decided how much."""

    def __init__(self) -> None:
        super().__init__(stretched=0)

    def show_counts(self, counts: Sequence[ReviewerCount]) -> None:
        """One row a reviewer."""
        if not counts:
            self.show_line(NOBODY)
            return
        heads = ("REVIEWER", "DECIDED", "INDEPENDENT", "AGAINST THE GATE")
        rows = [
            (one.who, str(one.decided), str(one.independent), str(one.overridden)) for one in counts
        ]
        self.show_cells(heads, rows)


class ReasonList(GridList):
    """Which of the gate's reasons reviewers override most."""

    def __init__(self) -> None:
        super().__init__(stretched=2)

    def show_reasons(self, reasons: Sequence[OverriddenReason]) -> None:
        """One row a reason, the most overridden first."""
        if not reasons:
            self.show_line(NO_REASON)
            return
        heads = ("REASON", "OVERRIDDEN", "SHARE OF THOSE DECIDED", "REFUSED")
        self.show_cells(heads, [self._row(one) for one in reasons[:_REASONS]])

    def _row(self, one: OverriddenReason) -> tuple[QWidget | str, ...]:
        words = one.code.replace("-", " ").capitalize()
        bar = IntervalBar(0, 1)
        low, high = map(float, wilson_interval(one.overridden, one.decided))
        value = one.overridden / one.decided if one.decided else math.nan
        bar.show_interval(value, low, high)
        bar.setToolTip(f"95 % interval {100 * low:.0f} to {100 * high:.0f} % (Wilson)")
        return words, f"{one.overridden} of {one.decided}", bar, str(one.refused)


class LimitList(GridList):
    """Limits as they are and as they would have agreed best, each with a button that tries it.

    try_asked: policy and limits by name.
    """

    try_asked = Signal(str, dict)

    def __init__(self) -> None:
        super().__init__(stretched=0)
        self.buttons: list[QPushButton] = []

    def show_thresholds(self, policy: str, thresholds: Sequence[Threshold]) -> None:
        """One row for each limit that would have agreed better."""
        self.buttons = []
        better = sorted(
            (one for one in thresholds if one.differs), key=lambda one: one.kappa, reverse=True
        )
        if not better:
            self.show_line(_why_none(thresholds))
            return
        heads = ("LIMIT", "NOW", "BEST", "SAME VERDICT, NOW", "WITH BEST", "κ NOW", "WITH BEST", "")
        self.show_cells(heads, [self._row(policy, one) for one in better])

    def _row(self, policy: str, one: Threshold) -> tuple[QWidget | str, ...]:
        button = _TryButton(policy, one)
        button.tried.connect(self.try_asked)
        self.buttons.append(button)
        return (
            f"{one.limit.title}, {one.limit.unit}",
            f"{one.now:.2f}",
            f"{one.best:.2f}",
            f"{one.agreed_now} of {one.count}",
            f"{one.agreed} of {one.count}",
            _kappa(one.kappa_now),
            _kappa(one.kappa),
            button,
        )


class _TryButton(QPushButton):
    """Tries one limit."""

    tried = Signal(str, dict)

    def __init__(self, policy: str, threshold: Threshold) -> None:
        super().__init__("Try it")
        self._policy, self._limits = policy, {threshold.limit.name: threshold.best}
        self.setProperty("role", "key")
        self.setAutoDefault(True)
        self.setAccessibleName(f"Try {threshold.limit.title.lower()} {threshold.best:g}")
        self.setToolTip("Judge the project by this limit; nothing is kept before you say so")
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.tried.emit(self._policy, self._limits)


def limits_note(thresholds: Sequence[Threshold]) -> str:
    """What to keep in mind about limits found on so many decisions."""
    count = thresholds[0].count if thresholds else 0
    few = f" {count} decisions are few for that." if 0 < count < _FEW else ""
    return (
        "Each limit alone, the others as they are, by κ with the decisions that count. It was "
        f"found on the decisions that it is measured by: check it on new pairs.{few}"
    )


def _why_none(thresholds: Sequence[Threshold]) -> str:
    if not thresholds:
        return NO_LIMITS
    return ONE_KIND if all(math.isnan(one.kappa) for one in thresholds) else BEST_ALREADY


def _kappa(value: float) -> str:
    return "–" if math.isnan(value) else signed(value)
