"""The exact solution beside belief propagation, for both policies."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from engine.assess.exact_check import build_field, check_exactly
from engine.assess.gate import POLICIES, assess
from engine.assess.graphical_model import exact_labelling, log_score
from engine.assess.potentials import Potentials
from engine.heatmap import draw_heatmap

from .shapes import stick_hands

# Five landmarks that are joined in a loop and beyond it, so that all labellings can be tried.
_SMALL = 5


def small_field(potentials: Potentials, states: int) -> Potentials:
    """The first landmarks of a field with their first states and the last, "missing"."""
    own = np.array([*range(states - 1), potentials.unary.shape[-1] - 1])
    inside = (potentials.edges < _SMALL).all(axis=1)
    return Potentials(
        unary=potentials.unary[:_SMALL][:, own],
        binary=potentials.binary[inside][:, own][:, :, own],
        edges=potentials.edges[inside],
        exists=potentials.exists[:_SMALL][:, own],
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_solution_of_a_refined_field_is_the_best_of_all(prior, hand, seed):
    points = stick_hands(1, seed=seed)[0]
    drawn = np.delete(points, seed, axis=0)
    peaks = POLICIES["refined"].find(draw_heatmap(drawn), hand)
    field = small_field(build_field(peaks, prior, hand, "refined").potentials, states=4)
    assert len(field.edges) >= _SMALL - 1
    labellings = product(range(4), repeat=_SMALL)
    best = max(log_score(field, np.array(labelling)) for labelling in labellings)
    found = exact_labelling(field, field.unary, keep=4)
    assert found.log_score == pytest.approx(best)
    assert log_score(field, found.chosen) == pytest.approx(best)


@pytest.mark.parametrize("policy", list(POLICIES))
def test_nothing_scores_above_the_exact_solution(prior, hand, policy):
    for points in stick_hands(2, seed=31):
        found = check_exactly(assess(draw_heatmap(points), prior, hand, policy), prior, hand)
        assert found is not None
        assert found.exact_log_score >= found.log_score - 1e-9
        if not len(found.differs):
            assert found.exact_log_score == pytest.approx(found.log_score)
        assert found.to_dict()["kept_states"] == found.kept


def test_a_landmark_without_a_marker_is_missing_for_the_exact_solution_too(prior, hand):
    points = np.delete(prior.mean_positions, 24, axis=0)
    judged = assess(draw_heatmap(points), prior, hand, "refined")
    found = check_exactly(judged, prior, hand)
    assert found is not None
    assert np.flatnonzero(found.exact < 0).tolist() == [24]
    assert found.relabelled.tolist() == []


def test_two_ways_to_say_one_labelling_are_compared_as_candidates(prior, hand):
    judged = assess(draw_heatmap(prior.mean_positions), prior, hand, "refined")
    other = judged.chosen.copy()
    other[[7, 20]] = other[[20, 7]]
    found = check_exactly(replace(judged, chosen=other), prior, hand)
    assert found is not None
    assert found.differs.tolist() == []
    assert found.relabelled.tolist() == [7, 20]


@pytest.mark.parametrize("policy", list(POLICIES))
def test_a_heatmap_without_markers_has_nothing_to_solve(prior, hand, policy):
    judged = assess(np.full((256, 256), -1.0), prior, hand, policy)
    assert check_exactly(judged, prior, hand) is None
