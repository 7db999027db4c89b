from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.assess.assessment import Assessment
from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.assess.gate import assess, assess_landmarks
from engine.assess.suspicion import shape_distance, suspicion
from engine.heatmap import Candidates, draw_heatmap


@pytest.fixture(scope="module")
def plain(prior, hand) -> Assessment:
    """A hand with nothing odd about it: no residual, no doubt, nothing left over."""
    found = assess(draw_heatmap(prior.mean_positions), prior, hand)
    certain = np.ones_like(found.beliefs)
    return replace(found, beliefs=certain, residuals=np.zeros_like(certain), converged=True)


def with_copy(assessment: Assessment, level: CopyLevel) -> Assessment:
    return replace(assessment, copy_risk=CopyRisk(level, "a", 0.1, 0.5, 0.1, "b", 2.0, 0.9))


def test_nothing_odd_is_no_suspicion(plain):
    assert plain.accepted
    assert suspicion(plain) == 0
    assert suspicion(with_copy(plain, CopyLevel.NONE)) == 0


def test_the_nearer_a_residual_comes_to_its_limit_the_more_suspicious(plain):
    def strained(share: float) -> Assessment:
        residuals = plain.residuals.copy()
        residuals[7] = share * plain.limits[7]
        return replace(plain, residuals=residuals)

    assert suspicion(strained(0.3)) == pytest.approx(0.3)
    assert suspicion(strained(0.9)) == pytest.approx(0.9)
    assert suspicion(strained(50)) == suspicion(strained(2)) == 2


def test_weak_beliefs_unplaced_landmarks_and_unsettled_labels_add_to_it(plain):
    beliefs = plain.beliefs.copy()
    beliefs[[3, 9]] = 0.8
    assert suspicion(replace(plain, beliefs=beliefs)) == pytest.approx(0.4)
    beliefs[3] = np.nan
    placed_by_hand = replace(plain, beliefs=beliefs)
    assert suspicion(placed_by_hand) == pytest.approx(0.2)
    landmarks = plain.landmarks.copy()
    landmarks[3] = np.nan
    assert suspicion(replace(placed_by_hand, landmarks=landmarks)) == 1
    assert suspicion(replace(plain, converged=False)) == 0.25


def test_strong_markers_that_nobody_has_add_to_it_and_faint_ones_do_not(plain):
    def with_spare(*heights: float) -> Assessment:
        positions = np.concatenate([plain.candidates.positions, np.zeros((len(heights), 2))])
        values = np.concatenate([plain.candidates.values, heights])
        return replace(plain, candidates=Candidates(positions, values))

    assert suspicion(with_spare(0.2, 0.3)) == 0
    assert suspicion(with_spare(0.9, 0.3)) == 0.25
    assert suspicion(with_spare(*[0.9] * 12)) == 1


def test_a_copy_comes_before_a_suspect_and_that_before_an_original(plain):
    levels = [CopyLevel.NONE, CopyLevel.SUSPECT, CopyLevel.COPY]
    assert [suspicion(with_copy(plain, level)) for level in levels] == [0, 1, 2]


def test_a_refused_hand_comes_before_the_same_hand_accepted(plain):
    assert suspicion(replace(plain, accepted=False)) == 1


def test_the_shape_distance_is_the_root_mean_square_of_what_is_known(plain):
    residuals = np.full(37, np.nan)
    assert np.isnan(shape_distance(replace(plain, residuals=residuals)))
    residuals[[0, 1]] = 3.0, 4.0
    assert shape_distance(replace(plain, residuals=residuals)) == pytest.approx(np.sqrt(12.5))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), missing=st.floats(0, 1), spread=st.sampled_from([0, 5, 1e4]))
def test_any_assessment_has_a_finite_suspicion(prior, hand, seed, missing, spread):
    rng = np.random.default_rng(seed)
    points = prior.mean_positions + rng.normal(0, spread, (37, 2))
    points[rng.random(37) < missing] = np.nan
    for policy in ("paper", "refined"):
        assert 0 <= suspicion(assess_landmarks(points, prior, hand, policy)) < 8
