"""Which limit would have agreed best with what reviewers decided."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.review.agreement import cohens_kappa
from engine.review.thresholds import best_threshold

VALUES = st.lists(
    st.tuples(st.integers(0, 12).map(lambda n: n / 2), st.booleans(), st.booleans()),
    min_size=1,
    max_size=25,
)


def kappa_of(values, anyway, accepted, limit):
    gate = (values <= limit) & ~anyway
    table = [[int((a & b).sum()) for b in (gate, ~gate)] for a in (accepted, ~accepted)]
    return cohens_kappa(table)[0]


def test_the_best_limit_parts_what_reviewers_parted():
    values = np.array([1.0, 2.0, 3.0, 6.0, 7.0])
    nobody = np.zeros(5, bool)
    limit, kappa, before = best_threshold(values, nobody, values < 5, now=2.5)
    assert (limit, kappa) == (4.5, 1.0)
    assert before < 1


def test_a_limit_that_agrees_as_well_as_any_stays():
    values = np.array([1.0, 2.0, 6.0, 7.0])
    limit, kappa, before = best_threshold(values, np.zeros(4, bool), values < 5, now=2.2)
    assert limit == 2.2
    assert kappa == before == 1


def test_pairs_refused_for_something_else_cannot_be_won_by_this_limit():
    values = np.array([1.0, 2.0, 9.0])
    anyway = np.array([False, False, True])
    limit, _, _ = best_threshold(values, anyway, np.array([True, False, True]), now=1.5)
    assert limit == 1.5


def test_reviewers_who_gave_one_verdict_alone_say_nothing_of_a_limit():
    values = np.array([1.0, 2.0, 3.0])
    limit, kappa, before = best_threshold(values, np.zeros(3, bool), np.ones(3, bool), now=5.0)
    assert limit == 5.0
    assert math.isnan(kappa)
    assert math.isnan(before)


@given(VALUES, st.floats(0.1, 7))
def test_no_limit_at_all_agrees_better_than_the_best(found, now):
    values = np.array([one[0] for one in found])
    anyway, accepted = (np.array([one[place] for one in found]) for place in (1, 2))
    limit, kappa, before = best_threshold(values, anyway, accepted, now)
    assert math.isnan(before) or kappa >= before
    for other in (*(values + 0.25), now):
        rival = kappa_of(values, anyway, accepted, other)
        if not math.isnan(rival) and rival > 0:
            assert kappa >= rival - 1e-12
    if not math.isnan(kappa):
        assert kappa == pytest.approx(kappa_of(values, anyway, accepted, limit))
