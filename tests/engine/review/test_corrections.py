"""Landmarks corrected instead of a pair rejected; the gate asked again; notes and readings."""

from dataclasses import replace

import numpy as np
import pytest

from engine.assess.suspicion import shape_distance, suspicion
from engine.errors import ProjectError
from engine.review.project import Counts, ReviewProject, Verdict
from tests.engine.review.samples import a_reading, add_pairs, an_assessment

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


def corrected(seed=7, accepted=True):
    assessment = an_assessment(accepted, seed=seed)
    return assessment.landmarks, assessment


def test_a_correction_counts_instead_of_the_gates_verdict_and_keeps_the_original(project):
    (identifier,) = add_pairs(project, [False])
    original = project.assessment(identifier).to_json()
    landmarks, assessment = corrected()
    landmarks = landmarks.copy()
    landmarks[3] = np.nan
    project.correct(identifier, landmarks, assessment, "Ada", "index tip was on the thumb")
    row = project.row(identifier)
    assert (row.gate_verdict, row.corrected_verdict, row.corrected_by) == (REJECT, ACCEPT, "Ada")
    assert row.counts_as is ACCEPT
    assert project.counts() == Counts(1, 1, 0, 0, 0)
    assert project.assessment(identifier).to_json() == original
    assert project.effective_assessment(identifier).to_json() == assessment.to_json()
    correction = project.correction(identifier)
    assert np.array_equal(correction.landmarks, landmarks, equal_nan=True)
    assert (correction.identifier, correction.who) == (identifier, "Ada")
    entry = project.trail(identifier)[-1]
    assert (entry.what, entry.to_verdict, entry.why) == (
        "correction",
        ACCEPT,
        "index tip was on the thumb",
    )


def test_a_decision_counts_before_a_correction(project):
    (identifier,) = add_pairs(project, [False])
    project.correct(identifier, *corrected(), "Ada")
    project.decide([identifier], REJECT, "Ada")
    assert project.row(identifier).counts_as is REJECT
    project.undo("Ada")
    assert project.row(identifier).counts_as is ACCEPT


