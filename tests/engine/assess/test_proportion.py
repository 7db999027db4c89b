"""Intervals of shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from engine.assess.proportion import wilson_interval


@st.composite
def counts(draw):
    trials = draw(st.integers(1, 5000))
    return draw(st.integers(0, trials)), trials


@given(counts())
def test_the_interval_is_scipys(case):
    successes, trials = case
    low, high = wilson_interval(successes, trials)
    theirs = binomtest(successes, trials).proportion_ci(method="wilson")
    assert low == pytest.approx(theirs.low, abs=1e-12)
    assert high == pytest.approx(theirs.high, abs=1e-12)


@given(counts())
def test_the_interval_holds_the_share_and_stays_a_share(case):
    successes, trials = case
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1


def test_of_no_trial_nothing_is_known():
    low, high = wilson_interval([0, 1], [0, 1])
    assert (low[0], high[0]) == (0, 1)
    assert low[1] > 0


def test_many_shares_are_done_at_once_and_each_for_itself():
    successes, trials = np.arange(11), np.full(11, 10)
    low, high = wilson_interval(successes, trials)
    for k in range(11):
        assert (low[k], high[k]) == tuple(map(float, wilson_interval(k, 10)))
    assert np.all(np.diff(low) > 0)
