"""What can be drawn over a radiograph. Each overlay is made once and only given new data."""

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPainterPath, QPen

from app.theme import DARK
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.canvas import CANVAS_SIZE

_CANVAS = QRectF(-0.5, -0.5, CANVAS_SIZE, CANVAS_SIZE)
_ToScreen = Callable[[np.ndarray], QPointF]
_LABEL_PIXELS = 11
_LABELLED_RESIDUALS = 6
_HALO = QColor(0, 0, 0, 215)


def heatmap_lookup() -> np.ndarray:
    """(256, 4) uint8: from nothing over magenta to near white, more opaque with height."""
    height = np.linspace(0, 1, 256)
    stops = [0.0, 0.5, 1.0]
    red = np.interp(height, stops, [180, 255, 255])
    green = np.interp(height, stops, [40, 90, 225])
    blue = np.interp(height, stops, [190, 190, 250])
    alpha = 255 * np.clip(height * 1.6, 0, 1)
    return np.stack([red, green, blue, alpha], axis=1).astype(np.uint8)


def landmark_brushes(anatomy: Anatomy) -> list:
    """One brush per landmark, in its group's colour; the legend uses the same table."""
    return [pg.mkBrush(anatomy.group_of(i).colour) for i in range(anatomy.landmark_count)]


def known(points: np.ndarray) -> np.ndarray:
    """(n,) which points are finite."""
    return np.isfinite(points).all(axis=1)


