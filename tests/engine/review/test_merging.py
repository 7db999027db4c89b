"""Two copies of a project joined: nothing lost, nothing doubled, the same whichever way round."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ProjectError
from engine.review.merging import MergeReport, merge_projects
from engine.review.project import ReviewProject, Verdict
from engine.review.records import Counting, CountingRule
from tests.engine.review.samples import a_pair, a_reading, add_pairs, an_assessment, an_origin

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
REVIEWERS = ("Ada", "Ben", "Cyd")
MAJORITY = Counting(CountingRule.MAJORITY)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A project of three pairs on which Ada has decided once."""
    folder = tmp_path_factory.mktemp("original") / "demo"
    with ReviewProject.create(folder) as project:
        identifiers = add_pairs(project, [True, False, True])
        project.decide(identifiers[:1], REJECT, "Ada")
    return folder


@pytest.fixture
def copies(original, tmp_path):
    """Two copies of it."""
    return [Path(shutil.copytree(original, tmp_path / name)) for name in ("a", "b")]


def what_stands(folder: Path) -> dict:
    """Everything that is said of every pair, by where the pair comes from."""
    with ReviewProject.open(folder) as project:
        found = {}
        for row in project.rows():
            correction = project.correction(row.identifier)
            found[project.origin(row.identifier).index] = (
                row.decisions,
                (row.decision, row.decided_by, row.decided_at, row.decided_why),
                (row.corrected_verdict, row.corrected_by, row.counts_as),
                None if correction is None else correction.landmarks.tobytes(),
                (row.note, row.note_by, row.gate_verdict, row.policy, row.suspicion),
            )
        return found | {
            "trail": [entry.uuid for entry in project.trail()],
            "readings": project.readings(),
            "counting": project.counting(),
            "counts": project.counts(),
        }


def step_back_and_forth(folder: Path) -> list[dict]:
    """What stands after each undo and redo of every reviewer, but for the new rows' uuids."""
    found = []
    for who in REVIEWERS:
        for step in ("undo", "undo", "redo", "undo"):
            with ReviewProject.open(folder) as project:
                could = getattr(project, f"can_{step}")(who)
                assert bool(getattr(project, step)(who)) is could
            stands = what_stands(folder)
            found.append(stands | {"trail": len(stands["trail"])})
    return found


def test_decisions_corrections_notes_readings_and_pairs_of_both_copies_are_there(copies):
    a, b = copies
    with ReviewProject.open(a) as project:
        one, two, three = (row.identifier for row in project.rows())
        project.decide([two], ACCEPT, "Ada", "mature enough")
    with ReviewProject.open(b) as project:
        project.decide([one, two], REJECT, "Ben")
        landmarks = np.full((37, 2), 9.0)
        project.correct(three, landmarks, an_assessment(False, seed=4), "Ben")
        project.write_note(one, "see me", "Ben")
        project.record_reading(a_reading())
        project.reassess({one: an_assessment(False, seed=5)}, "Ben", "stricter")
        new = project.add_pair(a_pair(3), an_assessment(seed=6), an_origin(77))
        project.store_held_out("f00d", [0.5])
        project.store_prior({"mean": np.zeros(2)})
        picture = project.pair(new).image
    assert merge_projects(a, b, "Ada") == MergeReport(1, 6, 1, ())
    with ReviewProject.open(a) as project:
        assert [one.who for one in project.row(two).decisions] == ["Ada", "Ben"]
        assert project.row(three).corrected_by == "Ben"
        assert np.array_equal(project.correction(three).landmarks, landmarks)
        assert project.row(one).note == "see me"
        assert project.row(one).gate_verdict is REJECT
        assert project.readings() == [a_reading()]
        assert np.array_equal(project.pair(new).image, picture)
        assert project.assessment(new).to_json() == an_assessment(seed=6).to_json()
        assert project.held_out("f00d") == [0.5]
        assert project.prior_arrays() is not None
        assert [(entry.who, entry.what) for entry in project.log()] == [("Ada", "merge")]


def test_joining_again_changes_nothing(copies):
    a, b = copies
    with ReviewProject.open(b) as project:
        project.decide([project.rows()[1].identifier], ACCEPT, "Ben")
        project.add_pair(a_pair(), an_assessment(), an_origin(8))
    merge_projects(a, b)
    before = what_stands(a)
    assert merge_projects(a, b) == MergeReport(0, 0, 0, ())
    assert merge_projects(b, a) == MergeReport(0, 0, 0, ())
    assert what_stands(a) == before == what_stands(b)


