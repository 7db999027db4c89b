"""A project of the first Ossa opens in this one, and nothing that it knew is lost."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.assess.suspicion import suspicion
from engine.errors import ProjectError
from engine.review import opening, standing
from engine.review.merging import merge_projects
from engine.review.project import ReviewProject, Verdict
from tests.engine.review.format_1 import FirstOssa
from tests.engine.review.samples import a_pair, an_assessment, an_origin, start_python

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


@pytest.fixture
def old(tmp_path):
    """Three pairs: Ada rejected two in one act and took them back where they stood; Ben decided
    one in between."""
    first = FirstOssa(tmp_path / "old")
    first.identifiers = [
        first.add_pair(a_pair(), an_assessment(accepted, seed=index), an_origin(index))
        for index, accepted in enumerate([True, False, True])
    ]
    one, two, _ = first.identifiers
    act = first.decide([one, two], "reject", "Ada", "blurred")
    first.decide([two], "accept", "Ben")
    first.undo(act, "Ada")
    first.export([two], "Ben")
    yield first
    first.close()


def _old_rows(project: FirstOssa) -> list[tuple]:
    return project.connection.execute(
        "SELECT uuid, at, who, what, identifier, from_verdict, to_verdict, why, group_uuid"
        " FROM trail ORDER BY position"
    ).fetchall()


def test_an_older_project_keeps_its_pairs_trail_and_what_stands(old):
    one, two, three = old.identifiers
    before = _old_rows(old)
    old.close()
    with ReviewProject.open(old.folder) as project:
        assert any("format 2" in notice for notice in project.notices)
        told = [
            (e.uuid, e.when, e.who, e.what, e.identifier, e.from_verdict, e.to_verdict, e.why)
            for e in project.trail()
        ]
        assert told == [row[:-1] for row in before]
        assert [entry.group for entry in project.trail()] == [row[-1] for row in before]
        rows = project.rows()
        assert [row.identifier for row in rows] == [one, two, three]
        assert [row.decision for row in rows] == [None, ACCEPT, None]
        assert [row.decided_by for row in rows] == [None, "Ben", None]
        assert project.origin(three) == an_origin(2)
        assert project.assessment(one).candidates.values.size == 37
        assert project.held_out("f00d") == [0.5, 0.75]
        assert project.pair(one).image.shape == (256, 256)
    with ReviewProject.open(old.folder) as project:
        assert project.notices == ()
        assert project.rows() == rows


def test_the_figures_of_a_list_are_filled_in_from_the_stored_assessments(old):
    old.close()
    with ReviewProject.open(old.folder) as project:
        for row in project.rows():
            assert row.suspicion == pytest.approx(suspicion(project.assessment(row.identifier)))
            assert row.shape_distance > 0
            assert row.accepted_by_gate is project.assessment(row.identifier).accepted


def test_undo_and_redo_go_on_where_the_older_ossa_left_them(old):
    one, two, _ = old.identifiers
    old.close()
    with ReviewProject.open(old.folder) as project:
        # Ada's undo had spared what Ben decided since, so that half of her act is still in force.
        assert project.row(two).decision_of("Ada").verdict is REJECT
        assert project.redo("Ada") == (one,)
        assert project.undo("Ada") == (one, two)
        assert project.redo("Ada") == (one, two)
        assert project.row(one).decision is REJECT
        assert project.undo("Ben") == (two,)
        assert project.row(two).decided_by == "Ada"


def test_independence_follows_from_who_decided_first(old):
    _, two, _ = old.identifiers
    old.close()
    with ReviewProject.open(old.folder) as project:
        said = {one.who: one.independent for one in project.row(two).decisions}
    assert said == {"Ada": True, "Ben": False}


def test_a_decision_of_anothers_that_was_cleared_counts_again_and_the_user_is_told(old):
    three = old.identifiers[2]
    old.decide([three], "reject", "Ada")
    old.decide([three], None, "Ben")
    old.close()
    with ReviewProject.open(old.folder) as project:
        assert project.row(three).decision is REJECT
        assert any("on 1 pair a decision counts again" in line for line in project.notices)


def test_the_trail_stays_append_only(old):
    old.close()
    ReviewProject.open(old.folder).close()
    connection = sqlite3.connect(old.folder / "review.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM trail")
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_migration_that_fails_leaves_the_older_project_as_it_was(old, monkeypatch):
    before = _old_rows(old)
    old.close()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(standing, "refresh_all", fail)
        with pytest.raises(ProjectError, match="disk is full"):
            ReviewProject.open(old.folder)
    connection = sqlite3.connect(old.folder / "review.sqlite")
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
    with ReviewProject.open(old.folder) as project:
        assert [entry.uuid for entry in project.trail()] == [row[0] for row in before]


def test_an_older_project_that_may_not_be_written_says_so_in_one_line(old, monkeypatch):
    old.close()

    def read_only(folder: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{folder / 'review.sqlite'}?mode=ro", uri=True, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        return connection

    monkeypatch.setattr(opening, "connect", read_only)
    with pytest.raises(ProjectError, match="older format and read-only") as error:
        ReviewProject.open(old.folder)
    assert "\n" not in str(error.value)


OPEN = """
import sys
from engine.review.project import ReviewProject
with ReviewProject.open(sys.argv[1]) as project:
    print(len(project.trail()), len(project.rows()))
"""


def test_two_programs_may_open_an_older_project_at_once(old):
    count = len(_old_rows(old))
    old.close()
    processes = [start_python(OPEN, str(old.folder)) for _ in range(2)]
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert output.split() == [str(count), "3"]


def test_two_copies_brought_over_separately_can_still_be_joined(old, tmp_path):
    one, _, three = old.identifiers
    old.close()
    shutil.copytree(old.folder, tmp_path / "copy")
    with ReviewProject.open(old.folder) as project:
        project.decide([one], ACCEPT, "Ada")
    with ReviewProject.open(tmp_path / "copy") as project:
        project.decide([three], REJECT, "Ben")
    report = merge_projects(old.folder, tmp_path / "copy")
    assert (report.pairs, report.trail_rows) == (0, 1)
    with ReviewProject.open(old.folder) as project:
        assert project.row(one).decided_by == "Ada"
        assert project.row(three).decided_by == "Ben"
