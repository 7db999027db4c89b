"""A thread that does one thing at a time; of what waits, only the newest is still of interest."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

STACK_BYTES = 16 * 1024 * 1024  # secondary threads get 512 KB on macOS, too little for BLAS


class _Carrier(QObject):
    """Carries what was found from the thread to the GUI thread."""

    ready = Signal(object)


class _Task(QRunnable):
    def __init__(self, find: Callable[[], object], carrier: _Carrier) -> None:
        super().__init__()
        self._find, self._carrier = find, carrier

    def run(self) -> None:
        self._carrier.ready.emit(self._find())


class NewestOnly(QObject):
    """Calls functions that must not raise, one at a time. found: what one gave back."""

    found = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: Callable[[], object] | None = None
        self._asked = self._closed = False
        self._carrier = _Carrier()
        self._carrier.ready.connect(self._on_ready)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._pool.setStackSize(STACK_BYTES)

    @property
    def busy(self) -> bool:
        """Whether a function runs right now."""
        return self._pool.activeThreadCount() > 0

    def ask(self, find: Callable[[], object]) -> None:
        """Call a function as soon as the running one is done; `found` brings its answer."""
        self._waiting = find
        self._start()

    def close(self) -> None:
        """Drop what waits and let the thread finish what it is at; nothing is found any more."""
        self._closed = True
        self._pool.waitForDone()

    def _start(self) -> None:
        if self._waiting is not None and not self._asked and not self._closed:
            self._asked = True
            self._pool.start(_Task(self._waiting, self._carrier))
            self._waiting = None

    @Slot(object)
    def _on_ready(self, found: object) -> None:
        self._asked = False
        if not self._closed:
            self.found.emit(found)
            self._start()
