"""Training radiographs to compare with, decoded on a thread of their own."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.newest_only import NewestOnly
from engine.errors import OssaError


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


def _decode_or_tell(data: Path, identifier: str) -> Decoded:
    try:
        return decode(data, identifier)
    except Exception as error:
        line = f"Radiograph {identifier} cannot be read: {error}".splitlines()[0]
        return Decoded(data, identifier, None, line)


class TrainingRadiographs(QObject):
    """Decodes one radiograph at a time and keeps the last; of those asked for while it is at work
    only the newest is still of interest. arrived: a `Decoded`."""

    arrived = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._kept: Decoded | None = None
        self._thread = NewestOnly(self)
        self._thread.found.connect(self._keep)

    def get(self, data: Path, identifier: str) -> Decoded | None:
        """The radiograph if it is the last that was decoded, else None: `arrived` brings it."""
        kept = self._kept
        if kept is not None and (kept.data, kept.identifier) == (data, identifier):
            return kept
        self._thread.ask(partial(_decode_or_tell, data, identifier))
        return None

    def close(self) -> None:
        """Drop what waits and let the thread finish what it is at."""
        self._thread.close()

    @Slot(object)
    def _keep(self, found: Decoded) -> None:
        self._kept = found
        self.arrived.emit(found)
