"""Landmarks that a reviewer drags, judged as the gate judged the pair."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assess.assessment import Assessment
from engine.assess.correction import LandmarkJudge
from engine.assess.gate import POLICIES, assess
from engine.errors import SettingsError, WeightsError
from engine.heatmap import draw_heatmap

from .shapes import MILLIMETRES_PER_PIXEL, stick_hands

SEEDS = st.integers(0, 10_000)
POLICY_NAMES = st.sampled_from(list(POLICIES))


def assert_same_judgement(found: Assessment, original: Assessment) -> None:
    assert found.accepted == original.accepted
    # A landmark moved there and back comes to lie a rounding error beside where it was.
    assert [(one.code, one.text, one.landmarks, one.limit) for one in found.reasons] == [
        (one.code, one.text, one.landmarks, pytest.approx(one.limit)) for one in original.reasons
    ]
    assert found.chosen.tolist() == original.chosen.tolist()
    for name in ("landmarks", "beliefs", "expected", "residuals", "limits", "inliers"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(original, name), atol=1e-6, err_msg=name
        )


def broken_hand(seed: int, lost: int, wild: int) -> np.ndarray:
    """A hand's markers, some of them missing and some anywhere."""
    rng = np.random.default_rng(seed)
    markers = stick_hands(1, seed=seed)[0]
    markers[rng.choice(37, wild, replace=False)] = rng.uniform(20, 235, (wild, 2))
    return np.delete(markers, rng.choice(37, lost, replace=False), axis=0)


@settings(max_examples=25, deadline=None)
@given(POLICY_NAMES, SEEDS, st.integers(0, 30), st.integers(0, 12))
def test_unmoved_landmarks_are_judged_as_they_were(prior, hand, policy, seed, lost, wild):
    heatmap = draw_heatmap(broken_hand(seed, lost, wild))
    original = assess(heatmap, prior, hand, policy, seed=seed)
    judge = LandmarkJudge(prior, hand, policy)
    assert_same_judgement(judge.judge(original, original.landmarks), original)
    stored = Assessment.from_json(original.to_json())
    assert_same_judgement(judge.judge(stored, stored.landmarks), original)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(0, 36), st.floats(0, 2 * np.pi), st.floats(40, 120))
def test_a_landmark_moved_far_off_is_named_and_moving_it_back_restores(
    prior, hand, seed, landmark, angle, millimetres
):
    original = assess(draw_heatmap(stick_hands(1, seed=seed)[0]), prior, hand, "refined")
    judge = LandmarkJudge(prior, hand, "refined")
    moved = original.landmarks.copy()
    step = np.array([np.cos(angle), np.sin(angle)]) * millimetres / MILLIMETRES_PER_PIXEL
    moved[landmark] += step
    found = judge.judge(original, moved)
    assert not found.accepted
    assert any(landmark in reason.landmarks for reason in found.reasons)
    assert found.residuals[landmark] > found.limits[landmark]
    assert np.isnan(found.beliefs[landmark])
    moved[landmark] -= step
    assert_same_judgement(judge.judge(original, moved), original)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_wrong_marker_left_behind_is_no_marker_too_many(prior, hand, policy):
    points = prior.mean_positions.copy()
    points[10] += [0, 30]
    original = assess(draw_heatmap(points), prior, hand, policy)
    assert not original.accepted
    corrected = original.landmarks.copy()
    corrected[10] = prior.mean_positions[10]
    found = LandmarkJudge(prior, hand, policy).judge(original, corrected)
    assert found.accepted, found.reasons
    assert found.chosen[10] == -1
    assert np.delete(found.chosen, 10).tolist() == np.delete(original.chosen, 10).tolist()


def test_a_missing_landmark_may_be_placed_and_a_placed_one_taken_away(prior, hand):
    points = prior.mean_positions
    original = assess(draw_heatmap(np.delete(points, 24, axis=0)), prior, hand)
    assert [reason.code for reason in original.reasons] == ["missing-landmark"]
    judge = LandmarkJudge(prior, hand, "refined")
    whole = original.landmarks.copy()
    whole[24] = points[24]
    found = judge.judge(original, whole)
    assert found.accepted, found.reasons
    assert found.chosen[24] == -1
    assert_same_judgement(judge.judge(original, original.landmarks), original)
    whole[24] = np.nan
    assert_same_judgement(judge.judge(original, whole), original)


