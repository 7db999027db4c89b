"""Policy `refined` on made-up hands: what it labels, what it refuses, and how it says so."""

import re
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.assess.assessment import Assessment
from engine.assess.gate import assess, assess_batch, assess_landmarks
from engine.assess.prior import Prior, fit_prior
from engine.errors import WeightsError
from engine.heatmap import draw_heatmap
from tests.bench.corruptions import Hand, corruptions
from tests.bench.measures import label_right, names_the_fault

from .shapes import stick_hands

_FAULTS = [one for one in corruptions() if one.is_fault]
_NUISANCES = [one for one in corruptions() if not one.is_fault]
_HANDS = 6
_FIGURES = re.compile(r"([\d.]+) (?:mm|%|times) .*\(limit ([\d.]+) ?(?:mm|%|)\)")


def _name(corruption) -> str:
    return f"{corruption.kind} {corruption.strength}".strip()


def judge(heatmap, prior, hand) -> Assessment:
    return assess(heatmap, prior, hand, "refined")


def assert_consistent(found: Assessment) -> None:
    assert found.accepted == (not found.reasons)
    assert all(reason.text and "\n" not in reason.text for reason in found.reasons)
    for reason in found.reasons:
        for told, most in _FIGURES.findall(reason.text):
            assert float(told) > float(most), reason.text
    assert (np.isnan(found.landmarks).any(axis=1) == (found.chosen < 0)).all()
    assert np.isfinite(found.millimetres_per_pixel)
    assert Assessment.from_json(found.to_json()).to_dict() == found.to_dict()


@pytest.fixture(scope="module")
def hands() -> np.ndarray:
    return stick_hands(60, seed=2)


def test_unseen_hands_are_labelled_right_and_accepted(prior, hand, hands):
    found = assess_batch([draw_heatmap(points) for points in hands], prior, hand, "refined")
    right = label_right(found, hands, hand)
    assert right.mean() >= 0.998
    assert right.all(axis=1).mean() >= 0.96
    assert np.mean([one.accepted for one in found]) >= 0.95
    for one in found:
        assert_consistent(one)


def test_millimetres_are_the_hands_own(prior, hand, hands):
    points = hands[0]
    large = assess(draw_heatmap(points), prior, hand, "refined")
    small = assess(draw_heatmap(0.9 * points + 12), prior, hand, "refined")
    ratio = small.millimetres_per_pixel / large.millimetres_per_pixel
    assert ratio == pytest.approx(1 / 0.9, rel=0.01)
    assert small.accepted


def test_a_hand_anywhere_on_the_canvas_is_labelled(prior, hand, hands):
    points = 0.85 * hands[3]
    for shift in ([-20, 0], [40, 0], [0, 40], [40, 40]):
        found = judge(draw_heatmap(points + shift), prior, hand)
        np.testing.assert_allclose(found.landmarks, points + shift, atol=0.7)


@pytest.mark.parametrize("corruption", _FAULTS, ids=_name)
def test_a_fault_is_refused_for_what_it_is(corruption, prior, hand, hands):
    rng = np.random.default_rng(3)
    drawn = [corruption.draw(Hand.of(points, hand), rng) for points in hands[:_HANDS]]
    found = assess_batch([one.heatmap() for one in drawn], prior, hand, "refined")
    named = [names_the_fault(*each, corruption.codes) for each in zip(found, drawn, strict=True)]
    # Fingers that cross whole can leave the very blobs of two that do not.
    assert np.mean([one.accepted for one in found]) <= (1 / 6 if "4" in corruption.strength else 0)
    assert np.mean(named) >= 0.5
    for one in found:
        assert_consistent(one)


@pytest.mark.parametrize("corruption", _NUISANCES, ids=_name)
def test_a_nuisance_is_labelled_right(corruption, prior, hand, hands):
    rng = np.random.default_rng(4)
    drawn = [corruption.draw(Hand.of(points, hand), rng) for points in hands[:_HANDS]]
    found = assess_batch([one.heatmap() for one in drawn], prior, hand, "refined")
    truth = np.stack([one.truth for one in drawn])
    assert label_right(found, truth, hand).mean() >= 0.98


def test_a_lost_marker_is_called_missing_by_name(prior, hand, hands):
    found = judge(draw_heatmap(np.delete(hands[1], 24, axis=0)), prior, hand)
    assert found.chosen[24] == -1
    assert (np.delete(found.chosen, 24) >= 0).all()
    assert found.reasons[0].text == "index tip missing"
    assert found.reasons[0].landmarks == (24,)
    assert (found.reasons[0].value, found.reasons[0].limit) == (1.0, 0.0)


def test_a_lost_finger_is_called_missing_as_a_finger(prior, hand, hands):
    found = judge(draw_heatmap(np.delete(hands[1], [29, 30, 31, 32], axis=0)), prior, hand)
    assert found.reasons[0].text == "ring finger missing (4 of its 5 landmarks)"


def test_a_second_tip_is_called_two_markers(prior, hand, hands):
    points = np.concatenate([hands[1], hands[1][[24]] + [7, -2]])
    found = judge(draw_heatmap(points), prior, hand)
    assert [reason.code for reason in found.reasons] == ["extra-marker"]
    assert found.reasons[0].text == "two markers for index tip"


def test_a_long_finger_is_told_with_its_excess_and_limit(prior, hand, hands):
    points, chain = hands[1].copy(), [17, 18, 19, 20]
    points[chain] = points[17] + 1.4 * (points[chain] - points[17])
    reason = judge(draw_heatmap(points), prior, hand).reasons[0]
    assert reason.code == "group-length"
    assert reason.text.startswith("thumb ")
    assert "% longer than the mean of training (limit" in reason.text
    assert reason.landmarks == tuple(chain)
    assert reason.value > reason.limit


