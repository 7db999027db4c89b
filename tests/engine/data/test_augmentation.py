from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.augmentation import (
    CONDITIONING_SIZE,
    Augmentation,
    augment_pair,
    change_grey_values,
    draw_augmentation,
    keep_on_canvas,
    transform_points,
)
from engine.errors import SettingsError
from engine.heatmap import draw_heatmap, find_candidates

ALWAYS = Augmentation(probability=1.0)
CENTRE = np.array([127.5, 127.5])


def draw_of(**parameters):
    """A draw of one pair with given parameters, by name."""
    names = ("rotation", "log_scale", "shift_x", "shift_y", "log_gamma", "log_contrast")
    draw = draw_augmentation(np.random.default_rng(0), ALWAYS, 1)
    values = [[parameters.get(name, 0.0) for name in (*names, "brightness")]]
    return replace(draw, parameters=np.array(values))


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32))
def test_draws_stay_within_the_limits_and_never_mirror(seed):
    draw = draw_augmentation(np.random.default_rng(seed), ALWAYS, 20)
    assert (np.abs(draw.parameters) <= ALWAYS.limits()).all()
    determinants = np.linalg.det(draw.matrices()[:, :, :2])
    assert (determinants >= 1.1**-2 - 1e-9).all()
    assert (determinants <= 1.1**2 + 1e-9).all()


def test_the_same_seed_draws_the_same():
    first, second = (draw_augmentation(np.random.default_rng(4), ALWAYS, 9) for _ in range(2))
    np.testing.assert_array_equal(first.parameters, second.parameters)


def test_conditioning_is_scaled_to_one_and_spread_over_the_range():
    draw = draw_augmentation(np.random.default_rng(1), ALWAYS, 2000)
    conditioning = draw.conditioning()
    assert conditioning.shape == (2000, CONDITIONING_SIZE)
    assert conditioning.dtype == np.float32
    assert (np.abs(conditioning) <= 1).all()
    assert (np.abs(conditioning).max(axis=0) > 0.99).all()


def test_no_augmentation_is_all_zeros_and_changes_nothing():
    draw = draw_augmentation(np.random.default_rng(1), Augmentation.none(), 3)
    points = np.random.default_rng(2).uniform(0, 255, (3, 5, 2))
    assert not draw.conditioning().any()
    np.testing.assert_allclose(transform_points(draw, points), points)
    image = np.random.default_rng(3).uniform(-1, 1, (256, 256))
    warped, _ = augment_pair(image, points[0], draw.row(0))
    np.testing.assert_allclose(warped, image, atol=1e-6)


def test_a_share_of_the_pairs_stays_as_recorded():
    some = replace(ALWAYS, probability=0.25)
    moved = draw_augmentation(np.random.default_rng(0), some, 4000).conditioning() != 0
    assert moved[:, :4].all(axis=1).mean() == pytest.approx(0.25, abs=0.03)
    assert moved[:, 4:].all(axis=1).mean() == pytest.approx(0.25, abs=0.03)
    assert moved.any(axis=1).mean() == pytest.approx(1 - 0.75**2, abs=0.03)


def test_a_setting_of_zero_switches_its_parameter_off():
    still = replace(ALWAYS, rotation=0.0, brightness=0.0)
    conditioning = draw_augmentation(np.random.default_rng(0), still, 10).conditioning()
    assert not conditioning[:, [0, 6]].any()
    assert conditioning[:, 1:6].all()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"probability": 1.5}, "augmentation.probability is 1.5, must be between 0 and 1"),
        ({"rotation": -1.0}, "augmentation.rotation is -1.0, must be 0 or more"),
        ({"gamma": float("nan")}, "augmentation.gamma is nan"),
    ],
)
def test_impossible_settings_are_refused(setting, reason):
    with pytest.raises(SettingsError, match=reason):
        Augmentation(**setting)


