"""The view on the canvas, and what the mouse does in it."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal

from app.pixel_items import CANVAS_RECT
from engine.canvas import CANVAS_SIZE

_REACH = 14.0  # screen pixels around a landmark in which the mouse takes hold of it
_PADDING = 0.015
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class PairView(pg.ViewBox):
    """Left drag pans and the wheel zooms; right drag changes the grey window, a double right click
    resets it. Where `handles` are set, left drag near one moves it instead.

    handles: (L, 2) canvas positions that the mouse may take hold of, NaN for none.
    window_dragged: screen pixels right and down. landmark_dragged: index, x, y (canvas) and whether
    the drag goes on from before. spot_chosen: x, y of a double click.
    """

    window_dragged = Signal(float, float)
    window_let_go = Signal()
    window_reset = Signal()
    landmark_chosen = Signal(int)
    landmark_dragged = Signal(int, float, float, bool)
    spot_chosen = Signal(float, float)

    def __init__(self) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False)
        self.setLimits(minXRange=12, maxXRange=CANVAS_SIZE * 3, maxYRange=CANVAS_SIZE * 3)
        self.disableAutoRange()
        self.handles: np.ndarray | None = None
        self._held: tuple[int, QPointF] | None = None
        self.fit()

    def fit(self, headroom: float = 0.0) -> None:
        """Show the whole canvas, below so many screen pixels that something else needs."""
        shown, room = QRectF(CANVAS_RECT), self.height() - headroom
        if room > headroom:
            shown.setTop(shown.top() - shown.height() * headroom / room)
        self.setRange(shown, padding=_PADDING)

    def nearest_handle(self, place: QPointF) -> int | None:
        """The handle within reach of a canvas position."""
        if self.handles is None:
            return None
        apart = np.hypot(*(self.handles - (place.x(), place.y())).T)
        apart = np.where(np.isfinite(apart), apart, np.inf)
        index = int(np.argmin(apart))
        return index if apart[index] <= _REACH * self.viewPixelSize()[0] else None

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.button() == _RIGHT:
            event.accept()
            moved = event.screenPos() - event.lastScreenPos()
            self.window_dragged.emit(moved.x(), moved.y())
            if event.isFinish():
                self.window_let_go.emit()
        elif event.button() != _LEFT or not self._drag_landmark(event):
            super().mouseDragEvent(event, axis)

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == _RIGHT and event.double():
            event.accept()
            self.window_reset.emit()
        elif event.button() == _LEFT and self.handles is not None:
            event.accept()
            place = self.mapSceneToView(event.scenePos())
            index = self.nearest_handle(place)
            if event.double():
                self.spot_chosen.emit(place.x(), place.y())
            elif index is not None:
                self.landmark_chosen.emit(index)

    def _drag_landmark(self, event: Any) -> bool:
        """Move the landmark that the drag began at; whether it began at one."""
        if event.isStart():
            began = self.mapSceneToView(event.buttonDownScenePos())
            index = self.nearest_handle(began)
            self._held = None
            if index is not None and self.handles is not None:
                self._held = (index, QPointF(*self.handles[index]) - began)
        if self._held is None:
            return False
        event.accept()
        index, grip = self._held
        place = self.mapSceneToView(event.scenePos()) + grip
        self.landmark_dragged.emit(index, place.x(), place.y(), not event.isStart())
        if event.isFinish():
            self._held = None
        return True