def test_a_mirrored_hand_is_called_mirrored(prior, hand, hands):
    found = judge(draw_heatmap(hands[1] * [-1, 1] + [255, 0]), prior, hand)
    assert found.reasons[0].code == "mirrored"


def test_the_two_of_a_coincident_pair_may_lie_under_one_blob(hand):
    shapes = stick_hands(201, seed=3)
    nearness = np.random.default_rng(0).uniform(0, 1, (201, 1))
    shapes[:, 3] = shapes[:, 2] + nearness * (shapes[:, 3] - shapes[:, 2])
    own = fit_prior(shapes[:200], hand)
    points = shapes[200].copy()
    points[[2, 3]] = points[[2, 3]].mean(axis=0)
    found = judge(draw_heatmap(points), own, hand)
    assert found.chosen[2] == found.chosen[3] >= 0
    assert found.accepted


def test_no_two_others_share_a_marker(prior, hand, hands):
    points = hands[5].copy()
    points[[28, 32]] = points[[28, 32]].mean(axis=0)
    found = judge(draw_heatmap(points), prior, hand)
    assert not found.accepted
    assert {28, 32} & set(found.reasons[0].landmarks)


def test_annotated_landmarks_are_judged_as_they_are(prior, hand, hands):
    assert assess_landmarks(hands[1], prior, hand, "refined").accepted
    dragged = hands[1].copy()
    dragged[10] += [25, 0]
    found = assess_landmarks(dragged, prior, hand, "refined")
    assert found.residuals[10] > 15
    assert 10 in found.reasons[0].landmarks
    doubled = hands[1].copy()
    doubled[32] = doubled[28]
    codes = [one.code for one in assess_landmarks(doubled, prior, hand, "refined").reasons]
    assert codes[0] == "shared-candidate"


def test_a_batch_judges_every_pair_as_it_is_judged_alone(prior, hand, hands):
    heatmaps = [draw_heatmap(points) for points in hands[:18]]
    heatmaps += [draw_heatmap(hands[0][:5]), np.full((256, 256), -1.0), draw_heatmap(hands[2][:30])]
    together = assess_batch(heatmaps, prior, hand, "refined")
    for heatmap, found in zip(heatmaps, together, strict=True):
        alone = judge(heatmap, prior, hand)
        assert [r.code for r in alone.reasons] == [r.code for r in found.reasons]
        for field in fields(Assessment):
            one, other = getattr(alone, field.name), getattr(found, field.name)
            if isinstance(one, np.ndarray):
                np.testing.assert_allclose(one, other, atol=1e-6, err_msg=field.name)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 36, 38, 500])
def test_any_number_of_blobs_gets_a_verdict(prior, hand, count):
    points = np.random.default_rng(count).uniform(0, 255, (count, 2))
    found = judge(draw_heatmap(points), prior, hand)
    assert_consistent(found)
    assert not found.accepted


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0, 7.0, np.nan, np.inf, -np.inf])
def test_a_constant_heatmap_gets_a_verdict(prior, hand, value):
    found = judge(np.full((256, 256), value), prior, hand)
    assert_consistent(found)
    assert found.reasons[0].code == "too-few-candidates"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 60), st.integers(0, 10_000), st.floats(0, 0.5), st.floats(0, 0.05))
def test_noisy_blobs_with_holes_get_a_verdict(prior, hand, count, seed, noise, holes):
    rng = np.random.default_rng(seed)
    heatmap = draw_heatmap(rng.uniform(-5, 260, (count, 2)), amplitudes=rng.random(count))
    heatmap += noise * rng.standard_normal(heatmap.shape)
    heatmap[rng.random(heatmap.shape) < holes] = np.nan
    assert_consistent(judge(heatmap, prior, hand))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([1e-9, 1.0, 30.0, 1e4]))
def test_any_landmarks_get_a_verdict(prior, hand, seed, missing, spread):
    rng = np.random.default_rng(seed)
    points = prior.mean_positions + rng.normal(0, spread, (37, 2))
    points[rng.random(37) < missing] = np.nan
    assert_consistent(assess_landmarks(points, prior, hand, "refined"))


def test_landmarks_at_one_point_get_a_verdict(prior, hand):
    found = assess_landmarks(np.full((37, 2), 120.0), prior, hand, "refined")
    assert_consistent(found)
    assert not found.accepted


def test_a_prior_of_before_the_statistics_still_serves_policy_paper(prior, hand, hands):
    own = {name: a for name, a in prior.to_arrays().items() if not name.startswith("statistics.")}
    old = Prior.from_arrays(own)
    assert old.statistics is None
    heatmap = draw_heatmap(hands[0])
    judged = assess(heatmap, old, hand, "paper")
    assert judged.reasons == assess(heatmap, prior, hand, "paper").reasons
    with pytest.raises(WeightsError, match="train again, fit the prior again") as raised:
        assess(heatmap, old, hand)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statistics.covariance", np.zeros((3, 3))),
        ("statistics.mean", np.full((37, 2), np.nan)),
        ("statistics.limits", np.zeros(2)),
        ("statistics.bones", np.array([[0, 99]])),
        ("statistics.edge_vectors", np.zeros((2, 2))),
    ],
)
def test_damaged_statistics_are_refused_in_one_line(prior, name, value):
    with pytest.raises(WeightsError) as raised:
        Prior.from_arrays(prior.to_arrays() | {name: value})
    assert "\n" not in str(raised.value)


def test_statistics_in_part_are_refused(prior):
    arrays = prior.to_arrays()
    del arrays["statistics.limits"]
    with pytest.raises(WeightsError, match=r"lacks 'statistics\.limits'"):
        Prior.from_arrays(arrays)