def test_rotation_turns_x_towards_y_about_the_centre():
    turned = transform_points(
        draw_of(rotation=np.pi / 2), np.array([[[127.5, 127.5], [137.5, 127.5]]])
    )
    np.testing.assert_allclose(turned[0], [[127.5, 127.5], [127.5, 137.5]], atol=1e-9)


def test_scale_and_shift_act_about_the_centre():
    moved = transform_points(
        draw_of(log_scale=np.log(2), shift_x=3.0, shift_y=-1.0), np.array([[[137.5, 127.5]]])
    )
    np.testing.assert_allclose(moved[0, 0], [150.5, 126.5])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_image_moves_with_its_landmarks(seed):
    rng = np.random.default_rng(seed)
    points = CENTRE + np.array([[-60, -45], [50, -30], [5, 55]]) + rng.uniform(-5, 5, (3, 2))
    settings_ = replace(ALWAYS, gamma=0.0, contrast=0.0, brightness=0.0)
    draw = draw_augmentation(rng, settings_, 1)
    blobs = draw_heatmap(points, sigma=4.0)
    warped, moved = augment_pair(blobs, points, draw)
    found = find_candidates(warped, 3).positions
    distance = np.linalg.norm(found[:, None] - moved[None], axis=-1).min(axis=0)
    assert (distance < 0.2).all()


def test_what_was_not_recorded_is_black():
    warped, _ = augment_pair(np.ones((256, 256)), np.zeros((0, 2)), draw_of(shift_x=10.0))
    assert (warped[:, :10] == -1).all()
    assert (warped[:, 10:] == 1).all()


def test_grey_values_follow_the_stated_formula():
    image = np.array([-1.0, 0.0, 0.5, 1.0])
    changed = change_grey_values(image, np.array(2.0), np.array(0.5), np.array(0.1))
    grey = np.array([0.0, 0.25, 0.5625, 1.0])
    np.testing.assert_allclose(changed, 2 * (0.5 * (grey - 0.5) + 0.6) - 1)
    clipped = change_grey_values(image, np.array(1.0), np.array(3.0), np.array(0.0))
    assert (clipped.min(), clipped.max()) == (-1, 1)


def test_grey_values_come_with_the_draw():
    draw = draw_of(log_gamma=np.log(1.2), log_contrast=np.log(0.9), brightness=0.03)
    assert (draw.gamma[0], draw.contrast[0]) == pytest.approx((1.2, 0.9))
    assert draw.brightness[0] == 0.03
    warped, _ = augment_pair(np.zeros((256, 256)), np.zeros((1, 2)), draw)
    expected = change_grey_values(np.zeros(1), draw.gamma, draw.contrast, draw.brightness)
    np.testing.assert_allclose(warped, expected[0], atol=1e-6)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32))
def test_landmarks_can_be_kept_on_the_canvas(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1, (6, 12, 2)) * [150, 215] + [20, 20]
    wild = Augmentation(probability=0.8, rotation=5.0, scale=0.05, shift=80.0)
    draw = draw_augmentation(rng, wild, 6)
    kept = keep_on_canvas(draw, points)
    moved = transform_points(kept, points)
    assert (moved > -1e-6).all()
    assert (moved < 255 + 1e-6).all()
    inside = transform_points(draw, points)
    already = ((inside >= 0) & (inside <= 255)).all(axis=(1, 2))
    np.testing.assert_array_equal(kept.parameters[already], draw.parameters[already])


def test_a_recorded_hand_at_the_edge_stays_where_it_is():
    draw = draw_augmentation(np.random.default_rng(0), Augmentation.none(), 1)
    at_edge = np.array([[[-0.3, 20.0], [255.4, 30.0]]])
    assert not keep_on_canvas(draw, at_edge).conditioning().any()


def test_a_shape_larger_than_the_canvas_is_centred():
    points = np.array([[[0.0, 100.0], [255.0, 100.0]]])
    kept = keep_on_canvas(draw_of(log_scale=np.log(1.1), shift_x=5.0), points)
    moved = transform_points(kept, points)[0]
    assert moved[:, 0].mean() == pytest.approx(127.5)
