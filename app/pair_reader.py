"""Pairs read from disk ahead of time, so that the next one is there when a decision is taken."""

from collections import OrderedDict

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from engine.errors import OssaError
from engine.pair import Pair
from engine.review.project import ReviewProject

_KEPT = 16


class _Read(QObject):
    """Carries what was read to the GUI thread; None for a pair that cannot be read."""

    ready = Signal(str, object)


class _ReadAhead(QRunnable):
    """Reads one pair; `ReviewProject.pair` may be asked from any thread."""

    def __init__(self, project: ReviewProject, identifier: str, read: _Read) -> None:
        super().__init__()
        self._project, self._identifier, self._read = project, identifier, read

    def run(self) -> None:
        try:
            pair = self._project.pair(self._identifier)
        except OssaError:
            pair = None  # told when the pair is shown
        self._read.ready.emit(self._identifier, pair)


class PairReader(QObject):
    """Reads the pairs of one project, and keeps the last few."""

    def __init__(self, project: ReviewProject, parent: QObject) -> None:
        super().__init__(parent)
        self._project = project
        self._kept: OrderedDict[str, Pair] = OrderedDict()
        self._on_the_way: set[str] = set()
        self._read = _Read()
        self._read.ready.connect(self._store)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def get(self, identifier: str) -> Pair:
        """The pair, from what was read ahead or else from disk.

        Raises:
            ProjectError: no such pair, or its files are damaged.
        """
        if identifier not in self._kept:
            self._keep(identifier, self._project.pair(identifier))
        self._kept.move_to_end(identifier)
        return self._kept[identifier]

    def expect(self, identifiers: list[str]) -> None:
        """Read these ahead."""
        for identifier in identifiers:
            if identifier not in self._kept and identifier not in self._on_the_way:
                self._on_the_way.add(identifier)
                self._pool.start(_ReadAhead(self._project, identifier, self._read))

    def close(self) -> None:
        """Let the pool finish what it is at."""
        self._pool.clear()
        self._pool.waitForDone()

    @Slot(str, object)
    def _store(self, identifier: str, pair: Pair | None) -> None:
        self._on_the_way.discard(identifier)
        if pair is not None:
            self._keep(identifier, pair)

    def _keep(self, identifier: str, pair: Pair) -> None:
        self._kept[identifier] = pair
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
