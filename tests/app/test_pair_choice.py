"""Which pairs a filter lets pass, and how an order sorts them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pair_choice import (
    Copies,
    Decided,
    Flag,
    Order,
    PairChoice,
    PairFilter,
    figure_shown,
    ordered,
)
from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict
from engine.review.project import PairRow
from engine.review.records import ReviewerDecision

ME, OTHER = "Dr Example", "Dr Other"
CODES = ("wrist-displaced", "shared-candidate")

decisions = st.lists(st.sampled_from([ME, OTHER]), unique=True, max_size=2).flatmap(
    lambda names: st.tuples(
        *[
            st.builds(
                ReviewerDecision,
                who=st.just(name),
                verdict=st.sampled_from(Verdict),
                at=st.just("2026-01-01T00:00:00.000+00:00"),
                why=st.sampled_from(["", "suspect wrist"]),
                independent=st.booleans(),
            )
            for name in names
        ]
    )
)
figures = st.none() | st.floats(0, 50) | st.just(float("nan"))


@st.composite
def rows(draw):
    """Pairs as a project may hold them, each with an ordinal of its own."""
    made = []
    for ordinal in range(1, draw(st.integers(0, 8)) + 1):
        made_by = draw(decisions)
        made.append(
            PairRow(
                identifier=f"synthetic-{ordinal:012x}",
                ordinal=ordinal,
                created="2026-01-01T00:00:00.000+00:00",
                accepted_by_gate=draw(st.booleans()),
                policy="refined",
                reason_codes=tuple(draw(st.sets(st.sampled_from(CODES)))),
                decision=made_by[-1].verdict if made_by else None,
                decided_by=made_by[-1].who if made_by else None,
                copy_level=draw(st.none() | st.sampled_from(CopyLevel)),
                decisions=made_by,
                corrected_verdict=draw(st.none() | st.sampled_from(Verdict)),
                note=draw(st.sampled_from(["", "look again"])),
                shape_distance=draw(figures),
                suspicion=draw(figures),
            )
        )
    return made


filters = st.builds(
    PairFilter,
    verdict=st.none() | st.sampled_from(Verdict),
    decided=st.none() | st.sampled_from(Decided),
    reason=st.sampled_from(["", *CODES]),
    flag=st.none() | st.sampled_from(Flag),
    copies=st.none() | st.sampled_from(Copies),
)


@given(rows())
def test_without_a_filter_every_pair_passes(made):
    assert all(PairFilter().fits(row, ME) for row in made)


@given(rows(), filters)
def test_what_counts_as_something_else_never_passes(made, chosen):
    passed = [row for row in made if chosen.fits(row, ME)]
    if chosen.verdict is not None:
        assert all(row.counts_as is chosen.verdict for row in passed)
    if chosen.reason:
        assert all(chosen.reason in row.reason_codes for row in passed)


@given(rows())
def test_each_pair_is_decided_by_nobody_or_by_somebody(made):
    for row in made:
        by = {who for who in Decided if PairFilter(decided=who).fits(row, ME)}
        assert (Decided.NOBODY in by) == (by == {Decided.NOBODY})
        assert (Decided.ME in by) == (row.decision_of(ME) is not None)


@given(rows())
def test_flagged_is_what_has_a_note_a_correction_or_a_suspicion(made):
    kinds = (Flag.NOTE, Flag.CORRECTED, Flag.SUSPECT)
    for row in made:
        some = any(PairFilter(flag=kind).fits(row, ME) for kind in kinds)
        assert PairFilter(flag=Flag.ANY).fits(row, ME) == some


@given(rows())
def test_every_pair_passes_one_of_the_copy_checks_words(made):
    words = (Copies.COPY, Copies.SUSPECT, Copies.NONE, Copies.UNCHECKED)
    for row in made:
        assert sum(PairFilter(copies=word).fits(row, ME) for word in words) == 1


@given(rows(), st.sampled_from(Order))
def test_an_order_loses_and_doubles_nothing(made, order):
    assert sorted(row.ordinal for row in ordered(made, order)) == [row.ordinal for row in made]


@pytest.mark.parametrize(
    ("order", "figure"), [(Order.SUSPICION, "suspicion"), (Order.SHAPE, "shape_distance")]
)
@given(made=rows())
def test_the_largest_figure_comes_first_and_the_unknown_last(made, order, figure):
    sorted_rows = ordered(made, order)
    told = [bool(figure_shown(row, order)) for row in sorted_rows]
    assert told == sorted(told, reverse=True)
    values = [getattr(row, figure) for row in sorted_rows[: sum(told)]]
    assert values == sorted(values, reverse=True)


@given(filters, st.sampled_from(Order))
def test_a_choice_survives_the_settings(chosen, order):
    choice = PairChoice(chosen, order)
    assert PairChoice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice


def test_a_choice_of_another_version_is_left_open_where_it_is_unknown():
    found = PairChoice.from_dict({"verdict": "maybe", "decided": "me", "order": "by mood"})
    assert found == PairChoice(PairFilter(decided=Decided.ME))
