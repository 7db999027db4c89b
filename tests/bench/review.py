"""How a large review project feels: ``python -m tests.bench.review``.

A project of 10 000 pairs is made (500 of them with files of their own, the rest hard links to
those, with rows of their own), its files are dropped from the page cache, and the real window opens
it, jumps to places never seen, scrolls, and decides. Each figure stands beside its goal, beside the
processor time that this process spent on it (a machine that does nothing else comes near to that),
and beside a baseline measured in the same process. `--keep` names a project to make once and use
again.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.large_project import evict, make_large_project

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

_FRAMES = 400
_STOPS = 25
_DECISIONS = 200
_BULK = 500
_GLANCE = 120  # milliseconds that a reviewer looks at a pair at the very least
_SIDE = 330  # width of the inspector, pixels


@dataclass(frozen=True)
class Line:
    """A row of the table. found, baseline: (seconds, seconds of processor time); goal: seconds."""

    name: str
    found: np.ndarray
    goal: float | None
    against: str
    baseline: np.ndarray

    @property
    def met(self) -> bool:
        """Whether the goal, if there is one, is reached by the clock."""
        return self.goal is None or bool(self.found[0] <= self.goal)

    def text(self) -> str:
        """The row."""
        goal = "" if self.goal is None else f"{1000 * self.goal:.0f}"
        return (
            f"{self.name:46}{1000 * self.found[0]:9.1f}{1000 * self.found[1]:11.1f}{goal:>7}"
            f"{self.found[0] / self.baseline[0]:8.1f} x {self.against}"
            f" ({1000 * self.baseline[0]:.1f}){'' if self.met else '   MISSED'}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=500, help="distinct files among them")
    parser.add_argument("--size", default="2560x1440", help="of the window")
    parser.add_argument("--sheet", type=int, default=1000, help="width of the sheet, pixels")
    parser.add_argument("--keep", type=Path, help="folder of the project, made if missing")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = home
        project = arguments.keep or Path(home) / "project"
        if not project.exists():
            make_large_project(project, arguments.pairs, arguments.files)
        lines, empty, full = _measure(project, arguments.size, arguments.sheet)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; milliseconds")
    print(f"{'':46}{'found':>9}{'processor':>11}{'goal':>7}  baseline")
    for line in lines:
        print(line.text())
    print(f"memory without torch {full:.0f} MiB (goal 600), the window alone {empty:.0f} MiB")
    return 0 if all(line.met for line in lines) and full <= 600 else 1


def _measure(project: Path, size: str, sheet: int) -> tuple[list[Line], float, float]:
    """The table, and the process' memory before and after, MiB."""
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow
    from app.theme import apply_theme

    application = QApplication(sys.argv[:1])
    apply_theme(application)
    window = MainWindow(lambda _parent, _title, close: close())
    window.settings.reviewer = "Dr Example"
    width, height = (int(part) for part in size.split("x"))
    window.resize(width, height)
    window.show()
    application.processEvents()
    empty = _resident()
    lines = [_opening(application, window, project)]
    assert window.review is not None
    window.review.splitter.setSizes([sheet, width - sheet - _SIDE, _SIDE])
    application.processEvents()
    lines.append(_stopping(application, window, project))
    lines += _scrolling(application, window)
    lines += _deciding(application, window)
    assert "torch" not in sys.modules
    full = _resident()
    window.close()
    return lines, empty, full


def _resident() -> float:
    """Memory of this process, MiB."""
    from engine.jobs.memory_use import memory_use

    return memory_use().process / 2**20


def _spent(act: Callable[[], object]) -> np.ndarray:
    """(2,) seconds by the clock, and seconds of processor time, that an act takes."""
    clock, processor = time.perf_counter(), time.process_time()
    act()
    return np.array([time.perf_counter() - clock, time.process_time() - processor])


def _p95(spent: Sequence[np.ndarray]) -> np.ndarray:
    return np.percentile(spent, 95, axis=0)


def _opening(application: "QApplication", window: "MainWindow", project: Path) -> Line:
    from engine.review.project import ReviewProject

    def read() -> None:
        with ReviewProject.open(project) as opened:
            opened.rows()

    def show() -> None:
        assert window.open_project(project)
        application.processEvents()

    evict(project)
    found = _spent(show)
    evict(project)
    return Line("open, until the first pair is drawn", found, 1.0, "reading the rows", _spent(read))