def test_a_landmark_dragged_onto_a_marker_has_it(prior, hand):
    points = prior.mean_positions
    original = assess(draw_heatmap(points), prior, hand)
    exchanged = original.landmarks.copy()
    exchanged[[24, 28]] = exchanged[[28, 24]]
    found = LandmarkJudge(prior, hand, "refined").judge(original, exchanged)
    assert found.chosen[[24, 28]].tolist() == original.chosen[[28, 24]].tolist()
    assert not found.accepted


def test_two_landmarks_dragged_onto_one_spot_are_refused_together(prior, hand):
    original = assess(draw_heatmap(prior.mean_positions), prior, hand)
    together = original.landmarks.copy()
    together[[28, 32]] = together[[28, 32]].mean(axis=0)
    found = LandmarkJudge(prior, hand, "refined").judge(original, together)
    shared = [one for one in found.reasons if one.code == "shared-candidate"]
    assert [one.landmarks for one in shared] == [(28, 32)]


@settings(max_examples=25, deadline=None)
@given(POLICY_NAMES, SEEDS, st.floats(0, 1), st.sampled_from([0.0, 3.0, 60.0, 1e5]))
def test_whatever_is_dragged_where_there_is_a_verdict(prior, hand, policy, seed, lost, spread):
    rng = np.random.default_rng(seed)
    original = assess(draw_heatmap(broken_hand(seed, 3, 3)), prior, hand, policy)
    landmarks = original.landmarks + rng.normal(0, spread, (37, 2))
    landmarks[rng.random(37) < lost] = np.nan
    found = LandmarkJudge(prior, hand, policy).judge(original, landmarks)
    assert found.accepted == (not found.reasons)
    assert (found.chosen < len(found.candidates)).all()
    np.testing.assert_array_equal(found.landmarks, landmarks)
    assert Assessment.from_json(found.to_json()).to_dict() == found.to_dict()


def test_under_policy_paper_the_match_follows_a_drag_without_jumping(prior, hand):
    original = assess(draw_heatmap(stick_hands(1, seed=3)[0]), prior, hand, "paper")
    judge = LandmarkJudge(prior, hand, "paper")
    landmarks, places = original.landmarks.copy(), []
    for _ in range(40):
        landmarks[6] += [0.25, 0.1]
        places.append(judge.judge(original, landmarks).expected)
    steps = np.linalg.norm(np.diff(places, axis=0), axis=-1).max(axis=1)
    # Joining or leaving those the match relies on is the one step of more than a sliver.
    assert (steps > 0.1).sum() <= 1
    assert steps.max() < 2


def test_the_original_is_left_as_it_was(prior, hand):
    original = assess(draw_heatmap(prior.mean_positions), prior, hand)
    before = original.to_json()
    landmarks = original.landmarks + 3
    LandmarkJudge(prior, hand, "refined").judge(original, landmarks)
    assert original.to_json() == before
    np.testing.assert_array_equal(landmarks, original.landmarks + 3)


def test_a_judge_of_no_policy_or_without_statistics_is_refused(prior, hand):
    with pytest.raises(SettingsError, match="no policy 'lenient'"):
        LandmarkJudge(prior, hand, "lenient")
    with pytest.raises(WeightsError, match="needs shape statistics"):
        LandmarkJudge(replace(prior, statistics=None), hand, "refined")


def test_a_hand_turned_over_stays_mirrored_until_it_is_put_right(prior, hand):
    points = prior.mean_positions * [-1, 1] + [256, 0]
    original = assess(draw_heatmap(points), prior, hand, "refined")
    assert original.reasons[0].code == "mirrored"
    judge = LandmarkJudge(prior, hand, "refined")
    moved = original.landmarks + np.array([0.0, 5.0])
    assert judge.judge(original, moved).reasons[0].code == "mirrored"
    put_right = judge.judge(original, prior.mean_positions)
    assert "mirrored" not in [reason.code for reason in put_right.reasons]
