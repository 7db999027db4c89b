from functools import partial

import numpy as np
import pytest

from engine.assess import gate

assess_landmarks = partial(gate.assess_landmarks, policy="paper")


@pytest.fixture
def plausible(prior) -> np.ndarray:
    """Landmarks exactly as the mean shape has them."""
    return prior.mean_shape / prior.millimetres_per_pixel + [128.0, 140.0]


def test_the_mean_shape_itself_is_accepted_without_a_reason(plausible, prior, hand):
    found = assess_landmarks(plausible, prior, hand)
    assert found.accepted
    assert found.reasons == ()
    assert found.policy == "paper"
    assert found.chosen.tolist() == list(range(37))
    np.testing.assert_allclose(found.residuals, 0, atol=1e-6)


def test_two_landmarks_on_one_marker_are_refused_by_name(plausible, prior, hand):
    plausible[32] = plausible[28]
    found = assess_landmarks(plausible, prior, hand)
    assert not found.accepted
    assert [reason.code for reason in found.reasons] == ["shared-candidate"]
    assert found.reasons[0].text == "middle tip and ring tip were given the same marker"
    assert found.reasons[0].landmarks == (28, 32)


def test_three_landmarks_on_one_marker_are_one_reason(plausible, prior, hand):
    plausible[[28, 24]] = plausible[32]
    (reason,) = assess_landmarks(plausible, prior, hand).reasons
    assert reason.text == "index tip, middle tip and ring tip were given the same marker"
    assert reason.value == 3


def test_the_coincident_pair_may_share_a_marker_but_not_with_a_third(plausible, prior, hand):
    plausible[3] = plausible[2]
    assert assess_landmarks(plausible, prior, hand).accepted
    plausible[7] = plausible[2]
    found = assess_landmarks(plausible, prior, hand)
    assert found.reasons[0].landmarks == (2, 3, 7)


@pytest.mark.parametrize(("millimetres", "accepted"), [(15.5, True), (16.5, False)])
def test_a_wrist_landmark_may_lie_sixteen_millimetres_off(
    plausible, prior, hand, millimetres, accepted
):
    plausible[10] += [0, millimetres / prior.millimetres_per_pixel]
    found = assess_landmarks(plausible, prior, hand)
    assert found.accepted is accepted


def test_a_displaced_wrist_landmark_is_refused_with_its_distance_and_limit(plausible, prior, hand):
    plausible[10] += [0, 21 / prior.millimetres_per_pixel]
    (reason,) = assess_landmarks(plausible, prior, hand).reasons
    assert reason.code == "wrist-displaced"
    assert reason.text == (
        "capitate lies 21.0 mm from where the wrist's mean shape expects it (limit 16 mm)"
    )
    assert reason.landmarks == (10,)
    assert reason.value == pytest.approx(21)
    assert reason.limit == 16


def test_several_displaced_landmarks_come_with_the_farthest_first(plausible, prior, hand):
    plausible[10] += [0, 21 / prior.millimetres_per_pixel]
    plausible[4] += [30 / prior.millimetres_per_pixel, 0]
    found = assess_landmarks(plausible, prior, hand)
    assert [reason.landmarks for reason in found.reasons] == [(4,), (10,)]


def test_a_finger_tip_far_off_is_no_matter_to_the_wrist_rule(plausible, prior, hand):
    plausible[24] += [40, 0]
    assert assess_landmarks(plausible, prior, hand).accepted


def test_a_landmark_without_a_place_is_refused_by_name(plausible, prior, hand):
    plausible[24] = np.nan
    found = assess_landmarks(plausible, prior, hand)
    assert found.reasons[0].code == "missing-landmark"
    assert found.reasons[0].text == "index tip has no marker"
    assert found.chosen[24] == -1
    assert np.isnan(found.landmarks[24]).all()


def test_landmarks_that_no_pose_of_the_hand_explains_have_no_match(prior, hand):
    found = assess_landmarks(np.full((37, 2), 120.0), prior, hand)
    assert "no-match" in [reason.code for reason in found.reasons]
    assert np.isnan(found.residuals).all()
