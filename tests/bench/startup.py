"""How long the first contact takes: ``python -m tests.bench.startup``.

From process start to the window on screen, and to the first judged pair in it, "Try it now" pressed
as soon as the window is drawn. The real ``app.__main__`` runs in a process and a home of its own,
offscreen unless ``--platform xcb`` (under Xvfb, say). Baselines run in turn with it: an empty Qt
window, and the import of torch. ``--weights`` stands in for the built-in generator;
``--screenshot`` keeps the moment of the first pair.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from engine.generate.builtin import VARIABLE, builtin_weights

_EMPTY_WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
QTimer.singleShot(0, application.quit)
application.exec()
"""
_BASELINES = {
    "python alone": "pass",
    "baseline: an empty Qt window": _EMPTY_WINDOW,
    "baseline: import torch": "import torch",
}
_WINDOW, _PAIR = "Ossa's window is drawn", "the first judged pair is shown"
_REFERENCE = "baseline: an empty Qt window"
_SIZE = (1280, 800)
_PATIENCE = 900  # seconds, for the busiest machine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--platform", default="offscreen", help="Qt's, such as xcb")
    parser.add_argument("--weights", type=Path, help="instead of the built-in generator's")
    parser.add_argument("--screenshot", type=Path, help="PNG of the first judged pair")
    parser.add_argument("--probe", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.probe is not None:
        _probe(arguments.probe, arguments.screenshot)
        return
    if arguments.weights:
        os.environ[VARIABLE] = str(arguments.weights.resolve())
    builtin_weights()
    os.environ["QT_QPA_PLATFORM"] = arguments.platform
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    seconds: dict[str, list[float]] = {}
    for _ in range(arguments.rounds):
        for name, code in _BASELINES.items():
            seconds.setdefault(name, []).append(_run_code(code))
        for name, figure in _first_contact(arguments.screenshot).items():
            seconds.setdefault(name, []).append(figure)
    _print_table(seconds)


def _run_code(code: str) -> float:
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.monotonic() - start


def _first_contact(screenshot: Path | None) -> dict[str, float]:
    """Start the application in a fresh home; seconds from process start to each moment."""
    with tempfile.TemporaryDirectory() as home:
        places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        command = [sys.executable, "-m", __spec__.name, "--probe", repr(time.monotonic())]
        if screenshot:
            command += ["--screenshot", str(screenshot)]
        done = subprocess.run(
            command,
            env=os.environ | dict.fromkeys(places, home),
            check=True,
            timeout=_PATIENCE,
            capture_output=True,
            text=True,
        )
    window, pair = map(float, done.stdout.split())
    return {_WINDOW: window, _PAIR: pair}


def _print_table(seconds: dict[str, list[float]]) -> None:
    reference = statistics.median(seconds[_REFERENCE])
    print(f"{'median of ' + str(len(seconds[_PAIR])):36}{'s':>8}{'from':>8}{'to':>8}{'ratio':>8}")
    for name, measured in seconds.items():
        median = statistics.median(measured)
        print(
            f"{name:36}{median:8.2f}{min(measured):8.2f}{max(measured):8.2f}"
            f"{median / reference:8.1f}"
        )


def _probe(begun: float, screenshot: Path | None) -> None:
    """Run the application with a window that tells when it is drawn, and presses the card."""
    from PySide6.QtCore import QEvent, QTimer

    import app.main_window
    from app.__main__ import main as application

    class Probed(app.main_window.MainWindow):
        def __init__(self) -> None:
            super().__init__(lambda _parent, _title, close: close())
            self.resize(*_SIZE)
            self._drawn = False

        def event(self, event: QEvent) -> bool:
            told = super().event(event)
            if event.type() == QEvent.Type.Paint and not self._drawn:
                self._drawn = True
                QTimer.singleShot(0, self._press)
            return told

        def _press(self) -> None:
            self._tell()
            self.welcome.try_now.click()
            assert self.review is not None
            self.review.sheet.pair_chosen.connect(lambda _: _once_idle(self._end_probe))

        def _end_probe(self) -> None:
            self._tell()
            if screenshot:
                self.grab().save(str(screenshot))
            self.close()

        def _tell(self) -> None:
            print(time.monotonic() - begun, flush=True)

    app.main_window.MainWindow = Probed  # type: ignore[misc]
    sys.argv[1:] = []
    application()


def _once_idle(slot: Callable[[], None]) -> None:
    """Call `slot` once what is waiting to be painted has been."""
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, lambda: QTimer.singleShot(0, slot))


if __name__ == "__main__":
    main()
