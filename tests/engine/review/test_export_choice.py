"""Which pairs go out: whose decision counts, what is asked for, and never a real radiograph."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assess.copy_risk import CopyLevel
from engine.errors import ProjectError
from engine.review.export_choice import Wanted, counted_by, sort_pairs
from engine.review.export_csv import CSV
from engine.review.export_folder import export_folder
from engine.review.export_nfdp import export_nfdp
from engine.review.project import Origin, PairRow, Verdict
from engine.review.records import Counting, CountingRule, ReviewerDecision
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin

MAJORITY = Counting(CountingRule.MAJORITY)
REAL = Origin("", 0, 0, {"source": "real", "name": "3142", "content": "0"})


def _exported(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    return [pair["identifier"] for pair in manifest["pairs"]]


@pytest.mark.parametrize(
    ("counting", "goes_out"),
    [
        (Counting(), False),
        (MAJORITY, True),
        (Counting(CountingRule.ADJUDICATOR, "Ada"), True),
        (Counting(CountingRule.ADJUDICATOR, "Cem"), False),
    ],
)
def test_the_rule_that_is_asked_for_says_whose_decision_counts(
    project, tmp_path, counting, goes_out
):
    disputed, _sure = add_pairs(project, [True, True])
    for who in ("Ada", "Ben"):
        project.decide([disputed], Verdict.ACCEPT, who)
    project.decide([disputed], Verdict.REJECT, "Cem")
    export_folder(project, tmp_path / "out", CSV, actor="Ada", wanted=Wanted(counting))
    assert (disputed in _exported(tmp_path / "out")) == goes_out
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["counting"] == {"rule": counting.rule, "adjudicator": counting.adjudicator}


def test_the_rule_of_an_export_becomes_the_projects_and_stays_it(project, tmp_path):
    (disputed,) = add_pairs(project, [True])
    for who, verdict in (("Ada", Verdict.ACCEPT), ("Ben", Verdict.ACCEPT), ("Cem", Verdict.REJECT)):
        project.decide([disputed], verdict, who)
    assert project.row(disputed).counts_as is Verdict.REJECT
    export_folder(project, tmp_path / "out", CSV, actor="Ada", wanted=Wanted(MAJORITY))
    assert project.counting() == MAJORITY
    assert project.row(disputed).counts_as is Verdict.ACCEPT
    export_folder(project, tmp_path / "again", CSV, actor="Ada")
    assert _exported(tmp_path / "again") == [disputed]


def test_the_manifest_names_everyone_who_decided(project, tmp_path):
    (pair,) = add_pairs(project, [False])
    project.decide([pair], Verdict.REJECT, "Ada")
    project.decide([pair], Verdict.ACCEPT, "Ben", "wrist is fine")
    export_folder(project, tmp_path / "out", CSV, actor="Ada")
    entry = json.loads((tmp_path / "out" / "manifest.json").read_text())["pairs"][0]
    assert entry["decision"]["decided_by"] == "Ben"
    said = [(one["who"], one["verdict"], one["independent"]) for one in entry["decisions"]]
    assert said == [("Ada", "reject", True), ("Ben", "accept", False)]


def test_only_what_a_reviewer_decided_on_goes_out_where_that_is_asked(project, tmp_path):
    decided, undecided = add_pairs(project, [True, True])
    project.decide([decided], Verdict.ACCEPT, "Ada")
    summary = export_folder(
        project, tmp_path / "out", CSV, actor="A", wanted=Wanted(only_decided=True)
    )
    assert _exported(tmp_path / "out") == [decided]
    assert summary.undecided == (undecided,)
    assert any("no reviewer's decision" in line for line in summary.notices)


def test_a_tie_is_no_decision(project, tmp_path):
    (tied,) = add_pairs(project, [True])
    project.decide([tied], Verdict.ACCEPT, "Ada")
    project.decide([tied], Verdict.REJECT, "Ben")
    with pytest.raises(ProjectError, match="no pair to export: held out, because no reviewer"):
        export_folder(project, tmp_path / "out", CSV, actor="Ada", wanted=Wanted(MAJORITY, True))
    export_folder(project, tmp_path / "out", CSV, actor="Ada", wanted=Wanted(MAJORITY))
    assert _exported(tmp_path / "out") == [tied]


def test_a_real_radiograph_never_goes_out_as_synthetic(project, tmp_path):
    (made,) = add_pairs(project, [True])
    real = project.add_pair(a_pair(), an_assessment(True), REAL)
    project.decide([real, made], Verdict.ACCEPT, "Ada")
    summary = export_nfdp(project, tmp_path / "out", actor="Ada")
    assert _exported(tmp_path / "out") == [made]
    assert summary.real == (real,)
    assert any(real in line and "never exported as synthetic" in line for line in summary.notices)
    written = [path.read_bytes() for path in (tmp_path / "out").rglob("*.csv")]
    assert all(real.encode() not in content for content in written)


def test_a_project_of_real_radiographs_has_nothing_to_export(project, tmp_path):
    project.add_pair(a_pair(), an_assessment(True), REAL)
    with pytest.raises(ProjectError, match="a real radiograph is never exported as synthetic"):
        export_folder(project, tmp_path / "out", CSV, actor="Ada")
    assert not (tmp_path / "out").exists()


def test_pairs_that_lack_a_landmark_are_known_without_reading_every_assessment(project):
    whole, refused = add_pairs(project, [True, False])
    lacking = project.add_pair(a_pair(), an_assessment(False, missing=(3,)), an_origin(50))
    mended = project.add_pair(a_pair(), an_assessment(False, missing=(3,)), an_origin(51))
    project.decide([whole, lacking, mended], Verdict.ACCEPT, "Ada")
    project.correct(mended, an_assessment().landmarks, an_assessment(), "Ada")
    assert project.lacking_landmarks() == {lacking}
    broken = an_assessment(True, missing=(5,))
    project.correct(refused, broken.landmarks, broken, "Ada")
    assert project.lacking_landmarks() == {lacking, refused}


def _rows(count):
    decision = st.builds(
        ReviewerDecision,
        who=st.sampled_from(["Ada", "Ben", "Cem"]),
        verdict=st.sampled_from(Verdict),
        at=st.just("2026-01-01T00:00:00.000+00:00"),
        why=st.just(""),
        independent=st.booleans(),
    )
    row = st.builds(
        PairRow,
        identifier=st.uuids().flatmap(
            lambda one: st.sampled_from([f"synthetic-{one.hex}", f"real-{one.hex}"])
        ),
        ordinal=st.integers(1, 99),
        created=st.just(""),
        accepted_by_gate=st.booleans(),
        policy=st.sampled_from(["paper", "refined"]),
        reason_codes=st.just(()),
        decision=st.none(),
        decided_by=st.none(),
        copy_level=st.sampled_from([None, *CopyLevel]),
        decisions=st.lists(decision, max_size=3, unique_by=lambda one: one.who).map(tuple),
        corrected_verdict=st.sampled_from([None, *Verdict]),
    )
    return st.lists(row, max_size=count, unique_by=lambda one: one.identifier)


_WANTED = st.builds(
    Wanted,
    counting=st.sampled_from([Counting(), MAJORITY, Counting(CountingRule.ADJUDICATOR, "Ben")]),
    only_decided=st.booleans(),
    include_copies=st.booleans(),
    policy=st.sampled_from([None, "paper"]),
)


@given(_rows(12), _WANTED, st.data())
def test_every_pair_is_sorted_once_and_what_goes_out_may(rows, wanted, data):
    lacking = {row.identifier for row in rows if data.draw(st.booleans())}
    sorting = sort_pairs(rows, lacking, wanted)
    lists = [getattr(sorting, one.name) for one in fields(sorting)]
    found = [row.identifier for one in lists for row in one]
    assert sorted(found) == sorted(row.identifier for row in rows)
    for row in sorting.going:
        assert row.counts_as is Verdict.ACCEPT
        assert not row.is_real
        assert row.identifier not in lacking
        assert row.copy_level is not CopyLevel.COPY or wanted.include_copies
        assert row.decision is not None or not wanted.only_decided


@given(_rows(12), _WANTED)
def test_asking_for_less_never_lets_more_out(rows, wanted):
    def going(one):
        return {row.identifier for row in sort_pairs(rows, (), one).going}

    assert going(replace(wanted, only_decided=True)) <= going(replace(wanted, only_decided=False))
    assert going(replace(wanted, include_copies=False)) <= going(
        replace(wanted, include_copies=True)
    )


@given(_rows(6))
def test_counting_by_another_rule_changes_the_decision_and_nothing_else(rows):
    for row in rows:
        counted = counted_by(row, MAJORITY)
        assert replace(
            counted, decision=None, decided_by=None, decided_at=None, decided_why=""
        ) == replace(row, decision=None, decided_by=None, decided_at=None, decided_why="")
