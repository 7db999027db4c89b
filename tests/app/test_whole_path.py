"""The whole way through the real `main()`: from the first start to an export, and the days after.

Every day is a process of its own, with a person at the keyboard (`tests.app.days`).
"""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from app.first_look import PAIRS
from engine.review.project import ReviewProject, Verdict
from tests.app.conftest import REVIEWER
from tests.app.days import NAME
from tests.app.stick_hands import make_project
from tests.bench.generators import write_untrained_weights
from tests.engine.hand_dataset import TINY

ROOT = Path(__file__).parents[2]
_PATIENCE = 120  # seconds; a whole day on a busy machine
_NOISE = ("This plugin does not support", "QFontDatabase", "Note that Qt no longer")


@pytest.fixture
def home(tmp_path):
    """A person's home, with documents."""
    home = tmp_path / "person"
    (home / "Documents").mkdir(parents=True)
    return home


@pytest.fixture
def live(home):
    """Lives a day; returns the exit code. Nothing may have been complained about."""

    def live_day(day: str, *arguments: str, opens: Path | None = None, **environment: str) -> int:
        shown = [] if opens is None else ["--", "review", str(opens)]
        own = {
            "HOME": str(home),
            "QT_QPA_PLATFORM": "offscreen",
            **{f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "CACHE", "DATA")},
        }
        kept = {name: text for name, text in os.environ.items() if name != "OSSA_WEIGHTS"}
        ran = subprocess.run(
            [sys.executable, "-m", "tests.app.days", day, *arguments, *shown],
            cwd=ROOT,
            env=kept | own | environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        said = [line for line in ran.stderr.splitlines() if not line.startswith(_NOISE)]
        assert "\n".join(said) == ""
        return ran.returncode

    return live_day


def test_from_the_first_start_to_an_export_and_back_on_the_days_after(live, home, tmp_path):
    weights = write_untrained_weights(tmp_path / "w.safetensors", TINY)
    out = tmp_path / "curated"
    assert live("first", str(out), OSSA_WEIGHTS=str(weights)) == 0
    (folder,) = (home / "Documents" / "Ossa").iterdir()
    with ReviewProject.open(folder) as project:
        rows = project.rows()
        assert len(rows) == PAIRS
        decisions = [row.decision for row in rows[:4]]
        assert decisions == [Verdict.REJECT, Verdict.ACCEPT, Verdict.ACCEPT, None]
        assert {row.decided_by for row in rows[:3]} == {NAME}
        acts = [entry.what for entry in project.trail() if entry.who == NAME]
        assert acts == [
            *["decision"] * 4, "undo", "undo", "redo", "correction", "undo", "redo", *["export"] * 2
        ]  # fmt: skip
        corrected = [row.corrected_by for row in rows]
        assert corrected == [None, None, NAME, *[None] * (PAIRS - 3)]
    with (out / "landmarks.csv").open(newline="") as file:
        assert {line["identifier"] for line in csv.DictReader(file)} == {
            row.identifier for row in rows if row.decision is Verdict.ACCEPT
        }

    assert live("second") == 0
    with ReviewProject.open(folder) as project:
        assert project.counts().rejected == PAIRS
    assert live("third", opens=folder) == 0
    with ReviewProject.open(folder) as project:
        assert project.rows() == rows


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX thing")
class TestKilled:
    """A window that is killed loses no decision that it showed, and undo goes on from there."""

    @pytest.fixture
    def project(self, tmp_path, home):
        """Forty stick hands, and a person whose name is known."""
        (home / "CONFIG" / "Ossa").mkdir(parents=True)
        (home / "CONFIG" / "Ossa" / "Ossa.conf").write_text(f"[General]\nreviewer={REVIEWER}\n")
        folder = tmp_path / "hands"
        make_project(folder, 40).close()
        return folder

    @pytest.mark.parametrize("count", [1, 17, 40])
    def test_after_the_nth_decision_exactly_n_are_there(self, live, project, count):
        assert live("cut_short", str(count), opens=project) == -signal.SIGKILL
        with ReviewProject.open(project) as opened:
            decided = [row.decision for row in opened.rows()]
            assert [entry.what for entry in opened.trail()].count("decision") == count
        expected = [Verdict.REJECT if place % 3 else Verdict.ACCEPT for place in range(count)]
        assert decided == expected + [None] * (40 - count)
        assert live("undo_one", opens=project) == 0
        with ReviewProject.open(project) as opened:
            assert opened.counts().decided == count - 1
            assert opened.rows()[count - 1].decision is None

    def test_a_note_that_was_being_written_is_there_once(self, live, project):
        assert live("cut_short_while_noting", "six fingers", opens=project) == -signal.SIGKILL
        with ReviewProject.open(project) as opened:
            assert opened.rows()[0].note == ""
        for _ in range(2):
            assert live("look", opens=project) == 0
        with ReviewProject.open(project) as opened:
            first = opened.rows()[0]
            assert (first.note, first.note_by) == ("six fingers", REVIEWER)
            assert len(opened.notes(first.identifier)) == 1

    def test_a_decision_on_all_pairs_is_there_whole_and_undone_whole(self, live, project):
        assert live("cut_short_after_all", opens=project) == -signal.SIGKILL
        with ReviewProject.open(project) as opened:
            assert opened.counts().decided == 40
        assert live("undo_one", opens=project) == 0
        with ReviewProject.open(project) as opened:
            assert opened.counts().decided == 0