def _stopping(application: "QApplication", window: "MainWindow", project: Path) -> Line:
    """Jump to places never seen; from then until every visible thumbnail is drawn."""
    from PySide6.QtCore import QEventLoop

    from app.thumbnails import THUMBNAIL_SIZE, read_thumbnail
    from engine.review.opening import PAIRS
    from engine.review.planes import plane_path

    assert window.review is not None
    sheet = window.review.sheet
    bar = sheet.verticalScrollBar()
    found, serial, most = [], [], 0
    for stop in np.linspace(0.03, 0.97, _STOPS):
        target = int(bar.maximum() * stop)
        below = target - bar.value()
        places = sheet.places_within(below, below + sheet.viewport().height() - 1)
        names = [sheet.pairs.row_at(place).identifier for place in places]
        files = [plane_path(project / PAIRS, name, "image") for name in names]
        most = max(most, len(names))

        def jump(target: int = target, names: list[str] = names) -> None:
            assert sheet.thumbnails is not None
            bar.setValue(target)
            application.processEvents()
            while not sheet.thumbnails.has_all(names):
                application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            application.processEvents()

        def decode(files: list[Path] = files) -> None:
            for file in files:
                read_thumbnail(file, THUMBNAIL_SIZE)

        evict(project, files)
        found.append(_spent(jump))
        evict(project, files)
        serial.append(_spent(decode))
    name = f"{most} thumbnails drawn after a stop, p95"
    return Line(name, _p95(found), 0.3, "decoding them in turn", _p95(serial))


def _scrolling(application: "QApplication", window: "MainWindow") -> list[Line]:
    """Frames while scrolling by wheel notches, and while dragging the bar through the sheet."""
    assert window.review is not None
    sheet = window.review.sheet
    bar = sheet.verticalScrollBar()

    def frame(step: int) -> None:
        bar.setValue(bar.value() + step)
        application.processEvents()

    whole = np.median([_spent(sheet.viewport().repaint) for _ in range(20)], axis=0)
    lines = []
    for name, step in (("by wheel", bar.singleStep()), ("dragging", bar.maximum() // _FRAMES)):
        bar.setValue(0)
        application.processEvents()
        frames = [_spent(lambda step=step: frame(step)) for _ in range(_FRAMES)]
        lines.append(
            Line(f"a frame while scrolling {name}, p95", _p95(frames), 1 / 30, "a repaint", whole)
        )
    return lines


def _deciding(application: "QApplication", window: "MainWindow") -> list[Line]:
    """Decisions by the action that the key triggers, at the pace of a quick reviewer."""
    assert window.review is not None
    assert window.project is not None
    project, sheet = window.project, window.review.sheet
    sheet.go_to(0)

    def act(name: str) -> np.ndarray:
        """(2, 2) until the decision is kept and told, and until the next pair is drawn."""
        _pause(_GLANCE)
        told = _spent(window.actions_by_name[name].trigger)
        return np.stack([told, told + _spent(application.processEvents)])

    reviewer = f"Bench {os.getpid()}"  # one who has decided on nothing yet
    alone = _p95(
        [
            _spent(lambda row=row: project.decide([row.identifier], row.gate_verdict, reviewer))
            for row in sheet.pairs.rows[-_DECISIONS:]
        ]
    )
    before = project.counts().decided
    told, drawn = _p95([act("accept" if turn % 3 else "reject") for turn in range(_DECISIONS)])
    assert project.counts().decided > before
    undone = _p95([act("undo") for _ in range(20)])[0]
    sheet.select_pairs([row.identifier for row in sheet.pairs.rows[1000 : 1000 + _BULK]])
    against = "the project's decide alone, p95"
    return [
        Line("a decision, until kept and told, p95", told, 0.02, against, alone),
        Line("a decision, until the next pair is drawn, p95", drawn, None, against, alone),
        Line("an undo, p95", undone, None, against, alone),
        Line(f"a decision on {_BULK} pairs", act("accept")[0], None, against, alone),
        Line(f"its undo ({_BULK} pairs)", act("undo")[0], None, against, alone),
    ]


def _pause(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
