"""Bars of how far each landmark lies from the matched mean shape, the largest first."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.overlays import residual_order
from app.theme import colours
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment

_BAR_HEIGHT = 21
_FEW = 8
_LEAST_SCALE = 10.0  # mm; so that a good hand does not look like a bad one


class ResidualBars(QWidget):
    """One line per landmark: number, name, bar in its group's colour, millimetres.

    Under policy `paper` the group that has a limit carries it as a line; beyond it the bar and the
    number turn red.
    """

    landmark_chosen = Signal(int)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._anatomy = anatomy
        self._residuals: list[tuple[int, float]] = []
        self._limited = frozenset(anatomy.group(anatomy.plausibility.group).landmarks)
        self._judged_by_limit = False
        self._all_shown = False
        self._hovered = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Distance of each landmark from the mean shape")

    def show_residuals(self, found: Assessment | None) -> None:
        """List the residuals of an assessment."""
        self._residuals = []
        self._judged_by_limit = found is not None and found.policy == "paper"
        if found is not None:
            order = residual_order(found.residuals)
            self._residuals = [(i, float(found.residuals[i])) for i in order]
        worst = "; ".join(f"{i} {mm:.1f} mm" for i, mm in self._residuals[:_FEW])
        self.setAccessibleDescription(worst)
        self._resize()

    def show_all(self, shown: bool) -> None:
        """List every landmark, or the few that lie furthest off."""
        self._all_shown = shown
        self._resize()

    def sizeHint(self) -> QSize:
        return QSize(240, max(1, len(self._visible())) * _BAR_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        if not self._residuals:
            painter.setPen(QColor(colours().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, "No mean shape matched")
        scale = max(_LEAST_SCALE, max((mm for _, mm in self._residuals), default=0.0))
        for line, (landmark, millimetres) in enumerate(self._visible()):
            area = QRectF(0, line * _BAR_HEIGHT, self.width(), _BAR_HEIGHT)
            self._draw(painter, area, landmark, millimetres, scale)
        painter.end()

    def _draw(
        self, painter: QPainter, area: QRectF, landmark: int, millimetres: float, scale: float
    ) -> None:
        if landmark == self._hovered:
            painter.fillRect(area, QColor(colours().raised))
        limited = self._judged_by_limit and landmark in self._limited
        limit = self._anatomy.plausibility.millimetres if limited else None
        beyond = limit is not None and millimetres > limit
        painter.setPen(QColor(colours().muted))
        name_area = QRectF(area.x() + 2, area.y(), area.width() * 0.56, area.height())
        name = f"{landmark}  {self._anatomy.landmark_names[landmark]}"
        fitting = painter.fontMetrics().elidedText(
            name, Qt.TextElideMode.ElideRight, int(name_area.width()) - 6
        )
        painter.drawText(name_area, Qt.AlignmentFlag.AlignVCenter, fitting)
        track = QRectF(name_area.right(), area.center().y() - 3, area.width() * 0.44 - 48, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().raised))
        painter.drawRoundedRect(track, 3, 3)
        colour = colours().reject if beyond else self._anatomy.group_of(landmark).colour
        painter.setBrush(QColor(colour))
        bar = QRectF(track)
        bar.setWidth(max(2.0, track.width() * min(1.0, millimetres / scale)))
        painter.drawRoundedRect(bar, 3, 3)
        if limit is not None and limit <= scale:
            x = track.x() + track.width() * limit / scale
            painter.setPen(QPen(QColor(colours().text), 1.2))
            painter.drawLine(x, track.top() - 4, x, track.bottom() + 4)  # type: ignore[call-overload]
        painter.setPen(QColor(colours().reject if beyond else colours().text))
        value = QRectF(area.right() - 46, area.y(), 44, area.height())
        painter.drawText(
            value, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{millimetres:.1f}"
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._landmark_at(event))

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        landmark = self._landmark_at(event)
        if landmark >= 0:
            self.landmark_chosen.emit(landmark)

    def _landmark_at(self, event: QMouseEvent) -> int:
        line = int(event.position().y() // _BAR_HEIGHT)
        visible = self._visible()
        return visible[line][0] if 0 <= line < len(visible) else -1

    def _hover(self, landmark: int) -> None:
        if landmark != self._hovered:
            self._hovered = landmark
            self.update()

    def _visible(self) -> list[tuple[int, float]]:
        return self._residuals if self._all_shown else self._residuals[:_FEW]

    def _resize(self) -> None:
        self._hovered = -1
        self.updateGeometry()
        self.update()
