"""An image that shows the hand elsewhere than its labels are is refused, and nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.assess.assessment import Assessment
from engine.assess.correction import LandmarkJudge
from engine.assess.gate import assess
from engine.assess.image_check import IMAGE_DISAGREES, image_reasons, with_image_sight
from engine.assess.image_limits import fit_image_limits
from engine.assess.image_sight import ImageSight
from engine.errors import WeightsError
from engine.heatmap import draw_heatmap

from .shapes import stick_hands

SEEDS = st.integers(0, 10_000)
MILLIMETRES = 1.05  # per canvas pixel
SIGMA = 0.7  # mm, of each coordinate that the stand-in for a localiser finds


def errors(count: int, seed: int) -> np.ndarray:
    """What a localiser errs by: a little more on some landmarks, and with the whole hand."""
    rng = np.random.default_rng(seed)
    hard = np.linspace(0.6, 1.6, 37)[:, None]
    return rng.normal(0, SIGMA, (count, 37, 2)) * hard + rng.normal(0, 0.2, (count, 1, 2))


@pytest.fixture(scope="module")
def limits(hand):
    return fit_image_limits(errors(21, seed=0), hand)


def seen(points: np.ndarray, limits, seed: int) -> ImageSight:
    return ImageSight("0123456789abcdef", points - errors(1, seed)[0] / MILLIMETRES, limits)


def seen_right(points, limits, hand, seed):
    """The sight of one of those right pairs, nearly all, of which nothing is said."""
    sight = seen(points, limits, seed)
    assume(not told(sight, points, hand))
    return sight


def excess(sight, points, limits):
    return limits.excess((points - sight.points) * MILLIMETRES)


def told(sight, points, hand):
    return image_reasons(sight, points, MILLIMETRES, hand)


@pytest.mark.parametrize("count", [6, 11, 21])
def test_at_most_three_in_a_hundred_right_pairs_are_refused(hand, count):
    """Over many localisers, each with limits of its own from few radiographs."""
    refused = []
    for one in range(150):
        own = fit_image_limits(errors(count, seed=1000 + one), hand)
        for off in errors(20, seed=90_000 + one):
            refused.append(
                bool(told(ImageSight("", off / MILLIMETRES, own), np.zeros((37, 2)), hand))
            )
    assert np.mean(refused) <= 0.03


@settings(max_examples=30)
@given(SEEDS, st.floats(0, 2 * np.pi))
def test_labels_that_lie_five_millimetres_off_altogether_are_told_once(limits, hand, seed, angle):
    points = stick_hands(1, seed=seed)[0]
    moved = points + 5.0 / MILLIMETRES * np.array([np.cos(angle), np.sin(angle)])
    (reason,) = told(seen_right(points, limits, hand, seed), moved, hand)
    assert reason.code == IMAGE_DISAGREES
    assert "all landmarks together lie" in reason.text
    assert reason.value == pytest.approx(5.0, abs=1.5)
    assert reason.value > reason.limit


@settings(max_examples=30)
@given(SEEDS, st.integers(1, 5), st.floats(0, 2 * np.pi))
def test_one_finger_eight_millimetres_off_is_named(limits, hand, seed, finger, angle):
    points = stick_hands(1, seed=seed)[0]
    moved, group = points.copy(), hand.groups[finger]
    moved[list(group.landmarks)] += 8.0 / MILLIMETRES * np.array([np.cos(angle), np.sin(angle)])
    first, *others = told(seen_right(points, limits, hand, seed), moved, hand)
    assert first.landmarks == group.landmarks
    assert first.text.startswith(f"{group.title.lower()} lies ")
    assert all(len(reason.landmarks) == 1 for reason in others)


@settings(max_examples=30)
@given(SEEDS, st.integers(0, 36), st.floats(0, 2 * np.pi))
def test_one_landmark_ten_millimetres_off_is_named(limits, hand, seed, landmark, angle):
    points = stick_hands(1, seed=seed)[0]
    moved = points.copy()
    moved[landmark] += 10.0 / MILLIMETRES * np.array([np.cos(angle), np.sin(angle)])
    sight = seen_right(points, limits, hand, seed)
    first, *_ = told(sight, moved, hand)
    assert first.landmarks == (landmark,)
    assert hand.landmark_names[landmark] in first.text
    assert first.value / first.limit == pytest.approx(excess(sight, moved, limits)[landmark])


@settings(max_examples=30)
@given(SEEDS, SEEDS, st.floats(-40, 40), st.floats(-40, 40))
def test_moving_image_and_heatmap_together_changes_nothing(limits, hand, seed, other, right, down):
    """Also where they are of two hands."""
    sight = seen(stick_hands(1, seed=seed)[0], limits, seed)
    labels = stick_hands(1, seed=other)[0]
    by = np.array([right, down])
    moved = replace(sight, points=sight.points + by)
    for points in (stick_hands(1, seed=seed)[0], labels):
        before, after = told(sight, points, hand), told(moved, points + by, hand)
        assert [(one.text, one.landmarks) for one in after] == [
            (one.text, one.landmarks) for one in before
        ]


@settings(max_examples=60)
@given(SEEDS, st.lists(st.integers(0, 36), max_size=37, unique=True), st.floats(0, 30))
def test_a_pair_is_refused_if_and_only_if_a_figure_is_beyond_its_limit(
    limits, hand, seed, landmarks, millimetres
):
    points = stick_hands(1, seed=seed)[0]
    moved = points.copy()
    moved[landmarks] += millimetres / MILLIMETRES / np.sqrt(2)
    sight = seen(points, limits, seed)
    off = (moved - sight.points) * MILLIMETRES
    distances = np.linalg.norm(off, axis=1)
    groups = [np.linalg.norm(off[list(g.landmarks)].mean(axis=0)) for g in hand.groups]
    beyond = (
        (excess(sight, moved, limits) > 1).any()
        or (np.array(groups) > limits.group).any()
        or np.linalg.norm(off.mean(axis=0)) > limits.shift
        or distances.mean() > limits.distance
    )
    assert bool(told(sight, moved, hand)) == bool(beyond)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 37))
def test_nothing_is_said_of_landmarks_without_a_place(limits, hand, seed, missing):
    points = stick_hands(1, seed=seed)[0] + 9.0
    points[np.random.default_rng(seed).choice(37, missing, replace=False)] = np.nan
    sight = seen(stick_hands(1, seed=seed)[0], limits, seed)
    named = {i for reason in told(sight, points, hand) for i in reason.landmarks}
    assert np.isfinite(points[list(named)]).all()
    assert bool(named) == (missing < 37)


def test_what_the_image_shows_is_kept_with_the_assessment(prior, hand, limits):
    points = stick_hands(1, seed=5)[0]
    found = assess(draw_heatmap(points), prior, hand)
    moved = with_image_sight(found, seen(points + 6, limits, 5), hand)
    assert found.accepted
    assert not moved.accepted
    again = Assessment.from_json(moved.to_json())
    assert again.reasons == moved.reasons
    np.testing.assert_array_equal(again.image.points, moved.image.points)
    np.testing.assert_array_equal(again.image.limits.group, limits.group)
    assert with_image_sight(again, None, hand).accepted


def test_dragging_the_labels_to_what_the_image_shows_settles_it(prior, hand, limits):
    points = stick_hands(1, seed=6)[0]
    labels = points.copy()
    labels[36] += (0.0, 9.5)
    found = with_image_sight(
        assess(draw_heatmap(labels), prior, hand), seen(points, limits, 6), hand
    )
    assert IMAGE_DISAGREES in [reason.code for reason in found.reasons]
    judge = LandmarkJudge(prior, hand, "refined")
    same, settled = judge.judge(found, found.landmarks), judge.judge(found, points)
    assert same.reasons == found.reasons
    assert settled.accepted
    assert settled.image is found.image


def areas(limits):
    """Of the ellipses, in square millimetres."""
    return np.pi / np.sqrt(np.linalg.det(limits.ellipses))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_few_held_out_radiographs_set_no_limits(hand, count):
    with pytest.raises(WeightsError, match=f"measured on {count} held-out radiographs"):
        fit_image_limits(errors(count, 0), hand)


@pytest.mark.parametrize("shape", [(21, 36, 2), (21, 37, 3), (37, 2)])
def test_errors_of_another_landmark_set_are_refused(hand, shape):
    with pytest.raises(WeightsError, match="not those of anatomy 'hand'"):
        fit_image_limits(np.ones(shape), hand)


def test_fewer_held_out_radiographs_set_wider_limits(hand):
    many = errors(200, 1)
    few, all_of_them = fit_image_limits(many[:8], hand), fit_image_limits(many, hand)
    assert np.median(areas(few) / areas(all_of_them)) > 1.1**2
    assert few.distance > all_of_them.distance


def test_a_localiser_that_never_errs_leaves_limits_above_nothing(hand):
    limits = fit_image_limits(np.zeros((6, 37, 2)), hand)
    assert (np.linalg.eigvalsh(limits.ellipses) > 0).all()
    assert areas(limits).max() < 1.0
    assert limits.shift > 0


def test_a_landmark_may_lie_off_further_where_the_localiser_errs_more(hand):
    along, across = np.array([2.0, 1.0]) / np.sqrt(5), np.array([-1.0, 2.0]) / np.sqrt(5)
    rng = np.random.default_rng(3)
    spread = rng.normal(0, 2, (40, 37, 1)) * along + rng.normal(0, 0.5, (40, 37, 1)) * across
    limits = fit_image_limits(spread, hand)
    far, near = (limits.excess(np.tile(way, (37, 1))) for way in (along, across))
    assert (near / far > 1.5).all()
    np.testing.assert_allclose(limits.excess(np.tile(-3 * along, (37, 1))), 3 * far)
