"""Two judges' verdicts on the same pairs as a table of four, with kappa and its interval."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from app.interval_bar import IntervalBar
from app.widgets import column, label, restyle, row
from engine.review.agreement import Agreement

_HEADS = ("✓ accepts", "✕ rejects")
_ROOMY = 140  # pixels
KAPPA_TIP = (
    "Cohen's kappa: agreement beyond what chance alone would give. 1 is full agreement, 0 what "
    "chance gives (dashed). The line is its 95 % interval."
)
NOT_DEFINED = "κ is not defined: chance alone would agree as often"


class ConfusionTable(QWidget):
    """Rows are the first judge's verdicts, columns the second's; where both agree is marked."""

    def __init__(self) -> None:
        super().__init__()
        self._first = label("", "caption")
        self._second = label("", "caption")
        self._heads = [label(head, "muted") for head in (*_HEADS, *_HEADS)]
        self._cells = [[_Cell(line == place) for place in (0, 1)] for line in (0, 1)]
        self.kappa = label("", name="Cohen's kappa")
        self.agreed = label("", "muted", "Agreement")
        self.bar = IntervalBar(-0.25, 1, mark=0)
        for part in (self.kappa, self.bar):
            part.setToolTip(KAPPA_TIP)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.addWidget(self._second, 0, 2, 1, 2, Qt.AlignmentFlag.AlignHCenter)
        grid.addWidget(self._first, 2, 0, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        for place in (0, 1):
            grid.addWidget(self._heads[place], 1, 2 + place, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(self._heads[2 + place], 2 + place, 1)
            grid.setColumnStretch(2 + place, 1)
            for line in (0, 1):
                grid.addWidget(self._cells[line][place], 2 + line, 2 + place)
        layout = column(spacing=8)
        layout.addLayout(grid)
        told, drawn = QWidget(), QWidget()
        told.setLayout(column(self.kappa, self.agreed, spacing=3))
        ends = QWidget()
        ends.setLayout(row(label("less than chance", "caption"), None, label("full", "caption")))
        drawn.setLayout(column(self.bar, ends, spacing=0))
        drawn.setMaximumWidth(self.bar.maximumWidth())
        below = row(told, drawn, spacing=20)
        below.setStretch(1, 1)
        layout.addLayout(below)
        self.setLayout(layout)

    def show_agreement(self, found: Agreement, first: str, second: str) -> None:
        """Show a table between two who are called `first` and `second`."""
        self._first.setText(first)
        self._second.setText(second)
        said = ("accepts", "rejects")
        for line in (0, 1):
            for place in (0, 1):
                count = found.table[line][place]
                name = f"{first} {said[line]}, {second} {said[place]}"
                self._cells[line][place].show_count(count, name)
        if math.isnan(found.kappa):
            self.kappa.setText(NOT_DEFINED if found.count else "")
        else:
            kappa, low, high = map(signed, (found.kappa, found.low, found.high))
            self.kappa.setText(f"κ {kappa}   (95 % interval {low} to {high})")
        self.bar.show_interval(found.kappa, found.low, found.high)
        share = f", {100 * found.agreed / found.count:.0f} %" if found.count else ""
        self.agreed.setText(f"The same on {found.agreed} of {found.count} pairs{share}")

    def set_roomy(self, roomy: bool) -> None:
        """Whether the four stand as high as a large window allows."""
        for cell in (one for line in self._cells for one in line):
            cell.setMinimumHeight(_ROOMY if roomy else 0)

    def text_at(self, line: int, place: int) -> str:
        """The figure in a cell."""
        return self._cells[line][place].text


def signed(value: float) -> str:
    """Two decimals, with a minus sign as wide as a digit."""
    return f"{value:.2f}".replace("-", "−")


class _Cell(QFrame):
    """One of the four; colour and an equals sign mark the two in which both agree."""

    def __init__(self, same: bool) -> None:
        super().__init__()
        self.setObjectName("tableCell")
        restyle(self, "same", "yes" if same else "no")
        self._count = QLabel()
        self._count.setProperty("role", "figure")
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sign = label("= same" if same else "≠ differ", "caption")
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(row(None, self._count, sign, None, margins=(6, 3, 6, 3), spacing=8))

    @property
    def text(self) -> str:
        """The figure."""
        return self._count.text()

    def show_count(self, count: int, name: str) -> None:
        self._count.setText(str(count))
        self.setAccessibleName(f"{name}: {count} pairs")
        self.setToolTip(f"{name}: {count} pairs")
