"""`ossa merge` in a real process: what it prints, and a mistake in one line."""

import shutil
import subprocess
import sys

import pytest

from engine.review.project import ReviewProject, Verdict
from tests.engine.review.samples import add_pairs


def ossa(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def copies(tmp_path):
    with ReviewProject.create(tmp_path / "a") as project:
        add_pairs(project, [True, True])
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    with ReviewProject.open(tmp_path / "b") as project:
        project.decide([project.rows()[0].identifier], Verdict.REJECT, "Ben")
    return tmp_path / "a", tmp_path / "b"


def test_two_copies_are_joined_and_the_log_says_who_did_it(copies):
    a, b = copies
    done = ossa("merge", a, b, "--actor", "Ada")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{a}: joined 0 pairs, 1 row of the trail and 0 readings from {b}"
    ]
    with ReviewProject.open(a) as project:
        assert project.rows()[0].decided_by == "Ben"
        assert [entry.who for entry in project.log()] == ["Ada"]


def test_what_cannot_be_joined_is_one_line(copies, tmp_path):
    done = ossa("merge", copies[0], tmp_path / "nowhere")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "no such folder" in done.stderr
