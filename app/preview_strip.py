"""The newest pictures of a job, side by side, as many as fit."""

from collections import deque

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import colours

_SMALL, _LARGE = 112, 176
_ROOMY = 1000  # pixels of the panel's height from which on pictures are large
_GAP = 8
_KEPT = 24


class PreviewStrip(QWidget):
    """Pictures on black squares, newest first; a line of text as long as there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: deque[QImage] = deque(maxlen=_KEPT)
        self.setFixedHeight(_SMALL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Newest synthetic radiographs, research use only")

    def clear_pictures(self) -> None:
        """Begin with none."""
        self._pictures.clear()
        self.update()

    def add(self, image: np.ndarray) -> None:
        """Show a (height, width) image in [-1, 1] in front of the others."""
        grey = np.ascontiguousarray(np.clip((image + 1) * 127.5, 0, 255).astype(np.uint8))
        height, width = grey.shape
        drawn = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
        self._pictures.appendleft(drawn)
        self.update()

    def fit_into(self, panel_height: int) -> None:
        """Take as much height as a panel of that height can spare."""
        self.setFixedHeight(_LARGE if panel_height >= _ROOMY else _SMALL)

    @property
    def count(self) -> int:
        """How many pictures are kept."""
        return len(self._pictures)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._pictures:
            painter.setPen(QColor(colours().muted))
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.drawText(self.rect(), left, "Pictures appear here as they are made")
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.height()
        fitting = max(1, (self.width() + _GAP) // (size + _GAP))
        for place, picture in enumerate(list(self._pictures)[:fitting]):
            painter.drawImage(QRectF(place * (size + _GAP), 0, size, size), picture)
