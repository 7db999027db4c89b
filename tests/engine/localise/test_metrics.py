"""Errors in millimetres are summed up as the field does."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.anatomy import load_anatomy
from engine.localise.metrics import (
    bootstrap_interval,
    cumulative_errors,
    paired_bootstrap,
    point_errors,
    summarise,
)

ANATOMY = load_anatomy("hand")
some_errors = arrays(np.float64, (3, 37), elements=st.floats(0, 40))


def test_a_point_error_is_a_distance_in_millimetres():
    true = np.zeros((2, 37, 2))
    found = true + np.array([3.0, 4.0])
    np.testing.assert_allclose(point_errors(found, true, np.array([1.0, 0.5]))[:, 0], [5.0, 2.5])


@given(errors=some_errors)
@settings(max_examples=30, deadline=None)
def test_a_summary_counts_every_landmark_once(errors):
    summary = summarise(errors, ANATOMY)
    assert summary.all.mean == pytest.approx(errors.mean())
    assert summary.all.sd == pytest.approx(errors.std())
    for radius, count in summary.all.outliers.items():
        assert count == (errors > radius).sum()
        assert count == sum(group.outliers[radius] for group in summary.groups)
        assert count == sum(landmark.outliers[radius] for landmark in summary.landmarks)
    assert sum(group.count for group in summary.groups) == errors.size


@given(errors=some_errors)
@settings(max_examples=20, deadline=None)
def test_an_interval_holds_the_mean(errors):
    low, high = summarise(errors, ANATOMY).all.interval
    assert low - 1e-9 <= errors.mean() <= high + 1e-9


def test_every_result_names_the_pair_that_sets_its_millimetres():
    assert summarise(np.ones((2, 37)), ANATOMY).scale_pair == "landmarks 1 and 5 are 50 mm apart"


def test_errors_of_another_landmark_set_are_refused():
    with pytest.raises(ValueError, match="expected"):
        summarise(np.ones((2, 4)), ANATOMY)


def test_an_interval_of_a_mean_has_the_width_that_its_spread_gives():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = bootstrap_interval(values)
    assert high - low == pytest.approx(2 * 1.96 * 2 / np.sqrt(400), rel=0.15)


def test_a_paired_difference_is_sharper_than_its_parts():
    rng = np.random.default_rng(1)
    hard = rng.gamma(2, 1, (60, 1)) * np.ones((60, 37))  # some radiographs are hard for everyone
    worse = hard + 0.1 + rng.normal(0, 0.05, (60, 37))
    difference, (low, high) = paired_bootstrap(worse, hard)
    assert difference == pytest.approx(0.1, abs=0.01)
    assert low > 0.05
    assert high < 0.15


def test_several_trainings_widen_the_interval_by_how_much_they_differ():
    rng = np.random.default_rng(2)
    reference = np.abs(rng.normal(1, 0.2, (3, 40, 37)))
    shifted = reference + np.array([-0.5, 0.0, 0.5])[:, None, None]
    _, alike = paired_bootstrap(reference + 0.0, reference)
    _, apart = paired_bootstrap(shifted, reference)
    assert apart[1] - apart[0] > 3 * (alike[1] - alike[0])


def test_errors_on_other_radiographs_are_not_paired():
    with pytest.raises(ValueError, match="not paired"):
        paired_bootstrap(np.ones((3, 37)), np.ones((4, 37)))


@given(errors=some_errors)
@settings(max_examples=20, deadline=None)
def test_cumulative_errors_rise_to_one(errors):
    millimetres, share = cumulative_errors(errors)
    assert (np.diff(millimetres) >= 0).all()
    assert share[-1] == 1
    outside = (
        1 - share[np.searchsorted(millimetres, 4.0, side="right") - 1]
        if (millimetres <= 4.0).any()
        else 1.0
    )
    assert outside == pytest.approx((errors > 4.0).mean())


def test_a_scale_without_a_pair_is_told_as_well():
    from engine.localise.metrics import scale_pair_text

    bare = SimpleNamespace(scale_pair=None, millimetres_per_pixel=0.5)
    assert scale_pair_text(bare) == "0.5 mm per canvas pixel"
