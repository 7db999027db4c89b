"""The landmarks as dots, and which of them the mouse is over."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

from app.overlay_colours import RIM, halo
from app.pixel_items import Frame, PixelItem, known

_RIM, _HALO = 1.0, 1.4  # screen pixels
_REACH = 8.0  # screen pixels around a dot's middle in which the mouse is over it
_HOVERED = 1.35  # as large as the others


class LandmarkDots(PixelItem):
    """Dots in the colours of their groups. A dark colour does not stand out from a dark halo on
    every grey, so that each dot has a light rim between the two.

    hovered: the landmark under the mouse, -1 for none.
    """

    hovered = Signal(int)

    def __init__(self, colours: Sequence[str], size: float) -> None:
        super().__init__()
        self._colours, self._size = tuple(colours), size
        self._points = np.empty((0, 2))
        self._hovered = -1

    def place(self, points: np.ndarray) -> None:
        """Draw a dot at every known one of points (L, 2), a colour each."""
        self._points = points
        self.update()

    def set_size(self, size: float) -> None:
        """Draw dots of so many screen pixels."""
        self._size = size
        self.update()

    def getData(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the dots are, x and y, as pyqtgraph's own items tell it."""
        shown = self._points[known(self._points)]
        return shown[:, 0], shown[:, 1]

    def paint_pixels(self, painter: QPainter, frame: Frame) -> None:
        ratio = painter.device().devicePixelRatioF()
        places = frame.on_screen(self._points)
        for index in np.flatnonzero(known(places)):
            size = self._size * (_HOVERED if index == self._hovered else 1.0)
            picture = dot_picture(self._colours[index], size, ratio)
            half = picture.deviceIndependentSize().width() / 2
            painter.drawPixmap(QPointF(*(places[index] - half)), picture)

    def hoverEvent(self, event: Any) -> None:
        """pyqtgraph's scene tells where the mouse is."""
        self._hover(-1 if event.isExit() else self._landmark_at(event.pos()))

    def _landmark_at(self, place: QPointF) -> int:
        view = self.getViewBox()
        if view is None or not len(self._points):
            return -1
        apart = np.hypot(*(self._points - (place.x(), place.y())).T)
        apart = np.where(np.isfinite(apart), apart, np.inf)
        nearest = int(np.argmin(apart))
        return nearest if apart[nearest] <= _REACH * view.viewPixelSize()[0] else -1

    def _hover(self, landmark: int) -> None:
        if landmark != self._hovered:
            self._hovered = landmark
            self.update()
            self.hovered.emit(landmark)


@lru_cache
def dot_picture(colour: str, size: float, ratio: float) -> QPixmap:
    """A dot of `size` screen pixels with its rim, in a halo."""
    side = math.ceil(size + 2 * _HALO) + 2
    picture = QPixmap(math.ceil(side * ratio), math.ceil(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    middle = QPointF(side / 2, side / 2)
    layers = (
        (halo(), size / 2 + _HALO),
        (QColor(RIM), size / 2),
        (QColor(colour), size / 2 - _RIM),
    )
    for filling, radius in layers:
        painter.setBrush(filling)
        painter.drawEllipse(middle, radius, radius)
    painter.end()
    return picture
