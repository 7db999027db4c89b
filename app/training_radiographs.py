"""Training radiographs to compare with, decoded on a thread of their own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from engine.errors import OssaError

_STACK_BYTES = 16 * 1024 * 1024  # secondary threads get 512 KB on macOS, too little for BLAS


@dataclass(frozen=True, eq=False)
class Decoded:
    """A radiograph on the canvas, (256, 256) in -1 … 1; or one line that says why there is none."""

    data: Path
    identifier: str
    image: np.ndarray | None
    problem: str = ""


def decode(data: Path, identifier: str) -> Decoded:
    """Read one radiograph of a data set."""
    from engine.jobs.one_radiograph import read_one_radiograph

    try:
        return Decoded(data, identifier, read_one_radiograph(data, identifier))
    except OssaError as error:
        return Decoded(data, identifier, None, str(error))


class _Carrier(QObject):
    """Carries what was decoded to the GUI thread."""

    ready = Signal(object)


class _Task(QRunnable):
    def __init__(self, data: Path, identifier: str, carrier: _Carrier) -> None:
        super().__init__()
        self._data, self._identifier, self._carrier = data, identifier, carrier

    def run(self) -> None:
        try:
            found = decode(self._data, self._identifier)
        except Exception as error:
            line = f"Radiograph {self._identifier} cannot be read: {error}".splitlines()[0]
            found = Decoded(self._data, self._identifier, None, line)
        self._carrier.ready.emit(found)


class TrainingRadiographs(QObject):
    """Decodes one radiograph at a time and keeps the last; of those asked for while it is at work
    only the newest is still of interest. arrived: a `Decoded`."""

    arrived = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._kept: Decoded | None = None
        self._waiting: tuple[Path, str] | None = None
        self._busy = self._closed = False
        self._carrier = _Carrier()
        self._carrier.ready.connect(self._on_ready)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._pool.setStackSize(_STACK_BYTES)

    def get(self, data: Path, identifier: str) -> Decoded | None:
        """The radiograph if it is the last that was decoded, else None: `arrived` brings it."""
        kept = self._kept
        if kept is not None and (kept.data, kept.identifier) == (data, identifier):
            return kept
        self._waiting = (data, identifier)
        self._start()
        return None

    def close(self) -> None:
        """Drop what waits and let the thread finish what it is at."""
        self._closed = True
        self._pool.waitForDone()

    def _start(self) -> None:
        if self._waiting is not None and not self._busy and not self._closed:
            self._busy = True
            self._pool.start(_Task(*self._waiting, self._carrier))
            self._waiting = None

    @Slot(object)
    def _on_ready(self, found: Decoded) -> None:
        self._busy = False
        self._kept = found
        if not self._closed:
            self.arrived.emit(found)
            self._start()
