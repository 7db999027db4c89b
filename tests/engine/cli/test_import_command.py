"""`ossa import` in a real process: what it prints and leaves out, and a mistake in one line."""

import subprocess
import sys

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.assess.prior import fit_prior
from engine.review.project import ReviewProject
from tests.engine.assess.shapes import stick_hands
from tests.engine.hand_dataset import write_dataset


def ossa(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def known(tmp_path):
    """A project that has a prior and nothing else."""
    shapes = np.clip(stick_hands(60, seed=4), 8, 247)
    with ReviewProject.create(tmp_path / "known") as project:
        project.store_prior(fit_prior(shapes, load_anatomy("hand")).to_arrays())
    return tmp_path / "known"


def test_radiographs_come_in_but_for_one_that_cannot_be_read(tmp_path, known):
    films = write_dataset(tmp_path / "films", count=5)
    broken = films / "Images" / "hand02.png"
    broken.write_bytes(broken.read_bytes()[:200])
    done = ossa("import", films, "--project", tmp_path / "looked-at", "--weights", known)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{tmp_path / 'looked-at'}: 4 real radiographs imported, ")
    assert line.endswith(", 1 left out")
    assert [told for told in done.stderr.splitlines() if "hand02" in told] == [
        f"{broken} is truncated or damaged: copy the file again; left out"
    ]
    with ReviewProject.open(tmp_path / "looked-at") as project:
        assert [row.is_real for row in project.rows()] == [True] * 4


def test_what_cannot_be_imported_is_one_line(tmp_path, known):
    done = ossa("import", known, "--project", tmp_path / "looked-at")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "is a review project already" in done.stderr
    assert not (tmp_path / "looked-at").exists()
