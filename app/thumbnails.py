"""Thumbnails of generated radiographs: decoded when first seen, in a small pool, and kept.

There is no second copy of them on disk: decoding a pair's PNG takes a few milliseconds, so that a
sheet that was never seen fills faster than one looks, and a cache would have to be kept in step.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

from engine.review.planes import plane_path

THUMBNAIL_SIZE = 108
_KEPT_BYTES = 96 * 2**20
_PIXEL_BYTES = 4  # as a pixmap, which is drawn ten times as fast as a grey image
_WAITING = 512
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
    scrolling the visible ones come at once. What is `expect`ed comes when nothing else is to do.
    """

    arrived = Signal(str)

    def __init__(self, pairs: Path, ratio: float, parent: QObject) -> None:
        super().__init__(parent)
        self._pairs = pairs
        self._ratio = ratio
        self._size = round(THUMBNAIL_SIZE * ratio)
        self._most = max(1, _KEPT_BYTES // (_PIXEL_BYTES * self._size**2))
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._waiting: deque[str] = deque(maxlen=_WAITING)
        self._expected: deque[str] = deque()
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

    def expect(self, identifiers: Iterable[str]) -> None:
        """Decode these in turn once all that were asked for are there; in place of the last."""
        self._expected = deque(name for name in identifiers if name not in self._kept)
        self._decode_more()

    def has_all(self, identifiers: Iterable[str]) -> bool:
        """Whether these are all there."""
        return all(name in self._kept for name in identifiers)

    def close(self) -> None:
        """Forget what waits and let the pool finish what it is at."""
        self._waiting.clear()
        self._expected.clear()
        self._pool.clear()
        self._pool.waitForDone()

    def _decode_more(self) -> None:
        while len(self._decoding) < _THREADS and (self._waiting or self._expected):
            wanted = self._waiting.pop() if self._waiting else self._expected.popleft()
            if wanted not in self._decoding and wanted not in self._kept:
                self._decoding.add(wanted)
                path = plane_path(self._pairs, wanted, "image")
                self._pool.start(_Decode(wanted, path, self._size, self._decoded))

    @Slot(str, QImage)
    def _store(self, identifier: str, image: QImage) -> None:
        self._decoding.discard(identifier)
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(self._ratio)
        self._kept[identifier] = pixmap
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        self._decode_more()
        self.arrived.emit(identifier)