def test_the_other_copy_stays_as_it_is(copies):
    a, b = copies
    before = what_stands(b)
    with ReviewProject.open(a) as project:
        project.decide([project.rows()[1].identifier], ACCEPT, "Ada")
    merge_projects(a, b)
    assert what_stands(b) == before


def test_a_pair_made_in_both_copies_is_one_pair_with_what_was_said_in_both(copies):
    a, b = copies
    made = {}
    for folder, who, verdict in ((a, "Ada", REJECT), (b, "Ben", ACCEPT)):
        with ReviewProject.open(folder) as project:
            made[folder] = project.add_pair(a_pair(5), an_assessment(seed=5), an_origin(40))
            project.decide([made[folder]], verdict, who)
    report = merge_projects(a, b)
    assert report.pairs == 0
    assert "1 pair was made in both" in report.notices[0]
    with ReviewProject.open(a) as project:
        assert [one.who for one in project.row(made[a]).decisions] == ["Ada", "Ben"]
        assert project.undo("Ben") == (made[a],)
        with pytest.raises(ProjectError, match="no pair"):
            project.row(made[b])
    assert len(list((a / "pairs").iterdir())) == 8
    assert merge_projects(a, b).trail_rows == 0


def test_the_rule_of_counting_chosen_last_holds_in_both(copies):
    a, b = copies
    with ReviewProject.open(a) as project:
        two = project.rows()[1].identifier
        project.decide([two], ACCEPT, "Ada")
    with ReviewProject.open(b) as project:
        project.decide([two], REJECT, "Ben")
        project.set_counting(MAJORITY, "Ben")
    report = merge_projects(a, b)
    assert any("whose decision counts" in line for line in report.notices)
    with ReviewProject.open(a) as project:
        assert project.counting() == MAJORITY
        assert project.row(two).decision is None


def test_projects_that_are_no_copies_are_joined_and_the_user_is_told(copies, tmp_path):
    a, _ = copies
    with ReviewProject.create(tmp_path / "foreign") as project:
        foreign = project.add_pair(a_pair(), an_assessment(), an_origin(0, seed=9))
        project.decide([foreign], REJECT, "Ben")
    report = merge_projects(a, tmp_path / "foreign")
    assert (report.pairs, report.trail_rows) == (1, 2)
    assert "is no copy of" in report.notices[0]
    with ReviewProject.open(a) as project:
        assert project.row(foreign).decided_by == "Ben"
        assert project.counts().total == 4


def refused(into: Path, other: Path, told: str) -> None:
    before = what_stands(into)
    with pytest.raises(ProjectError, match=told) as error:
        merge_projects(into, other)
    assert "\n" not in str(error.value)
    assert what_stands(into) == before


def test_what_cannot_be_joined_is_told_in_one_line_and_nothing_is_joined(copies, tmp_path):
    a, b = copies
    refused(a, a, "are the same folder")
    refused(a, tmp_path / "nowhere", "there is no such folder")
    anatomy = tmp_path / "two.toml"
    anatomy.write_text(
        'name = "pair"\ntitle = "Two"\nlandmarks = ["a", "b"]\ncoincident_pairs = []\n'
        '[[groups]]\nname = "all"\ntitle = "All"\ncolour = "#000000"\nlandmarks = [0, 1]\n'
        '[scale]\npair = [0, 1]\nmillimetres = 50\n[plausibility]\ngroup = "all"\n'
        "millimetres = 16\n[labelling]\nunary_sigma_millimetres = 25\n[shape]\n"
        "match_threshold_millimetres = 8\n"
    )
    ReviewProject.create(tmp_path / "other", str(anatomy)).close()
    refused(a, tmp_path / "other", "anatomy 'pair'.*'hand'")
    with ReviewProject.open(b) as project:
        first, second = (
            project.add_pair(a_pair(), an_assessment(), an_origin(index)) for index in (50, 51)
        )
        project.decide([first], REJECT, "Ben")
    (b / "pairs" / f"{second}-heatmap.png").unlink()
    refused(a, b, f"{second}-heatmap.png is missing")


