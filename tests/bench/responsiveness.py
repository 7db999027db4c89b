"""How long the window keeps one waiting: ``python -m tests.bench.responsiveness``.

The real window generates with the built-in generator (or ``--weights``), the sheet fills, and twice
a second another pair or overlay is shown. A timer that should tick every 5 ms tells how late it is;
what falls due while the event loop is held up counts as late, too. The same window without a job is
the baseline. The goal is a 99th percentile of at most 50 ms.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.generate.builtin import VARIABLE, builtin_weights

if TYPE_CHECKING:
    from app.main_window import MainWindow

TICK = 0.005
GOAL = 0.050
_REDRAW_MILLISECONDS = 500
_OVERLAYS = ("heatmap", "edges", "shape", "residuals")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--weights", type=Path, help="instead of the built-in generator's")
    arguments = parser.parse_args()
    if arguments.weights:
        os.environ[VARIABLE] = str(arguments.weights.resolve())
    builtin_weights()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = home
        idle, busy, made = _measure(Path(home) / "project", arguments.seconds)
    print(f"{'lag of the event loop, ms':34}{'median':>8}{'p99':>8}{'p99.9':>8}{'longest':>9}")
    for name, lags in (("baseline: no job", idle), ("sampling", busy)):
        figures = [*np.percentile(lags, (50, 99, 99.9)), lags.max()]
        print(f"{name:34}" + "".join(f"{1000 * f:8.1f}" for f in figures))
    p99 = np.percentile(busy, 99)
    print(f"{made} pairs in {arguments.seconds:.0f} s; p99 is {p99 / GOAL:.2f} of the goal")
    return 0 if p99 <= GOAL else 1


def lags_of(ticks: list[float], interval: float = TICK) -> np.ndarray:
    """How late each due tick was, seconds, from the times at which ticks came.

    A gap of many intervals stands for as many ticks, each later than the next.
    """
    late: list[np.ndarray] = []
    for gap in np.diff(ticks):
        missed = max(1, int(gap / interval + 1e-6))
        late.append(np.maximum(0.0, gap - interval * np.arange(1, missed + 1)))
    return np.concatenate(late)


def _measure(project: Path, seconds: float) -> tuple[np.ndarray, np.ndarray, int]:
    from PySide6.QtWidgets import QApplication

    from app import jobs
    from app.main_window import MainWindow
    from app.theme import apply_theme

    application = QApplication(sys.argv[:1])
    apply_theme(application)
    window = MainWindow(lambda _parent, _title, agree: agree())
    window.resize(1280, 800)
    window.show()
    window.start_project(project)
    idle = _listen(window, min(seconds, 10))
    window.submit(jobs.generate(weights=None, project=project, count=100_000))
    _wait_for_a_pair(window)
    busy = _listen(window, seconds)
    assert window.project is not None
    made = window.project.counts().total
    window.ended.connect(application.quit)
    window.close()
    if window.engine.current is not None:
        application.exec()
    return idle, busy, made


def _listen(window: "MainWindow", seconds: float) -> np.ndarray:
    """Tick for so long while pairs and overlays are looked through."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    ticks: list[float] = []
    ticker, turner = QTimer(), QTimer()
    ticker.setTimerType(Qt.TimerType.PreciseTimer)
    ticker.timeout.connect(lambda: ticks.append(time.perf_counter()))
    turner.timeout.connect(lambda: _look_at_another(window))
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    ticker.start(int(1000 * TICK))
    turner.start(_REDRAW_MILLISECONDS)
    loop.exec()
    ticker.stop()
    turner.stop()
    return lags_of(ticks)


def _look_at_another(window: "MainWindow") -> None:
    """Show the pair after this one, the first after the last, and switch an overlay."""
    assert window.review is not None
    sheet = window.review.sheet
    count = sheet.pairs.rowCount()
    if count:
        sheet.go_to((sheet.place + 1) % count)
    window.actions_by_name[_OVERLAYS[sheet.place % len(_OVERLAYS)]].toggle()


def _wait_for_a_pair(window: "MainWindow") -> None:
    from PySide6.QtCore import QEventLoop

    assert window.review is not None
    loop = QEventLoop()
    window.review.sheet.pair_chosen.connect(loop.quit)
    window.engine.job_ended.connect(loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
