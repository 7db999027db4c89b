"""Bars of how far each landmark lies from where it is expected, against the limit of its own."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.theme import colours
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.figures import beside_limit

_LINE = 21
_FEW = 8
_LEAST_SCALE = 10.0  # mm; so that a good hand does not look like a bad one
_LIMIT_AT = 0.7  # of the track; a bar may go that much beyond its limit before it is cut off
_FIGURES, _LONG_FIGURES = 74, 92  # pixels for "✕ 12.3 / 16.0" and for more digits
_USUAL_LENGTH = len("✕ 12.3 / 16.0")


@dataclass(frozen=True)
class Residual:
    """A landmark's distance from where it is expected, and what it may be; NaN for no limit."""

    landmark: int
    millimetres: float
    limit: float

    @property
    def limited(self) -> bool:
        return bool(np.isfinite(self.limit))

    @property
    def beyond(self) -> bool:
        return self.millimetres > self.limit

    @property
    def strain(self) -> float:
        """The share of the limit that it takes up."""
        return self.millimetres / self.limit

    @property
    def figures(self) -> tuple[str, str]:
        """Millimetres and limit as text; more digits where one is just beyond."""
        if not self.beyond:
            return f"{self.millimetres:.1f}", f"{self.limit:.1f}"
        return beside_limit(self.millimetres, self.limit)

    @property
    def figures_text(self) -> str:
        """Both as a line has them, with a cross where the limit is passed."""
        told, most = self.figures
        limit = f" / {most}" if self.limited else ""
        return f"{'✕ ' if self.beyond else ''}{told}{limit}"


def residuals_of(found: Assessment) -> list[Residual]:
    """The known residuals: those with a limit first, the most strained before the others."""
    known = np.flatnonzero(np.isfinite(found.residuals)).tolist()
    made = [Residual(i, float(found.residuals[i]), float(found.limits[i])) for i in known]
    limited = sorted((one for one in made if one.limited), key=lambda one: -one.strain)
    free = sorted((one for one in made if not one.limited), key=lambda one: -one.millimetres)
    return limited + free


class ResidualBars(QWidget):
    """One line per landmark: number, name, a bar in its group's colour, millimetres of the limit.

    The limit is a line at the same place of every bar, so that one look tells which come near it; a
    bar beyond it turns red, with a cross before the figures. Bars without a limit are drawn to one
    scale of millimetres. Clicked, or reached with the arrow keys, a landmark is chosen.
    """

    landmark_chosen = Signal(int)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._anatomy = anatomy
        self._residuals: list[Residual] = []
        self._all_shown = False
        self._line = -1
        self._room = _FIGURES
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Distance of each landmark from where it is expected")

    @property
    def residuals(self) -> list[Residual]:
        """What is listed, from the top."""
        return self._residuals if self._all_shown else self._residuals[:_FEW]

    def show_residuals(self, found: Assessment | None) -> None:
        """List the residuals of an assessment."""
        self._residuals = [] if found is None else residuals_of(found)
        worst = "; ".join(self._told(one) for one in self._residuals[:_FEW])
        self.setAccessibleDescription(worst)
        self._resize()

    def show_all(self, shown: bool) -> None:
        """List every landmark, or the few that are nearest to their limits."""
        self._all_shown = shown
        self._resize()

    def sizeHint(self) -> QSize:
        return QSize(240, max(1, len(self.residuals)) * _LINE)

    def _told(self, one: Residual) -> str:
        name = self._anatomy.landmark_names[one.landmark]
        told, most = one.figures
        limit = f"limit {most} mm" if one.limited else "no limit"
        return f"{one.landmark} {name}: {told} mm, {limit}"

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        if not self._residuals:
            painter.setPen(QColor(colours().muted))
            text = "The mean shape could not be matched"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
        free = [one.millimetres for one in self._residuals if not one.limited]
        scale = max(_LEAST_SCALE, *free) if free else _LEAST_SCALE
        for line, one in enumerate(self.residuals):
            area = QRectF(0, line * _LINE, self.width(), _LINE)
            if line == self._line:
                painter.fillRect(area, QColor(colours().raised))
            share = _LIMIT_AT * one.strain if one.limited else one.millimetres / scale
            self._draw_name(painter, area, one)
            self._draw_bar(painter, area, one, min(1.0, share))
            self._draw_figures(painter, area, one)
        if self.hasFocus():
            painter.setPen(QColor(colours().accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw_name(self, painter: QPainter, area: QRectF, one: Residual) -> None:
        painter.setPen(QColor(colours().muted))
        room = self._track(area).left() - 8
        text = f"{one.landmark}  {self._anatomy.landmark_names[one.landmark]}"
        fitting = QFontMetrics(painter.font()).elidedText(
            text, Qt.TextElideMode.ElideRight, int(room) - 4
        )
        place = QRectF(area.x() + 2, area.y(), room, area.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, fitting)

    def _draw_bar(self, painter: QPainter, area: QRectF, one: Residual, share: float) -> None:
        track = self._track(area)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().hover))
        painter.drawRoundedRect(track, 3, 3)
        colour = colours().reject if one.beyond else self._anatomy.group_of(one.landmark).colour
        # The edge tells a yellow bar from a light page.
        painter.setPen(QPen(QColor(colours().outline), 1))
        painter.setBrush(QColor(colour))
        bar = QRectF(track)
        bar.setWidth(max(3.0, track.width() * share))
        painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if one.limited:
            x = track.x() + track.width() * _LIMIT_AT
            painter.setPen(QPen(QColor(colours().text), 1.2))
            painter.drawLine(QLineF(x, track.top() - 4, x, track.bottom() + 4))

    def _draw_figures(self, painter: QPainter, area: QRectF, one: Residual) -> None:
        painter.setPen(QColor(colours().reject if one.beyond else colours().text))
        place = QRectF(area.right() - self._room, area.y(), self._room - 2, area.height())
        painter.drawText(
            place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, one.figures_text
        )

    def _track(self, area: QRectF) -> QRectF:
        width = max(30.0, 0.34 * (area.width() - self._room))
        return QRectF(area.right() - self._room - width - 4, area.center().y() - 3.5, width, 7)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            line = self._line_at(QPointF(event.pos()))
            text = self._told(self.residuals[line]) if line >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._line_at(event.position()))

    def leaveEvent(self, _event: QEvent) -> None:
        self._point_at(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(self._line_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._residuals:
            self._choose(min(max(0, self._line + step), len(self.residuals) - 1))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._point_at(-1)
        super().focusOutEvent(event)

    def _choose(self, line: int) -> None:
        self._point_at(line)
        if line >= 0:
            self.landmark_chosen.emit(self.residuals[line].landmark)

    def _line_at(self, where: QPointF) -> int:
        line = int(where.y() // _LINE)
        return line if 0 <= line < len(self.residuals) else -1

    def _point_at(self, line: int) -> None:
        if line != self._line:
            self._line = line
            self.update()

    def _resize(self) -> None:
        self._line = min(self._line, len(self.residuals) - 1)
        longest = max((len(one.figures_text) for one in self.residuals), default=0)
        self._room = _FIGURES if longest <= _USUAL_LENGTH else _LONG_FIGURES
        self.updateGeometry()
        self.update()
