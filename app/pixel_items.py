"""The kinds of things that lie over a radiograph: images, lines and marks of a fixed size."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap

from app.overlay_colours import halo_pen, line_pen
from engine.canvas import CANVAS_SIZE

CANVAS_RECT = QRectF(-0.5, -0.5, CANVAS_SIZE, CANVAS_SIZE)
_HALO_WIDTH = 1.3


def heatmap_lookup() -> np.ndarray:
    """(256, 4) uint8: from nothing over magenta to near white, more opaque with height."""
    height = np.linspace(0, 1, 256)
    stops = [0.0, 0.5, 1.0]
    red = np.interp(height, stops, [180, 255, 255])
    green = np.interp(height, stops, [40, 90, 225])
    blue = np.interp(height, stops, [190, 190, 250])
    alpha = 255 * np.clip(height * 1.6, 0, 1)
    return np.stack([red, green, blue, alpha], axis=1).astype(np.uint8)


def known(points: np.ndarray) -> np.ndarray:
    """(n,) which points are finite."""
    return np.isfinite(points).all(axis=1)


class SmoothImage(pg.ImageItem):
    """An image drawn with interpolation: 256 pixels would be bricks on a large screen.

    What was drawn is kept for as long as neither image nor view changes: overlays change more often
    than what lies under them, and scaling the image costs most of a painting.
    """

    def __init__(self) -> None:
        super().__init__(axisOrder="row-major")
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)

    def paint(self, painter: QPainter, *arguments: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        super().paint(painter, *arguments)


class Segments(pg.PlotCurveItem):
    """Separate straight lines between pairs of points, with a halo."""

    def __init__(self, colour: str, width: float, dashed: bool = False) -> None:
        pen = line_pen(colour, width)
        if dashed:
            pen.setDashPattern([3, 3])
        shadow = halo_pen(width + 2 * _HALO_WIDTH)
        super().__init__(pen=pen, shadowPen=shadow, antialias=True)

    def draw_edges(self, points: np.ndarray, edges: np.ndarray) -> None:
        """Draw the edges (E, 2) whose two points (L, 2) are known."""
        usable = known(points)
        ends = points[edges[usable[edges].all(axis=1)].reshape(-1)].reshape(-1, 2)
        self.setData(ends[:, 0], ends[:, 1], connect="pairs")


@dataclass(frozen=True)
class Frame:
    """Where the canvas lies on the screen: `scale` screen pixels per canvas pixel along x and y,
    and the screen position of canvas position (0, 0)."""

    scale: tuple[float, float]
    origin: tuple[float, float]

    def on_screen(self, points: np.ndarray) -> np.ndarray:
        """Canvas positions (n, 2) in screen pixels (n, 2)."""
        return points * self.scale + self.origin

    def scaled(self, points: np.ndarray) -> np.ndarray:
        """The same, measured from canvas position (0, 0): what panning does not change."""
        return points * self.scale


class PixelItem(pg.GraphicsObject):
    """An overlay that paints in screen pixels, so that its size does not change with the zoom."""

    def boundingRect(self) -> QRectF:
        return CANVAS_RECT.adjusted(-40, -40, 40, 40)

    def paint(self, painter: QPainter, *_arguments: object) -> None:
        transform = painter.worldTransform()
        scale, origin = (transform.m11(), transform.m22()), (transform.dx(), transform.dy())
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            self.paint_pixels(painter, Frame(scale, origin))
        finally:
            painter.restore()  # Qt crashes on a painter that is left unbalanced

    def paint_pixels(self, painter: QPainter, frame: Frame) -> None:
        """Draw, where `frame` says."""


class Marks(PixelItem):
    """Hollow marks with a halo, all of one kind."""

    def __init__(self, mark: str, colour: str, size: float, line: float = 1.7) -> None:
        super().__init__()
        self._look = (mark, colour, size, line)
        self.points = np.empty((0, 2))

    def mark(self, points: np.ndarray) -> None:
        """Mark the known ones of points (n, 2)."""
        self.points = points[known(points)]
        self.update()

    def getData(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the marks are, x and y, as pyqtgraph's own items tell it."""
        return self.points[:, 0], self.points[:, 1]

    def paint_pixels(self, painter: QPainter, frame: Frame) -> None:
        picture = mark_picture(*self._look, painter.device().devicePixelRatioF())
        half = picture.deviceIndependentSize().width() / 2
        for x, y in frame.on_screen(self.points) - half:
            painter.drawPixmap(QPointF(x, y), picture)


@lru_cache
def mark_picture(mark: str, colour: str, size: float, line: float, ratio: float) -> QPixmap:
    """A ``ring``, ``diamond`` or ``cross`` of `size` screen pixels, drawn with a halo."""
    side = math.ceil(size + line + 2 * _HALO_WIDTH) + 2
    picture = QPixmap(math.ceil(side * ratio), math.ceil(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    path = _outline(mark, size / 2)
    painter.strokePath(path, halo_pen(line + 2 * _HALO_WIDTH, outline=True))
    painter.strokePath(path, line_pen(colour, line, outline=True))
    painter.end()
    return picture


def _outline(mark: str, half: float) -> QPainterPath:
    path = QPainterPath()
    if mark == "ring":
        path.addEllipse(QPointF(0, 0), half, half)
    elif mark == "diamond":
        path.addPolygon([QPointF(*p) for p in ((0, -half), (half, 0), (0, half), (-half, 0))])
        path.closeSubpath()
    else:
        for x, y in ((half, 0), (0, half)):
            path.moveTo(-x, -y)
            path.lineTo(x, y)
    return path
