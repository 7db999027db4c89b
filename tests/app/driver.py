"""A person at the real program: `main()` runs, and a script presses keys and looks at the window.

A script is a generator. It tells a `Person` what to press, and yields what has to be so before it
goes on. Keys are sent one by one from the event loop, so that menus and dialogs may open loops of
their own.
"""

import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from app.main_window import MainWindow

Condition = Callable[[], bool]
Script = Callable[..., Generator[Condition, None, None]]
_TICK, _PATIENCE = 10, 30_000  # milliseconds


class Person:
    """Presses keys and clicks, in the order asked for, where a person's would arrive."""

    def __init__(self) -> None:
        self.waiting: deque[Callable[[], None]] = deque()

    @property
    def window(self) -> "MainWindow":
        """The window that is open."""
        from app.main_window import MainWindow

        (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        return window

    def press(self, *keys: str) -> None:
        """Press keys as the table of actions writes them (``Ctrl+Z``), one after the other."""
        for key in keys:
            (combination,) = QKeySequence(key)
            self.waiting.append(
                lambda c=combination: QTest.keyClick(_target(), c.key(), c.keyboardModifiers())
            )

    def type(self, text: str) -> None:
        """Type over what the line that has the focus holds."""
        self.press("Ctrl+A")
        self.waiting.append(lambda: QTest.keyClicks(_target(), text))

    def click(self, widget: QWidget) -> None:
        """Click on the middle of something."""
        self.waiting.append(lambda: QTest.mouseClick(widget, Qt.MouseButton.LeftButton))

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """Drag with the left button, by way of the middle."""
        left = Qt.MouseButton.LeftButton
        self.waiting.append(lambda: QTest.mouseMove(widget, start))
        self.waiting.append(lambda: QTest.mousePress(widget, left, pos=start))
        for place in ((start + end) / 2, end):
            self.waiting.append(lambda place=place: QTest.mouseMove(widget, place))
        self.waiting.append(lambda: QTest.mouseRelease(widget, left, pos=end))

    def die(self) -> None:
        """Be killed, right after what was asked for before."""
        self.waiting.append(lambda: os.kill(os.getpid(), signal.SIGKILL))


def _target() -> QWidget:
    """Where the keyboard's events go."""
    if QApplication.activeWindow() is None:
        _activate_as_a_desktop_does()
    found = QApplication.activePopupWidget() or QApplication.focusWidget()
    found = found or QApplication.activeWindow()
    assert found is not None, "no window is active"
    return found


def _activate_as_a_desktop_does() -> None:
    """Without a display nobody gives the keyboard to the dialog or window that is in front."""
    shown = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    front = QApplication.activeModalWidget() or next(iter(shown), None)
    if front is not None:
        front.activateWindow()
        QApplication.processEvents()


class _Driver:
    """Runs a script while the application runs."""

    def __init__(self, script: Script, arguments: list[str]) -> None:
        self._person = Person()
        self._steps = script(self._person, *arguments)
        self._until: Condition = lambda: True
        self._waited = QElapsedTimer()
        self._timer = QTimer()
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._waited.start()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        try:
            if self._person.waiting:
                QTimer.singleShot(0, self._act)  # a menu's loop would hold up this slot
                self._waited.restart()
            elif self._until():
                self._until = next(self._steps, _the_program_has_ended)
                self._waited.restart()
            elif self._waited.elapsed() > _PATIENCE:
                raise AssertionError(
                    f"waited in vain in line {self._line}; the window says: "
                    f"{self._person.window.banner.text}"
                )
        except BaseException:
            _give_up()

    def _act(self) -> None:
        if self._person.waiting:
            try:
                self._person.waiting.popleft()()
            except BaseException:
                _give_up()

    @property
    def _line(self) -> str:
        frame = self._steps.gi_frame
        return str(frame.f_lineno) if frame else "after the last one"


def _the_program_has_ended() -> bool:
    return False


def _give_up() -> None:
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(3)


def run(script: Script, arguments: list[str], command: list[str]) -> int:
    """Run `ossa COMMAND` with a person at it; the exit code."""
    from app.__main__ import main

    driver = _Driver(script, arguments)
    execute = QApplication.exec

    def execute_with_driver() -> int:
        QTimer.singleShot(0, driver.start)
        code = execute()
        driver.stop()
        return code

    QApplication.exec = staticmethod(execute_with_driver)
    sys.argv = ["ossa", *command]
    return main()
