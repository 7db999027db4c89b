"""Ctrl-C in the terminal, or the system's wish that Ossa end, as a Qt signal."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupts(QObject):
    """Listens to SIGINT and SIGTERM from when it is made until `stop`. asked: one has come.

    While Qt waits for events no Python runs, so a handler of Python's would be called only when
    something happens in the window, and then in the middle of whatever that calls. Therefore the
    handler does nothing, and the byte that Python writes to a socket for each signal wakes Qt's
    event loop. The first signal gives both back their former meaning: a second one ends the
    process at once.
    """

    asked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _do_nothing) for number in _NUMBERS}

    def stop(self) -> None:
        """Give the signals back their former meaning; again does nothing."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._before:
            signal.set_wakeup_fd(self._fd_before)
            self._notifier.setEnabled(False)
            self._read.close()
            self._write.close()
        self._before = {}

    @Slot()
    def _wake(self) -> None:
        self.stop()
        self.asked.emit()


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """The socket tells of it."""