def test_undo_and_redo_walk_decisions_and_corrections_in_one_order_also_after_a_restart(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        first, second = add_pairs(project, [False, True])
        project.decide([first], REJECT, "Ada")
        project.correct(second, *corrected(1), "Ada")
        project.correct(second, *corrected(2), "Ada")
        project.decide([first, second], ACCEPT, "Ada")
    with ReviewProject.open(tmp_path / "demo") as project:
        assert project.undo("Ada") == (first, second)
        assert project.undo("Ada") == (second,)
        one, _ = corrected(1)
        assert np.array_equal(project.correction(second).landmarks, one)
        assert project.undo("Ada") == (second,)
        assert project.correction(second) is None
        assert project.undo("Ada") == (first,)
        assert not project.can_undo("Ada")
    with ReviewProject.open(tmp_path / "demo") as project:
        redone = [project.redo("Ada") for _ in range(4)]
        assert redone == [(first,), (second,), (second,), (first, second)]
        assert not project.can_redo("Ada")
        two, _ = corrected(2)
        assert np.array_equal(project.correction(second).landmarks, two)
        assert project.row(first).decision is ACCEPT


def test_taking_a_correction_back_is_an_act_that_can_be_undone(project):
    (identifier,) = add_pairs(project, [False])
    project.correct(identifier, *corrected(), "Ada")
    project.uncorrect(identifier, "Ada")
    assert project.correction(identifier) is None
    assert project.row(identifier).counts_as is REJECT
    assert project.effective_assessment(identifier).accepted is False
    project.undo("Ada")
    assert project.row(identifier).corrected_verdict is ACCEPT


def test_the_newest_correction_stands_and_one_takes_back_only_ones_own(project):
    (identifier,) = add_pairs(project, [False])
    project.correct(identifier, *corrected(1), "Ada")
    project.correct(identifier, *corrected(2), "Ben")
    assert project.correction(identifier).who == "Ben"
    before = project.trail()
    project.uncorrect(identifier, "Cyd")
    assert project.trail() == before
    project.uncorrect(identifier, "Ben")
    assert project.correction(identifier).who == "Ada"


def test_a_correction_of_other_landmarks_or_of_no_pair_is_refused(project):
    (identifier,) = add_pairs(project, [True])
    landmarks, assessment = corrected()
    before = project.trail()
    with pytest.raises(ValueError, match="shape"):
        project.correct(identifier, landmarks[:5], assessment, "Ada")
    for act in (
        lambda: project.correct("synthetic-0", landmarks, assessment, "Ada"),
        lambda: project.uncorrect("synthetic-0", "Ada"),
        lambda: project.correction("synthetic-0"),
        lambda: project.effective_assessment("synthetic-0"),
        lambda: project.write_note("synthetic-0", "?", "Ada"),
        lambda: project.reassess({"synthetic-0": assessment}, "Ada", "?"),
    ):
        with pytest.raises(ProjectError, match="no pair 'synthetic-0'"):
            act()
    assert project.trail() == before


def test_a_list_shows_how_far_a_shape_is_off_and_how_suspicious_it_is(project):
    (identifier,) = add_pairs(project, [True])
    assessment, row = project.assessment(identifier), project.row(identifier)
    assert row.shape_distance == pytest.approx(shape_distance(assessment))
    assert row.suspicion == pytest.approx(suspicion(assessment))


def test_an_unmatched_shape_has_no_distance(project):
    (identifier,) = add_pairs(project, [True])
    lost = replace(an_assessment(False), residuals=np.full(37, np.nan))
    project.reassess({identifier: lost}, "Ada", "no match")
    assert project.row(identifier).shape_distance is None


def test_a_reassessment_replaces_the_gates_word_and_keeps_what_reviewers_said(project):
    first, second, third = add_pairs(project, [False, False, True])
    project.decide([first], REJECT, "Ada", "blurred")
    project.correct(second, *corrected(), "Ada")
    anew = {name: an_assessment(True, seed=30, policy="refined") for name in (first, second, third)}
    group = project.reassess(anew, "Ben", "refined")
    row = project.row(first)
    assert (row.policy, row.gate_verdict, row.reason_codes) == ("refined", ACCEPT, ())
    assert (row.decision, row.decided_why) == (REJECT, "blurred")
    assert project.row(second).corrected_by == "Ada"
    assert project.assessment(third).policy == "refined"
    entries = [entry for entry in project.trail() if entry.what == "reassessment"]
    assert {entry.group for entry in entries} == {group}
    assert [(e.who, e.from_verdict, e.to_verdict, e.why) for e in entries] == [
        ("Ben", REJECT, ACCEPT, "refined"),
        ("Ben", REJECT, ACCEPT, "refined"),
        ("Ben", ACCEPT, ACCEPT, "refined"),
    ]
    assert project.trail(first)[0].to_verdict is REJECT


def test_a_reassessment_that_says_the_same_leaves_no_row_and_is_nobodys_to_undo(project):
    (identifier,) = add_pairs(project, [True])
    before = project.trail()
    project.reassess({identifier: project.assessment(identifier)}, "Ada", "the same")
    assert project.trail() == before
    project.reassess({identifier: an_assessment(False, seed=9)}, "Ada", "stricter")
    assert not project.can_undo("Ada")
    assert project.row(identifier).gate_verdict is REJECT


def test_notes_are_kept_all_and_the_newest_is_shown(project):
    (identifier,) = add_pairs(project, [True])
    project.write_note(identifier, "ask Ben", "Ada")
    project.write_note(identifier, "ask Ben", "Ada")
    project.write_note(identifier, "looks fine to me", "Ben")
    assert [(who, text) for who, _, text in project.notes(identifier)] == [
        ("Ada", "ask Ben"),
        ("Ben", "looks fine to me"),
    ]
    row = project.row(identifier)
    assert (row.note, row.note_by) == ("looks fine to me", "Ben")
    assert not project.can_undo("Ada")
    project.write_note(identifier, "", "Ben")
    assert project.row(identifier).note == ""
    assert [entry.why for entry in project.trail(identifier) if entry.what == "note"] == [
        "ask Ben",
        "looks fine to me",
        "",
    ]


def test_readings_come_back_as_they_were_given_by_session(tmp_path):
    answers = [a_reading("r1", "s1"), a_reading("r2", "s2", is_real=True), a_reading("r3", "s1")]
    with ReviewProject.create(tmp_path / "demo") as project:
        for answer in [*answers, answers[0]]:
            project.record_reading(answer)
    with ReviewProject.open(tmp_path / "demo") as project:
        assert project.readings() == answers
        assert project.readings("s1") == [answers[0], answers[2]]
        assert project.readings("none") == []


def test_a_confidence_beyond_its_scale_is_no_reading():
    with pytest.raises(ValueError, match="1 to 5"):
        replace(a_reading(), confidence=6)
