"""The command `ossa`: without arguments or with `review` the window, else the command line."""

import argparse
import os
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

_WARM_UP_MILLISECONDS = 100  # the window is drawn by then
_NO_WINDOW = (
    "Ossa cannot open a window here ({why}): {remedy}, or work without one: "
    "ossa generate --project demo (more: ossa --help)"
)


def main() -> int:
    """Run `ossa` with the process's arguments; the exit code."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] != "review":
        from engine.cli import main as command_line

        command_line()
        return 0
    return _review(arguments[1:])


def _review(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="ossa review", description="Open the review window.")
    parser.add_argument("project", nargs="?", type=Path, help="folder of a review project")
    project: Path | None = parser.parse_args(arguments).project
    if sys.platform == "win32":
        import torch  # noqa: F401  (its libraries do not load there once Qt's have)
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    why = _why_no_display()
    if why:
        return _refuse(why)
    try:
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError as error:
        return _refuse(str(error).splitlines()[0])
    return _run(_make_application(), project)


def _why_no_display() -> str:
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return "" if shown else "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"


def _refuse(why: str) -> int:
    sys.stderr.write(_NO_WINDOW.format(why=why, remedy=_remedy(why)) + "\n")
    return 2


def _remedy(why: str) -> str:
    """What to do about a window that cannot be opened; Qt names the library it misses, if any."""
    library = re.search(r"\blib[\w+.-]+\.so[\w.]*|\bxcb-cursor0\b", why)
    if library is None:
        return "log in with a display"
    return "install the system's libraries that Ossa's README lists under Install"


def _make_application() -> "QApplication":
    """The application. Qt aborts when it finds no display; its last words become one clear line."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    said: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        said.append(" ".join(text.split()))
        if kind == QtMsgType.QtFatalMsg:
            _refuse(said[0].rstrip("."))
            sys.stderr.flush()
            os._exit(2)

    before = qInstallMessageHandler(listen)
    application = QApplication(sys.argv[:1])
    qInstallMessageHandler(before)
    application.setApplicationName("Ossa")
    application.setQuitOnLastWindowClosed(False)
    return application


def _run(application: "QApplication", project: Path | None) -> int:
    from PySide6.QtCore import QTimer

    from app.crash_log import CrashLog
    from app.garbage import GarbageCollector
    from app.interrupts import Interrupts
    from app.main_window import MainWindow
    from app.settings import WindowSettings
    from app.theme import apply_theme

    crashes = CrashLog()
    report = crashes.new_report()
    crashes.watch()
    collector = GarbageCollector(application)
    apply_theme(application, WindowSettings().theme)
    window = MainWindow()
    window.ended.connect(application.quit)
    interrupts = Interrupts(application)
    interrupts.asked.connect(window.close_unasked)
    sys.excepthook = _Reporter(window)
    window.show()
    if report is not None:
        window.habits.crash_offer.offer(report)
    if project is not None:
        window.open_project(project)
    QTimer.singleShot(_WARM_UP_MILLISECONDS, window.warm_up)
    code = application.exec()
    interrupts.stop()
    collector.stop()
    crashes.close()
    return code


class _Reporter:
    """Shows what no other place has caught, instead of losing it in a slot."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        if issubclass(kind, Exception):
            self._window.complain(f"Unexpected error: {kind.__name__}: {error}", details)


if __name__ == "__main__":
    sys.exit(main())
