"""Phantoms: hands of no patient, with landmarks that are exact because the bones grow from them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.anatomy import load_anatomy
from engine.assess.gate import assess_batch
from engine.assess.prior import fit_prior
from engine.canvas import CanvasMap
from engine.data.phantom import PhantomSettings, draw_phantom, place_hand
from engine.data.phantom.anatomy import WRIST_WIDTH, sample_hand
from engine.data.phantom.finger_bones import RAYS, finger_bones, ossification
from engine.data.phantom.radiograph import draw_skeleton
from engine.data.phantom.solid import LongBone, Plate
from engine.data.phantom.wrist_bones import CARPALS, carpal_bones, forearm_bones
from engine.heatmap import draw_heatmap

SMALL = PhantomSettings(long_side=192)
SEEDS = st.integers(0, 2**31 - 1)
BONE_AGES = st.floats(5, 19)


def nearest(outline: np.ndarray, point: np.ndarray) -> float:
    """Distance from a point to a closed outline's edges."""
    start, along = outline, np.roll(outline, -1, axis=0) - outline
    share = np.clip(((point - start) * along).sum(1) / (along**2).sum(1), 0, 1)
    return float(np.linalg.norm(start + share[:, None] * along - point, axis=1).min())


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, bone_age=BONE_AGES)
def test_every_carpal_touches_its_landmark(seed, bone_age):
    hand = sample_hand(np.random.default_rng(seed))
    bones = carpal_bones(hand, ossification(bone_age), np.random.default_rng(seed))
    for carpal, bone in zip(CARPALS, bones, strict=False):
        assert nearest(bone.outline, hand.landmarks[carpal.landmark]) < 0.5


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, bone_age=BONE_AGES)
def test_radius_and_ulna_touch_their_six_landmarks(seed, bone_age):
    hand = sample_hand(np.random.default_rng(seed))
    bones = forearm_bones(hand, ossification(bone_age), np.random.default_rng(seed))
    for bone, landmarks in zip(bones, ((3, 4), (5,), (0, 2), (1,)), strict=True):
        for landmark in landmarks:
            assert nearest(bone.outline, hand.landmarks[landmark]) < 0.5


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, bone_age=BONE_AGES)
def test_a_finger_s_landmarks_are_ends_of_its_bones(seed, bone_age):
    hand = sample_hand(np.random.default_rng(seed))
    bones = finger_bones(hand, ossification(bone_age), np.random.default_rng(seed))
    ends = [end for bone in bones if isinstance(bone, LongBone) for end in (bone.base, bone.tip)]
    for ray in RAYS:
        for landmark in ray:
            distances = np.linalg.norm(np.array(ends) - hand.landmarks[landmark], axis=1)
            assert distances.min() < 0.7


@pytest.mark.parametrize("age", [6.0, 11.0, 17.5])
@pytest.mark.parametrize("long_side", [256, 640])
def test_each_landmark_lies_on_bone_in_the_picture(age, long_side):
    chosen = PhantomSettings(long_side=long_side, age=age)
    hand, grid = place_hand(3, 0, chosen)
    skeleton = draw_skeleton(hand, grid, 3, 0)
    reach = int(np.ceil(1.5 / grid.pitch))
    for x, y in np.rint(hand.landmarks / grid.pitch).astype(int):
        around = skeleton[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
        assert around.max() > 0.05


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, index=st.integers(0, 10**6))
def test_all_landmarks_lie_inside_the_picture_and_the_wrist_is_50_mm_wide(seed, index):
    hand, grid = place_hand(seed, index, PhantomSettings())
    assert (hand.landmarks > 0).all()
    assert (hand.landmarks < np.array([grid.width - 1, grid.height - 1]) * grid.pitch).all()
    width = np.linalg.norm(hand.landmarks[1] - hand.landmarks[5])
    assert width == pytest.approx(WRIST_WIDTH)
    assert grid.height >= grid.width


def test_a_phantom_depends_on_its_seed_and_number_only():
    first, again = draw_phantom(5, 3, SMALL), draw_phantom(5, 3, SMALL)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    np.testing.assert_array_equal(first.landmarks, again.landmarks)
    for other in (draw_phantom(5, 4, SMALL), draw_phantom(6, 3, SMALL)):
        assert not np.array_equal(first.landmarks, other.landmarks)


def test_furniture_and_size_leave_the_hand_as_it_is():
    whole = draw_phantom(2, 1, PhantomSettings(long_side=384))
    bare = draw_phantom(2, 1, PhantomSettings(long_side=384, furniture=False))
    small = draw_phantom(2, 1, SMALL)
    np.testing.assert_array_equal(whole.landmarks, bare.landmarks)
    np.testing.assert_allclose(whole.landmarks, 2 * small.landmarks)


def test_ages_spread_over_childhood_and_fingers_grow_against_the_wrist():
    ages = [place_hand(1, index, SMALL)[0].age for index in range(200)]
    assert min(ages) < 7
    assert max(ages) > 16.5
    assert np.std(ages) > 3


def test_growth_plates_close_and_small_bones_appear_with_age():
    hand = sample_hand(np.random.default_rng(4))

    def bones(age: float) -> tuple[int, int]:
        grown = ossification(age)
        fingers = finger_bones(hand, grown, np.random.default_rng(0))
        carpals = carpal_bones(hand, grown, np.random.default_rng(0))
        assert all(isinstance(bone, Plate) for bone in carpals)
        return sum(isinstance(bone, LongBone) for bone in fingers), len(carpals)

    assert bones(7) == (2 * 19, 7)  # shafts and epiphyses; neither pisiform nor hook
    assert bones(18) == (19, 9)


def test_bone_is_brighter_than_flesh_and_flesh_than_air():
    for index in range(6):
        drawn = draw_phantom(8, index, PhantomSettings(long_side=384, furniture=False))
        p = drawn.landmarks
        shaft, between = (p[15] + p[25]) / 2, (p[15] + p[25] + p[16] + p[21]) / 4
        bone, flesh = (grey_around(drawn.pixels, place) for place in (shaft, between))
        assert bone > flesh + 10
        assert flesh > drawn.pixels[:8, :8].mean() + 10


def grey_around(pixels: np.ndarray, place: np.ndarray) -> float:
    x, y = np.rint(place).astype(int)
    return float(pixels[y - 1 : y + 2, x - 1 : x + 2].mean())


def test_drawing_raises_no_floating_point_alarm():
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        for index in range(25):
            drawn = draw_phantom(9, index, SMALL)
            assert drawn.pixels.dtype == np.uint8
            assert drawn.pixels.std() > 10


def test_phantoms_are_anatomically_possible_by_a_prior_of_other_phantoms():
    anatomy = load_anatomy("hand")
    shapes = []
    for index in range(140):
        hand, grid = place_hand(11, index, SMALL)
        letterbox = CanvasMap(grid.width, grid.height)
        shapes.append(letterbox.to_canvas(hand.landmarks / grid.pitch))
    prior = fit_prior(np.stack(shapes[:110]), anatomy)
    found = assess_batch([draw_heatmap(p) for p in shapes[110:]], prior, anatomy, "refined")
    assert np.mean([one.accepted for one in found]) >= 0.8
