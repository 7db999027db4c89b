"""Intervals of means and paired differences over seeds and radiographs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.study.comparison import Estimate, helped, mean_with_interval, paired_difference

FIGURES = arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 6)),
    elements=st.floats(-50, 50, allow_nan=False, width=32),
)


@given(FIGURES)
def test_an_interval_lies_within_the_range_of_its_figures(values):
    found = mean_with_interval(values)
    assert values.min() - 1e-9 <= found.low <= found.high <= values.max() + 1e-9
    assert found.mean == pytest.approx(values.mean())


@given(FIGURES)
def test_swapping_the_localisers_turns_the_interval_round(values):
    other = values[::-1].copy()
    there, back = paired_difference(values, other), paired_difference(other, values)
    assert (back.mean, back.low) == pytest.approx((-there.mean, -there.high))


def test_what_is_better_on_every_radiograph_and_seed_is_told_from_what_is_not():
    random = np.random.default_rng(0)
    base = random.gamma(2.0, 1.0, (3, 40))
    assert helped(paired_difference(base - 0.1, base)) == "helped"
    assert helped(paired_difference(base + 0.1, base)) == "did not help"
    assert helped(paired_difference(base, base)) == "cannot be told"


def test_a_shift_of_every_radiograph_by_one_amount_is_known_exactly_because_it_is_paired():
    base = np.random.default_rng(1).gamma(2.0, 1.0, (3, 20))
    found = paired_difference(base - 0.25, base)
    assert (found.low, found.high) == pytest.approx((-0.25, -0.25))


def test_the_interval_of_a_mean_covers_it_as_often_as_it_says_and_more():
    random = np.random.default_rng(2)
    trials = 200
    held = 0
    for trial in range(trials):
        seeds = random.normal(0, 0.5, (4, 1))
        images = random.normal(0, 1.0, (1, 25))
        found = mean_with_interval(seeds + images + random.normal(0, 1, (4, 25)), seed=trial)
        held += found.low <= 0 <= found.high
    assert held / trials > 0.88


def test_seeds_that_disagree_widen_the_interval():
    same = np.tile(np.linspace(-1, 1, 30), (4, 1))
    varied = same + np.array([[-1.0], [1.0], [-1.0], [1.0]])
    calm, wide = mean_with_interval(same), mean_with_interval(varied)
    assert wide.high - wide.low > 2 * (calm.high - calm.low)


def test_figures_of_different_radiographs_are_not_paired():
    with pytest.raises(ValueError, match="nothing pairs"):
        paired_difference(np.zeros((2, 3)), np.zeros((2, 4)))


def test_an_interval_that_touches_zero_tells_nothing():
    assert helped(Estimate(-0.1, -0.2, 0.0)) == "cannot be told"
