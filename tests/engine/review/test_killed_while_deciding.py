"""A program that is killed loses no decision that it acknowledged, and undo goes on from there."""

import os
import random
import shutil
import signal
from pathlib import Path

import pytest

from engine.review.project import ReviewProject, Verdict
from tests.engine.review.samples import add_pairs, start_python

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX thing")

PAIRS = 10
DECIDE = """
import os, signal, sys
from engine.review.project import ReviewProject, Verdict
with ReviewProject.open(sys.argv[1]) as project:
    identifiers = [row.identifier for row in project.rows()]
    for count in range(1, 501):
        verdict = Verdict.REJECT if count % 3 else Verdict.ACCEPT
        project.decide([identifiers[count % len(identifiers)]], verdict, "Ada", str(count))
        print(count, flush=True)
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original") / "demo"
    with ReviewProject.create(folder) as project:
        add_pairs(project, [True] * PAIRS)
    return folder


@pytest.fixture
def folder(original, tmp_path):
    return Path(shutil.copytree(original, tmp_path / "demo"))


def check(folder: Path, count: int) -> None:
    """Exactly the first `count` decisions are there, and the last can be undone and redone."""
    with ReviewProject.open(folder) as project:
        identifiers = [row.identifier for row in project.rows()]
        made = [entry for entry in project.trail() if entry.what == "decision"]
        assert [entry.why for entry in made] == [str(n) for n in range(1, count + 1)]
        assert project.counts().decided == min(count, PAIRS)
        last = identifiers[count % PAIRS]
        assert project.row(last).decided_why == str(count)
        assert project.row(last).decision is (Verdict.REJECT if count % 3 else Verdict.ACCEPT)
        before = project.rows()
        assert project.undo("Ada") == (last,)
        assert project.row(last).decided_why == (str(count - PAIRS) if count > PAIRS else "")
        assert project.redo("Ada") == (last,)
        assert project.rows() == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_the_nth_of_500_decisions_exactly_n_are_there(folder, seed):
    count = random.Random(seed).randint(1, 500)
    process = start_python(DECIDE, str(folder), str(count))
    output, errors = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, errors
    assert output.split() == [str(n) for n in range(1, count + 1)]
    check(folder, count)


def test_killed_at_any_moment_it_loses_none_that_was_acknowledged(folder):
    process = start_python(DECIDE, str(folder), "0")
    acknowledged = [process.stdout.readline().strip() for _ in range(25)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.read().split()
    process.wait(timeout=30)
    process.stdout.close()
    process.stderr.close()
    with ReviewProject.open(folder) as project:
        there = sum(entry.what == "decision" for entry in project.trail())
    assert there - len(acknowledged) in (0, 1)
    check(folder, there)
