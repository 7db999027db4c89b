"""A figure with its interval as a small picture: a dot, a line from low to high, and a mark."""

import math

from PySide6.QtCore import QLineF, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import colours

_HEIGHT, _SIDE, _DOT, _CAP = 22, 8, 4.5, 4.0
_NARROW, _WIDE = 120, 380


class IntervalBar(QWidget):
    """Drawn on an axis from `first` to `last`; `mark` is what chance alone would give, if told.

    It says nothing to a screen reader: the same figures stand beside it as text.
    """

    def __init__(self, first: float, last: float, mark: float | None = None) -> None:
        super().__init__()
        self._axis, self._mark = (first, last), mark
        self._shown: tuple[float, float, float] | None = None
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(_NARROW)
        self.setMaximumWidth(_WIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_interval(self, value: float, low: float, high: float) -> None:
        """Draw these; NaN draws the axis alone."""
        self._shown = None if math.isnan(value) else (value, low, high)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        table, middle = colours(), _HEIGHT / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(table.outline), 1))
        painter.drawLine(QLineF(_SIDE, middle, self.width() - _SIDE, middle))
        if self._mark is not None:
            painter.setPen(QPen(QColor(table.muted), 1.4, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(self._x(self._mark), 1, self._x(self._mark), _HEIGHT - 1))
        if self._shown is not None:
            value, low, high = map(self._x, self._shown)
            painter.setPen(QPen(QColor(table.accent), 2.4))
            painter.drawLine(QLineF(low, middle, high, middle))
            for end in (low, high):
                painter.drawLine(QLineF(end, middle - _CAP, end, middle + _CAP))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(table.text))
            painter.drawEllipse(QPointF(value, middle), _DOT, _DOT)
        painter.end()

    def _x(self, value: float) -> float:
        first, last = self._axis
        share = min(max((value - first) / (last - first), 0.0), 1.0)
        return _SIDE + share * (self.width() - 2 * _SIDE)
