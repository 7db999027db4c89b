"""Several programs at one project, and programs that die."""

import os
import signal
import sqlite3
import time
from pathlib import Path
from threading import Thread

import pytest

from engine.review.project import ReviewProject, Verdict
from tests.engine.review.samples import (
    SETTINGS,
    a_pair,
    add_pairs,
    an_assessment,
    an_origin,
    start_python,
)

GENERATE = """
import sys
from tests.engine.review.samples import a_pair, an_assessment, an_origin
from engine.review.project import ReviewProject
with ReviewProject.open_or_create(sys.argv[1]) as project:
    pair = a_pair()
    there = project.sampled_indices(an_origin().weights_hash, 1, an_origin().settings)
    for index in range(int(sys.argv[2])):
        if index not in there:
            identifier = project.add_pair(pair, an_assessment(seed=index), an_origin(index))
            print(index, identifier, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX thing")
@pytest.mark.parametrize("acknowledged", [1, 6])
def test_a_killed_program_loses_no_pair_it_reported_and_doubles_none(tmp_path, acknowledged):
    folder = tmp_path / "demo"
    process = start_python(GENERATE, str(folder), "1000")
    reported = [process.stdout.readline().split() for _ in range(acknowledged)]
    process.send_signal(signal.SIGKILL)
    reported += [line.split() for line in process.stdout.read().splitlines()]
    process.wait(timeout=30)
    process.stdout.close()
    process.stderr.close()

    with ReviewProject.open(folder) as project:
        stored = {project.origin(row.identifier).index: row.identifier for row in project.rows()}
        assert len(stored) == len(project.rows())
        for index, identifier in reported:
            assert stored[int(index)] == identifier
        assert len(stored) - len(reported) in (0, 1)
        for identifier in stored.values():
            project.pair(identifier)
        wanted = len(stored) + 3

    process = start_python(GENERATE, str(folder), str(wanted))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    with ReviewProject.open(folder) as project:
        indices = project.sampled_indices(an_origin().weights_hash, 1, SETTINGS)
        assert indices == set(range(wanted))
        assert len(project.rows()) == wanted


def _leave_orphans(folder: Path) -> list[Path]:
    names = ["synthetic-0123456789ab-image.png", "synthetic-0123456789ab-heatmap.png.00ff00ff.part"]
    orphans = [folder / "pairs" / name for name in names] + [folder / "prior.npz.00ff00ff.part"]
    for orphan in orphans:
        orphan.write_bytes(b"half a picture")
    return orphans


def _make_old(*paths: Path) -> None:
    long_ago = time.time() - 3600
    for path in paths:
        os.utime(path, (long_ago, long_ago))


def test_opening_sweeps_what_a_dead_program_left_and_nothing_else(tmp_path):
    folder = tmp_path / "demo"
    with ReviewProject.create(folder) as project:
        (identifier,) = add_pairs(project, [True])
    orphans, foreign = _leave_orphans(folder), folder / "pairs" / "notes.txt"
    foreign.touch()
    kept = [foreign, *(folder / "pairs").glob(f"{identifier}-*")]
    _make_old(*orphans, *kept)
    with ReviewProject.open(folder) as project:
        project.pair(identifier)
    assert not any(orphan.exists() for orphan in orphans)
    assert all(path.exists() for path in kept)


def test_young_orphans_are_left_alone(tmp_path):
    ReviewProject.create(tmp_path / "demo").close()
    orphans = _leave_orphans(tmp_path / "demo")
    ReviewProject.open(tmp_path / "demo").close()
    assert all(orphan.exists() for orphan in orphans)


def test_nothing_is_swept_while_another_program_writes(tmp_path):
    folder = tmp_path / "demo"
    ReviewProject.create(folder).close()
    orphans = _leave_orphans(folder)
    _make_old(*orphans)
    writer = sqlite3.connect(folder / "review.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    ReviewProject.open(folder).close()
    assert time.monotonic() - began < 2
    assert all(orphan.exists() for orphan in orphans)
    writer.execute("ROLLBACK")
    writer.close()
    ReviewProject.open(folder).close()
    assert not any(orphan.exists() for orphan in orphans)


def test_one_program_adds_while_another_decides_and_a_third_opens(tmp_path):
    folder, count = tmp_path / "demo", 20
    ReviewProject.create(folder).close()
    process = start_python(GENERATE, str(folder), str(count))
    with ReviewProject.open(folder) as project:
        seen = 0
        while process.poll() is None or project.rows_since(seen):
            for row in project.rows_since(seen):
                project.decide([row.identifier], Verdict.REJECT, "Ada")
                project.pair(row.identifier)
                seen = row.ordinal
            ReviewProject.open(folder).close()
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert project.counts().total == project.counts().decided == count


def test_two_programs_that_make_the_same_pairs_store_each_once(tmp_path):
    folder = tmp_path / "demo"
    processes = [start_python(GENERATE, str(folder), "12") for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    with ReviewProject.open(folder) as project:
        assert len(project.rows()) == 12
    assert len(list((folder / "pairs").iterdir())) == 24


def test_one_project_object_serves_several_threads(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        identifiers = add_pairs(project, [True] * 4)
        failures = []

        def work(identifier: str, index: int) -> None:
            try:
                for verdict in (Verdict.REJECT, Verdict.ACCEPT, None):
                    project.decide([identifier], verdict, f"reviewer {index}")
                    project.pair(identifier)
                    project.counts()
                    project.add_pair(a_pair(), an_assessment(), an_origin(100 + index))
            except Exception as error:
                failures.append(error)

        threads = [Thread(target=work, args=(i, n)) for n, i in enumerate(identifiers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert project.counts().total == 8
