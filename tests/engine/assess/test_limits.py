"""Each landmark's own limit: what its residual may reach before the policy refuses for it."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.assess.assessment import Assessment
from engine.assess.gate import POLICIES, assess, assess_landmarks
from engine.heatmap import draw_heatmap

from .shapes import stick_hands

DISPLACED = {"paper": "wrist-displaced", "refined": "landmark-displaced"}


def refused_for(found: Assessment) -> set[int]:
    """The landmarks that a reason calls displaced."""
    code = DISPLACED[found.policy]
    return {mark for one in found.reasons if one.code == code for mark in one.landmarks}


@pytest.mark.parametrize("policy", POLICIES)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), spread=st.floats(0, 12), moved=st.integers(0, 36))
def test_a_pair_is_refused_for_exactly_the_residuals_beyond_their_limits(
    prior, hand, policy, seed, spread, moved
):
    points = stick_hands(1, seed=seed)[0]
    points[moved] += np.random.default_rng(seed).normal(0, spread, 2)
    found = assess_landmarks(points, prior, hand, policy)
    assert set(np.flatnonzero(found.residuals > found.limits).tolist()) == refused_for(found)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_reason_names_the_limit_that_its_landmark_has(prior, hand, policy):
    points = prior.mean_positions.copy()
    points[[6, 10]] += [(0, 40), (35, 0)]
    found = assess_landmarks(points, prior, hand, policy)
    named = [one for one in found.reasons if one.code == DISPLACED[policy]]
    assert {one.landmarks[0] for one in named} >= {6, 10}
    for one in named:
        assert one.limit == pytest.approx(found.limits[one.landmarks[0]])


def test_policy_paper_limits_the_wrist_alone(prior, hand):
    found = assess(draw_heatmap(prior.mean_positions), prior, hand, "paper")
    wrist = list(hand.group("wrist").landmarks)
    assert (found.limits[wrist] == 16).all()
    assert np.isnan(np.delete(found.limits, wrist)).all()


def test_policy_refined_limits_every_landmark_it_can_expect_somewhere(prior, hand):
    points = prior.mean_positions.copy()
    points[24] = np.nan
    found = assess_landmarks(points, prior, hand, "refined")
    assert np.flatnonzero(np.isnan(found.limits)).tolist() == [24]
    assert (np.delete(found.limits, 24) > 0).all()
    nothing = assess_landmarks(np.full((37, 2), np.nan), prior, hand, "refined")
    assert np.isnan(nothing.limits).all()


def test_a_landmark_right_where_it_is_expected_has_a_limit_too(prior, hand):
    points = prior.statistics.mean / prior.millimetres_per_pixel + [128.0, 140.0]
    found = assess_landmarks(points, prior, hand, "refined")
    assert found.residuals.max() < 1e-6
    assert np.isfinite(found.limits).all()
    assert found.limits.min() > 1


def test_limits_are_kept_and_an_assessment_of_before_has_none(prior, hand):
    found = assess(draw_heatmap(prior.mean_positions), prior, hand)
    np.testing.assert_array_equal(Assessment.from_json(found.to_json()).limits, found.limits)
    older = {name: value for name, value in found.to_dict().items() if name != "limits"}
    assert np.isnan(Assessment.from_json(json.dumps(older)).limits).all()