class SmoothImage(pg.ImageItem):
    """An image drawn with interpolation: 256 pixels would be bricks on a large screen."""

    def paint(self, painter: QPainter, *arguments: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        super().paint(painter, *arguments)


class Segments(pg.PlotCurveItem):
    """Separate straight lines between pairs of points."""

    def draw_edges(self, points: np.ndarray, edges: np.ndarray) -> None:
        """Draw the edges (E, 2) whose two points (L, 2) are known."""
        usable = known(points)
        ends = points[edges[usable[edges].all(axis=1)].reshape(-1)].reshape(-1, 2)
        self.setData(ends[:, 0], ends[:, 1], connect="pairs")


class PixelItem(pg.GraphicsObject):
    """An overlay that paints in screen pixels, so that its size does not change with the zoom."""

    def boundingRect(self) -> QRectF:
        return _CANVAS.adjusted(-40, -40, 40, 40)

    def paint(self, painter: QPainter, *_arguments: object) -> None:
        transform = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        def to_screen(point: np.ndarray) -> QPointF:
            return transform.map(QPointF(float(point[0]), float(point[1])))

        try:
            self.paint_pixels(painter, to_screen)
        finally:
            painter.restore()  # Qt crashes on a painter that is left unbalanced

    def paint_pixels(self, painter: QPainter, to_screen: _ToScreen) -> None:
        """Draw; `to_screen` maps canvas coordinates (x, y) to a `QPointF`."""


def draw_text(painter: QPainter, where: QPointF, text: str, colour: str) -> None:
    """Text with a dark halo, its baseline starting at `where`."""
    path = QPainterPath()
    path.addText(where, _font(), text)
    painter.strokePath(path, QPen(_HALO, 3.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                                  Qt.PenJoinStyle.RoundJoin))  # fmt: skip
    painter.fillPath(path, QColor(colour))


def _font() -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(_LABEL_PIXELS)
    font.setBold(True)
    return font


class LandmarkNumbers(PixelItem):
    """Every landmark's number beside it, in its group's colour, clear of its neighbours."""

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._colours = [anatomy.group_of(i).colour for i in range(anatomy.landmark_count)]
        self.points = np.empty((0, 2))

    def number(self, points: np.ndarray) -> None:
        """Number the known points (L, 2)."""
        self.points = points
        self.update()

    def paint_pixels(self, painter: QPainter, to_screen: _ToScreen) -> None:
        indices = np.flatnonzero(known(self.points))
        anchors = [to_screen(self.points[i]) for i in indices]
        centres = np.array([[p.x(), p.y()] for p in anchors]).reshape(-1, 2)
        widths = np.array([7.0 * len(str(i)) for i in indices])
        for i, corner in zip(indices, place_labels(centres, widths, _LABEL_PIXELS), strict=True):
            where = QPointF(corner[0], corner[1] + _LABEL_PIXELS - 2)
            draw_text(painter, where, str(i), self._colours[i])


def place_labels(points: np.ndarray, widths: np.ndarray, height: float) -> np.ndarray:
    """Put a box beside every point where it covers as little as possible.

    Args:
        points: (n, 2) screen positions; widths: (n,) of the boxes; height: of all boxes.

    Returns:
        (n, 2) upper left corners. Each box takes the first of eight places around its point that
        overlaps least with the points and with the boxes placed before it.
    """
    taken = np.concatenate([points - 5, points + 5], axis=1)
    corners = np.empty_like(points)
    for i, (x, y) in enumerate(points):
        w, gap = widths[i], 7.0
        left, right, up, down = x - gap - w, x + gap, y - gap - height, y + gap
        middle_x, middle_y = x - w / 2, y - height / 2
        options = np.array(
            [
                [right, middle_y], [left, middle_y], [right, up], [left, up],
                [right, down], [left, down], [middle_x, up], [middle_x, down],
            ]
        )  # fmt: skip
        boxes = np.hstack([options, options + np.array([w, height])])
        corners[i] = options[np.argmin(_overlap(boxes, taken).sum(axis=1))]
        far = corners[i] + np.array([w, height])
        taken = np.vstack([taken, [*corners[i], *far]])
    return corners


def _overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(b, o) area that each of (b, 4) boxes shares with each of (o, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.clip(high - low, 0, None).prod(axis=2)


class ResidualArrows(PixelItem):
    """An arrow from the matched mean shape to each landmark; the largest carry their length."""

    def __init__(self) -> None:
        super().__init__()
        self._assessment: Assessment | None = None
        self._concerned: frozenset[int] = frozenset()

    def draw(self, assessment: Assessment | None) -> None:
        """Draw the residuals of an assessment, or none."""
        self._assessment = assessment
        reasons = () if assessment is None else assessment.reasons
        self._concerned = frozenset(i for reason in reasons for i in reason.landmarks)
        self.update()

    def paint_pixels(self, painter: QPainter, to_screen: _ToScreen) -> None:
        if self._assessment is None:
            return
        found = self._assessment
        order = residual_order(found.residuals)
        for rank, i in enumerate(order):
            start, end = to_screen(found.expected[i]), to_screen(found.landmarks[i])
            colour = DARK.reject if i in self._concerned else DARK.warning
            _draw_arrow(painter, start, end, colour)
            if rank < _LABELLED_RESIDUALS or i in self._concerned:
                middle = (start + end) / 2 + QPointF(5, -4)
                draw_text(painter, middle, f"{found.residuals[i]:.1f} mm", colour)


def residual_order(residuals: np.ndarray) -> Sequence[int]:
    """Landmarks with a known residual, the largest first."""
    filled = np.where(np.isnan(residuals), -1.0, residuals)
    return [int(i) for i in np.argsort(-filled, kind="stable") if filled[i] >= 0]


def _draw_arrow(painter: QPainter, start: QPointF, end: QPointF, colour: str) -> None:
    along = np.array([end.x() - start.x(), end.y() - start.y()])
    length = float(np.hypot(*along))
    if length < 1.5:
        return
    head = min(6.0, length / 2)
    back = along / length
    side = np.array([-back[1], back[0]])
    path = QPainterPath(start)
    path.lineTo(end)
    for sign in (1, -1):
        barb = -back * head + sign * side * head * 0.55
        path.moveTo(end)
        path.lineTo(end + QPointF(*barb))
    painter.strokePath(path, QPen(_HALO, 3.6))
    painter.strokePath(path, QPen(QColor(colour), 1.7))