def test_the_same_name_for_two_pairs_is_told_in_one_line(copies):
    a, b = copies
    name = "synthetic-00000000feed"
    for index, folder in enumerate(copies):
        with (
            ReviewProject.open(folder) as project,
            patch("engine.review.pairs.new_identifier", return_value=name),
        ):
            project.add_pair(a_pair(), an_assessment(), an_origin(60 + index))
    refused(a, b, f"{name} is one pair in .* and another in")


KINDS = ["decide", "decide", "decide", "undo", "undo", "redo", "correct", "uncorrect", "note"]
KINDS += ["reassess", "count", "merge", "add"]
acts = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(KINDS),
        st.sampled_from(REVIEWERS),
        st.sets(st.sampled_from([0, 1, 2, 3]), min_size=1),
        st.sampled_from([ACCEPT, REJECT, None]),
    ),
    max_size=14,
)


def perform(folder: Path, other: Path, kind: str, who: str, chosen: set, verdict: Verdict | None):
    """One act of one reviewer on a copy."""
    if kind == "merge":
        merge_projects(folder, other, who)
        return
    with ReviewProject.open(folder) as project:
        rows = project.rows()  # the fourth is one that is added, perhaps in both copies
        identifiers = [rows[index].identifier for index in sorted(chosen) if index < len(rows)]
        identifiers = identifiers or [rows[0].identifier]
        assessment = an_assessment(verdict is ACCEPT, seed=len(chosen))
        todo: dict[str, Callable[[], object]] = {
            "decide": lambda: project.decide(identifiers, verdict, who, str(len(chosen))),
            "undo": lambda: project.undo(who),
            "redo": lambda: project.redo(who),
            "correct": lambda: project.correct(
                identifiers[0], assessment.landmarks, assessment, who
            ),
            "uncorrect": lambda: project.uncorrect(identifiers[0], who),
            "note": lambda: project.write_note(identifiers[0], str(verdict), who),
            "reassess": lambda: project.reassess(dict.fromkeys(identifiers, assessment), who, "?"),
            "count": lambda: project.set_counting(
                MAJORITY if verdict is ACCEPT else Counting(CountingRule.ADJUDICATOR, who), who
            ),
            "add": lambda: project.add_pair(a_pair(), assessment, an_origin(90 + len(chosen))),
        }
        todo[kind]()


@settings(max_examples=15, deadline=None)
@given(acts=acts, hours=st.tuples(st.integers(-2, 2), st.integers(-2, 2)))
def test_the_same_stands_whichever_copy_is_joined_into_the_other(original, acts, hours):
    """Also where the clock of one of the two machines is wrong, and with joins in between."""
    with tempfile.TemporaryDirectory() as place:
        a, b = (Path(shutil.copytree(original, Path(place) / name)) for name in ("a", "b"))
        for copy, kind, who, chosen, verdict in acts:
            wrong = datetime.now(UTC) + timedelta(hours=hours[copy])
            told = wrong.isoformat(timespec="milliseconds")
            with patch("engine.review.trail.now", return_value=told):
                perform((a, b)[copy], (b, a)[copy], kind, who, chosen, verdict)
        ab, ba = (Path(shutil.copytree(f, Path(place) / f"{f.name}-joined")) for f in (a, b))
        merge_projects(ab, b)
        merge_projects(ba, a)
        assert what_stands(ab) == what_stands(ba)
        before = what_stands(ab)
        report = merge_projects(ab, b)
        assert (report.pairs, report.trail_rows, report.readings) == (0, 0, 0)
        assert what_stands(ab) == before
        told = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="milliseconds")
        with patch("engine.review.trail.now", return_value=told):
            assert step_back_and_forth(ab) == step_back_and_forth(ba)


def test_a_copy_whose_trail_has_holes_is_refused_in_one_line(copies):
    a, b = copies
    with ReviewProject.open(b) as project:
        project.decide([project.rows()[1].identifier], ACCEPT, "Ben")
        project.undo("Ben")
    connection = sqlite3.connect(b / "review.sqlite")
    connection.execute("DROP TRIGGER trail_is_not_removed")
    connection.execute("DELETE FROM trail WHERE who = 'Ben' AND what = 'decision'")
    connection.commit()
    connection.close()
    refused(a, b, "does not hold together")
