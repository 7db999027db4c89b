"""A reason given after the decision: attached to it, undone and redone with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.review.project import ReviewProject, Verdict
from engine.review.reviewer_reasons import OVERRULING, REJECTING, reason_words, reasons_for
from tests.engine.review.samples import add_pairs, an_assessment

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


@pytest.fixture
def project(tmp_path: Path) -> Iterator[ReviewProject]:
    with ReviewProject.create(tmp_path / "demo") as project:
        yield project


def test_a_reason_stands_with_its_decision_and_changes_nothing_else(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada", others_hidden=True)
    project.give_reason([identifier], "poor-image", "Ada")
    (said,) = project.row(identifier).decisions
    assert (said.verdict, said.why, said.independent) == (REJECT, "poor-image", True)
    assert project.row(identifier).decided_why == "poor-image"


def test_one_undo_takes_back_decision_and_reason_and_one_redo_brings_both_back(project):
    first, second = add_pairs(project, [True, True])
    project.decide([first], ACCEPT, "Ada")
    project.decide([first, second], REJECT, "Ada")
    project.give_reason([first, second], "looks-copied", "Ada")
    assert project.undo("Ada") != ()
    assert project.row(first).decision is ACCEPT
    assert project.row(second).decision is None
    assert {entry.to_verdict for entry in project.trail(second) if entry.what == "undo"} == {None}
    assert project.redo("Ada") != ()
    assert [project.row(one).decided_why for one in (first, second)] == ["looks-copied"] * 2
    assert project.undo("Ada") != ()
    assert project.undo("Ada") != ()
    assert not project.can_undo("Ada")
    assert project.row(first).decision is None


def test_the_last_reason_given_counts_and_the_same_again_leaves_no_row(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    project.give_reason([identifier], "poor-image", "Ada")
    project.give_reason([identifier], "looks-copied", "Ada")
    before = project.trail()
    project.give_reason([identifier], "looks-copied", "Ada")
    assert project.trail() == before
    assert project.row(identifier).decided_why == "looks-copied"


def test_where_one_has_decided_nothing_there_is_nothing_to_give_a_reason_for(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ben")
    before = project.trail()
    project.give_reason([identifier], "poor-image", "Ada")
    project.decide([identifier], ACCEPT, "Ada")
    project.decide([identifier], None, "Ada")
    project.give_reason([identifier], "poor-image", "Ada")
    assert [entry.why for entry in project.trail()[len(before) :]] == ["", ""]
    assert project.row(identifier).decision_of("Ben").why == ""


def test_a_reason_is_there_after_opening_again(tmp_path):
    with ReviewProject.create(tmp_path / "kept") as project:
        (identifier,) = add_pairs(project, [True])
        project.decide([identifier], REJECT, "Ada")
        project.give_reason([identifier], "other-rejected", "Ada")
    with ReviewProject.open(tmp_path / "kept") as project:
        assert project.row(identifier).decided_why == "other-rejected"
        assert project.undo("Ada") != ()
        assert project.row(identifier).decision is None


def test_a_rejection_and_an_acceptance_against_the_gate_have_reasons_and_no_other(project):
    accepted, rejected = add_pairs(project, [True, False])
    assert reasons_for(project.row(accepted), REJECT) == REJECTING
    assert reasons_for(project.row(rejected), REJECT) == REJECTING
    assert reasons_for(project.row(rejected), ACCEPT) == OVERRULING
    assert reasons_for(project.row(accepted), ACCEPT) == ()


def test_the_gate_that_is_overruled_is_the_one_that_saw_the_corrected_landmarks(project):
    (rejected,) = add_pairs(project, [False])
    found = an_assessment(True)
    project.correct(rejected, found.landmarks, found, "Ada")
    assert reasons_for(project.row(rejected), ACCEPT) == ()


def test_every_reason_has_a_code_and_words_of_its_own_among_the_five_that_are_offered():
    for offered in (REJECTING, OVERRULING):
        assert len({reason.code for reason in offered}) == 5
        assert len({reason.words for reason in offered}) == 5
        assert all(reason_words(reason.code) == reason.words for reason in offered)
    assert not {one.code for one in REJECTING} & {one.code for one in OVERRULING}
    assert reason_words("six fingers") == "six fingers"
