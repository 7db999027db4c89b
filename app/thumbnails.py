"""Thumbnails of generated radiographs: decoded when first seen, in a small pool, and kept."""

from collections import OrderedDict, deque
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

from engine.review.planes import plane_path

THUMBNAIL_SIZE = 108
_KEPT = 1500
_WAITING = 256
_THREADS = 2


class _Decoded(QObject):
    """Carries finished thumbnails from the pool to the GUI thread."""

    ready = Signal(str, QImage)


class _Decode(QRunnable):
    """Decodes one PNG at thumbnail size."""

    def __init__(self, identifier: str, path: Path, size: int, decoded: _Decoded) -> None:
        super().__init__()
        self._identifier, self._path = identifier, path
        self._size, self._decoded = size, decoded

    def run(self) -> None:
        image = read_thumbnail(self._path, self._size)
        self._decoded.ready.emit(self._identifier, image)


def read_thumbnail(path: Path, size: int) -> QImage:
    """A PNG as an 8-bit grey image of `size` × `size` pixels; null if it cannot be read."""
    reader = QImageReader(str(path))
    image = reader.read()
    if image.isNull():
        return image
    return image.convertToFormat(QImage.Format.Format_Grayscale8).scaled(
        QSize(size, size),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


class Thumbnails(QObject):
    """The cache. Ask `get` while painting; `arrived` says when to paint again.

    What is asked for last is decoded first, and what waits too long is forgotten: after fast
    scrolling the visible ones come at once.
    """

    arrived = Signal(str)

    def __init__(self, pairs: Path, ratio: float, parent: QObject) -> None:
        super().__init__(parent)
        self._pairs = pairs
        self._ratio = ratio
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._waiting: deque[str] = deque(maxlen=_WAITING)
        self._decoding: set[str] = set()
        self._decoded = _Decoded()
        self._decoded.ready.connect(self._store)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_THREADS)

    def get(self, identifier: str) -> QPixmap | None:
        """The thumbnail, or None while it is being decoded."""
        pixmap = self._kept.get(identifier)
        if pixmap is not None:
            self._kept.move_to_end(identifier)
            return pixmap
        if identifier not in self._decoding and identifier not in self._waiting:
            self._waiting.append(identifier)
            self._decode_more()
        return None

    def close(self) -> None:
        """Forget what waits and let the pool finish what it is at."""
        self._waiting.clear()
        self._pool.clear()
        self._pool.waitForDone()

    def _decode_more(self) -> None:
        while self._waiting and len(self._decoding) < _THREADS:
            identifier = self._waiting.pop()
            self._decoding.add(identifier)
            size = round(THUMBNAIL_SIZE * self._ratio)
            path = plane_path(self._pairs, identifier, "image")
            self._pool.start(_Decode(identifier, path, size, self._decoded))

    @Slot(str, QImage)
    def _store(self, identifier: str, image: QImage) -> None:
        self._decoding.discard(identifier)
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(self._ratio)
        self._kept[identifier] = pixmap
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._decode_more()
        self.arrived.emit(identifier)
