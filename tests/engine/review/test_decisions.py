"""Decisions, undo and redo, and the trail that never forgets."""

import sqlite3

import pytest

from engine.errors import ProjectError
from engine.review.project import Counts, ReviewProject, Verdict
from engine.review.records import Counting, CountingRule
from tests.engine.review.samples import a_reading, add_pairs

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


def test_a_decision_counts_instead_of_the_gates_verdict(project):
    good, bad = add_pairs(project, [True, False])
    project.decide([bad], ACCEPT, "Ada")
    assert project.row(bad).counts_as is ACCEPT
    assert project.row(bad).decided_by == "Ada"
    assert project.row(good).counts_as is ACCEPT
    assert project.row(good).decided_by is None


def test_counts_follow_decisions(project):
    assert project.counts() == Counts(0, 0, 0, 0, 0)
    identifiers = add_pairs(project, [True, True, False, False])
    assert project.counts() == Counts(4, 2, 2, 0, 0)
    project.decide(identifiers[1:3], REJECT, "Ada")
    assert project.counts() == Counts(4, 1, 3, 2, 1)


def test_a_bulk_decision_is_one_act_and_is_undone_as_one(project):
    identifiers = add_pairs(project, [True] * 5)
    group = project.decide(identifiers, REJECT, "Ada", "blurred")
    entries = [entry for entry in project.trail() if entry.what == "decision"]
    assert {entry.group for entry in entries} == {group}
    assert {entry.why for entry in entries} == {"blurred"}
    assert project.undo("Ada") == tuple(identifiers)
    assert project.counts().rejected == 0
    assert project.redo("Ada") == tuple(identifiers)
    assert project.counts().rejected == 5


def test_clearing_a_decision_brings_the_gates_verdict_back(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    project.decide([identifier], None, "Ada")
    row = project.row(identifier)
    assert (row.decision, row.decided_by, row.counts_as) == (None, None, ACCEPT)
    project.undo("Ada")
    assert project.row(identifier).counts_as is REJECT


def test_undo_and_redo_survive_a_restart(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        (identifier,) = add_pairs(project, [True])
        project.decide([identifier], REJECT, "Ada")
    with ReviewProject.open(tmp_path / "demo") as project:
        assert project.can_undo("Ada")
        assert project.undo("Ada") == (identifier,)
    with ReviewProject.open(tmp_path / "demo") as project:
        assert not project.can_undo("Ada")
        assert project.redo("Ada") == (identifier,)
        assert project.row(identifier).counts_as is REJECT


def test_a_new_decision_ends_redo_for_good(project):
    first, second = add_pairs(project, [True, True])
    project.decide([first], REJECT, "Ada")
    project.undo("Ada")
    project.decide([second], REJECT, "Ada")
    assert not project.can_redo("Ada")
    project.undo("Ada")
    project.redo("Ada")
    assert not project.can_redo("Ada")
    assert project.row(first).counts_as is ACCEPT


def test_nothing_to_undo_or_redo_changes_nothing(project):
    add_pairs(project, [True])
    before = project.trail()
    assert project.undo("Ada") == ()
    assert project.redo("Ada") == ()
    assert project.trail() == before


def test_undo_takes_back_ones_own_decisions_also_where_another_has_decided_since(project):
    # Reviewers used to share one chain per pair, so Ada's undo had to spare what Ben had decided
    # since. Now each has a chain of their own: hers goes, his stands and still counts.
    first, second = add_pairs(project, [True, True])
    project.decide([first, second], REJECT, "Ada")
    project.decide([second], ACCEPT, "Ben")
    assert project.undo("Ada") == (first, second)
    row = project.row(second)
    assert (row.decision, row.decided_by) == (ACCEPT, "Ben")
    assert [one.who for one in row.decisions] == ["Ben"]
    assert project.undo("Cyd") == ()


def test_what_another_decided_counts_again_once_the_newer_decision_is_undone(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada", "fused finger")
    project.decide([identifier], ACCEPT, "Ben")
    project.undo("Ben")
    row = project.row(identifier)
    assert (row.decision, row.decided_by, row.decided_why) == (REJECT, "Ada", "fused finger")


def test_saying_the_same_again_leaves_no_row(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    before = project.trail()
    project.decide([identifier, identifier], REJECT, "Ada")
    assert project.trail() == before
    project.decide([identifier], REJECT, "Ben")
    assert len(project.trail()) == len(before) + 1


def test_an_unknown_pair_among_many_changes_none(project):
    (identifier,) = add_pairs(project, [True])
    with pytest.raises(ProjectError, match="no pair 'synthetic-0'"):
        project.decide([identifier, "synthetic-0"], REJECT, "Ada")
    assert project.row(identifier).decision is None


def test_the_trail_says_who_what_when_from_what_to_what_and_why(project):
    (identifier,) = add_pairs(project, [False])
    project.decide([identifier], ACCEPT, "Ada", "wrist is fine")
    project.undo("Ada")
    project.record_export("Ada", [identifier], "/somewhere", "nfdp")
    entries = project.trail(identifier)
    assert [(e.who, e.what, e.from_verdict, e.to_verdict) for e in entries] == [
        ("gate:paper", "verdict", None, REJECT),
        ("Ada", "decision", None, ACCEPT),
        ("Ada", "undo", ACCEPT, None),
        ("Ada", "export", None, None),
    ]
    assert [e.why for e in entries] == [
        "landmark 5 lies 20 mm from its place",
        "wrist is fine",
        "",
        "nfdp to /somewhere",
    ]
    assert all(e.when.endswith("+00:00") for e in entries)
    assert len({e.uuid for e in entries}) == 4
    assert project.trail() == entries


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE trail SET who = 'nobody'",
        "DELETE FROM trail",
        "INSERT OR REPLACE INTO trail SELECT * FROM trail",
        "UPDATE pair SET seed = '1'",
        "DELETE FROM pair",
        "INSERT OR REPLACE INTO pair SELECT * FROM pair",
        "UPDATE judgement SET accepted = 1",
        "DELETE FROM judgement",
        "INSERT OR REPLACE INTO judgement SELECT * FROM judgement",
        "UPDATE reading SET said_real = 1",
        "DELETE FROM reading",
        "INSERT OR REPLACE INTO reading SELECT * FROM reading",
        "UPDATE project_log SET who = 'nobody'",
        "DELETE FROM project_log",
        "INSERT OR REPLACE INTO project_log SELECT * FROM project_log",
    ],
)
def test_nobody_can_change_what_was_recorded(project, tampering):
    add_pairs(project, [False])
    project.record_reading(a_reading())
    project.set_counting(Counting(CountingRule.MAJORITY), "Ada")
    before = (project.trail(), project.rows(), project.readings(), project.log())
    other = sqlite3.connect(project.folder / "review.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(tampering)
    other.close()
    assert (project.trail(), project.rows(), project.readings(), project.log()) == before
