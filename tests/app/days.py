"""What a reviewer does on some days, for `tests.app.driver`.

``python -m tests.app.days DAY [ARGUMENT …]`` is one day: the program starts, is used, and ends.
"""

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF

from engine.review.project import Verdict
from tests.app.driver import Condition, Person, run

Day = Generator[Condition, None, None]
NAME = "Dr First"


def first(person: Person, out: str) -> Day:
    """From the first start to the first export."""
    window = person.window
    yield window.welcome.isVisible
    person.click(window.welcome.try_now)
    yield lambda: window.review is not None and window.engine.current is None
    yield lambda: window.review.sheet.current is not None
    sheet, counts = window.review.sheet, window.project.counts
    assert sheet.place == 0

    person.press("R")
    yield lambda: window.review.introduction.dialog is not None
    person.type(NAME)
    person.press("Return")
    yield lambda: counts().decided == 1
    person.press("A", "A", "R")
    yield lambda: counts().decided == 4
    assert sheet.place == 4

    person.press("Ctrl+Z", "Ctrl+Z")
    yield lambda: counts().decided == 2
    assert sheet.place == 2
    person.press("Ctrl+Shift+Z")
    yield lambda: counts().decided == 3

    correcting, viewer = window.review.close_look.correcting, window.review.viewer
    corrected = sheet.current.identifier
    person.press("D")
    yield lambda: correcting.active
    grip = viewer.view.mapViewToScene(QPointF(*viewer.view.handles[correcting.landmark]))
    start = viewer.stage.mapFromScene(grip)
    person.drag(viewer.stage.viewport(), start, start + QPoint(24, -16))
    person.press("Return")
    yield lambda: window.project.correction(corrected) is not None
    person.press("Ctrl+Z")
    yield lambda: window.project.correction(corrected) is None
    person.press("Ctrl+Y")
    yield lambda: window.project.correction(corrected) is not None

    person.press("Ctrl+F", "Return", "Down", "Down", "Return")
    yield lambda: sheet.pairs.rowCount() == 2
    assert all(row.counts_as is Verdict.ACCEPT for row in map(sheet.pairs.row_at, (0, 1)))

    person.press("Ctrl+E")
    yield lambda: window.exporting.dialog is not None and window.exporting.dialog.isVisible()
    dialog = window.exporting.dialog
    person.press("End")  # of the formats, the one that every pair can go out as
    yield lambda: dialog.format.currentData() == "csv"
    assert dialog.summary.text().startswith("2 of ")
    person.click(dialog.out.line)
    person.type(out)
    person.press("Return")
    yield lambda: Path(out).is_dir() and window.engine.current is None

    person.press("End")
    yield lambda: sheet.place == 1
    person.press("Ctrl+Q")


def second(person: Person) -> Day:
    """The project is found where it was left; then a decision on all pairs at once."""
    window = person.window
    yield window.welcome.isVisible
    (recent,) = window.welcome.recent.rows
    person.click(recent.open)
    yield lambda: window.review is not None and window.review.sheet.current is not None
    sheet, counts = window.review.sheet, window.project.counts
    assert (sheet.pairs.rowCount(), sheet.place) == (2, 1)
    assert counts().decided == 3

    person.press("Ctrl+Shift+F")
    yield lambda: sheet.pairs.rowCount() == counts().total
    person.press("Ctrl+A", "R")
    yield lambda: counts().rejected == counts().total == counts().decided
    person.press("Ctrl+Q")


def third(person: Person) -> Day:
    """What was done to all pairs yesterday is taken back with one key."""
    window = person.window
    yield lambda: window.review is not None and window.review.sheet.current is not None
    person.press("Ctrl+Z")
    yield lambda: window.project.counts().decided == 3
    person.press("Ctrl+Q")


def cut_short(person: Person, decisions: str) -> Day:
    """Killed right after a number of decisions, and before anything else happens."""
    window = person.window
    yield lambda: window.review is not None and window.review.sheet.current is not None
    for place in range(int(decisions)):
        person.press("R" if place % 3 else "A")
    yield lambda: window.review.sheet.pairs.counts.decided == int(decisions)
    os.kill(os.getpid(), signal.SIGKILL)


def cut_short_while_noting(person: Person, text: str) -> Day:
    """A note is being written when the window is killed."""
    from app.settings import WindowSettings

    window = person.window
    yield lambda: window.review is not None and window.review.sheet.current is not None
    person.press("M")
    yield window.review.inspector.note.hasFocus
    person.type(text)
    yield lambda: text in WindowSettings().text("note_drafts")
    person.die()
    yield lambda: False


def cut_short_after_all(person: Person) -> Day:
    """Killed right after one decision on every pair."""
    window = person.window
    yield lambda: window.review is not None and window.review.sheet.current is not None
    person.press("Ctrl+A", "R")
    counts = window.review.sheet.pairs
    yield lambda: counts.counts.rejected == counts.rowCount()
    os.kill(os.getpid(), signal.SIGKILL)


def undo_one(person: Person) -> Day:
    """One step back, and home."""
    window = person.window
    yield lambda: window.review is not None and window.review.sheet.current is not None
    before = len(window.project.trail())
    person.press("Ctrl+Z")
    yield lambda: len(window.project.trail()) > before
    person.press("Ctrl+Q")


def look(person: Person) -> Day:
    """The project is opened, and nothing is done."""
    window = person.window
    yield lambda: window.review is not None and window.review.sheet.current is not None
    person.press("Ctrl+Q")


DAYS = {
    day.__name__: day
    for day in (
        first,
        second,
        third,
        cut_short,
        cut_short_while_noting,
        cut_short_after_all,
        undo_one,
        look,
    )
}


if __name__ == "__main__":
    name, *given = sys.argv[1:]
    split = given.index("--") if "--" in given else len(given)
    sys.exit(run(DAYS[name], given[:split], given[split + 1 :]))
