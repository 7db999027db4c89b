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
_LABELLED = 6
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
        centres = on_screen(self.points[indices], to_screen)
        for i, box in zip(indices, number_boxes(indices, centres), strict=True):
            draw_text(painter, _baseline(box), str(i), self._colours[i])


def on_screen(points: np.ndarray, to_screen: _ToScreen) -> np.ndarray:
    """Canvas positions (n, 2) in screen pixels (n, 2)."""
    return np.array([to_screen(point).toTuple() for point in points]).reshape(-1, 2)


def number_boxes(indices: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """(n, 4) where the numbers of landmarks at screen positions (n, 2) stand."""
    return place_labels(centres, np.array([7.0 * len(str(i)) for i in indices]), _LABEL_PIXELS)


def _baseline(box: np.ndarray) -> QPointF:
    return QPointF(box[0], box[3] - 2)


def place_labels(
    points: np.ndarray, widths: np.ndarray, height: float, obstacles: np.ndarray | None = None
) -> np.ndarray:
    """Put a box beside every point where it covers as little as possible.

    Args:
        points: (n, 2) screen positions; widths: (n,) of the boxes; height: of all boxes.
        obstacles: (o, 4) boxes to keep clear of; the points themselves when left out.

    Returns:
        (n, 4) left, top, right, bottom. Each box takes the first of eight places around its point
        that overlaps least with the obstacles and with the boxes placed before it.
    """
    taken = around(points) if obstacles is None else obstacles
    placed = np.empty((len(points), 4))
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
        placed[i] = boxes[np.argmin(_overlap(boxes, taken).sum(axis=1))]
        taken = np.vstack([taken, placed[i]])
    return placed


def around(points: np.ndarray) -> np.ndarray:
    """(n, 4) the boxes that landmarks at screen positions (n, 2) are drawn in."""
    return np.hstack([points - 5, points + 5])


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
        for i in order:
            start, end = to_screen(found.expected[i]), to_screen(found.landmarks[i])
            _draw_arrow(painter, start, end, self._colour(i))
        told = [i for rank, i in enumerate(order) if rank < _LABELLED or i in self._concerned]
        texts = [f"{found.residuals[i]:.1f} mm" for i in told]
        for i, text, box in zip(told, texts, self._text_boxes(told, texts, to_screen), strict=True):
            draw_text(painter, _baseline(box), text, self._colour(i))

    def _text_boxes(self, told: list[int], texts: list[str], to_screen: _ToScreen) -> np.ndarray:
        """(n, 4) places for the lengths, clear of the landmarks and of their numbers."""
        assert self._assessment is not None
        landmarks = self._assessment.landmarks
        indices = np.flatnonzero(known(landmarks))
        centres = on_screen(landmarks[indices], to_screen)
        obstacles = np.vstack([around(centres), number_boxes(indices, centres)])
        middles = (landmarks[told] + self._assessment.expected[told]) / 2
        widths = np.array([7.0 * len(text) for text in texts])
        return place_labels(on_screen(middles, to_screen), widths, _LABEL_PIXELS, obstacles)

    def _colour(self, landmark: int) -> str:
        return DARK.reject if landmark in self._concerned else DARK.warning


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
