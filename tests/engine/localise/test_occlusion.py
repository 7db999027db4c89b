"""A hidden finger tip is hidden, and nothing else is touched."""

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.localise.occlusion import KINDS, fingers, occlude_tip, tip_of
from tests.engine.assess.shapes import stick_hands

ANATOMY = load_anatomy("hand")
POINTS = stick_hands(1, seed=2)[0]


@pytest.fixture
def image():
    rng = np.random.default_rng(4)
    return rng.uniform(0.3, 0.9, (256, 256)).astype(np.float32)


def test_a_hand_has_five_fingers_that_end_in_a_tip():
    assert len(fingers(ANATOMY)) == 5
    assert len({tip_of(finger) for finger in fingers(ANATOMY)}) == 5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("finger", fingers(ANATOMY), ids=lambda finger: finger.name)
def test_the_tip_is_gone_and_the_wrist_is_untouched(image, finger, kind):
    occluded = occlude_tip(image, POINTS, finger, np.random.default_rng(0), kind)
    x, y = np.round(POINTS[tip_of(finger)]).astype(int)
    there = np.s_[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
    assert occluded[there].std() < 0.3 * image[there].std()
    assert occluded.dtype == image.dtype
    wrist = np.round(POINTS[list(ANATOMY.group("wrist").landmarks)]).astype(int)
    for x, y in wrist:
        assert occluded[y, x] == image[y, x]
    assert (occluded == image).mean() > 0.8


def test_other_tips_stay_as_they_are(image):
    hidden, *others = fingers(ANATOMY)
    occluded = occlude_tip(image, POINTS, hidden, np.random.default_rng(1), "marker")
    for other in others:
        x, y = np.round(POINTS[tip_of(other)]).astype(int)
        assert occluded[y, x] == image[y, x]


def test_the_same_generator_hides_the_same(image):
    finger = fingers(ANATOMY)[2]
    first, second = (occlude_tip(image, POINTS, finger, np.random.default_rng(7)) for _ in "ab")
    np.testing.assert_array_equal(first, second)


def test_the_picture_given_is_not_changed(image):
    before = image.copy()
    for kind in KINDS:
        occlude_tip(image, POINTS, fingers(ANATOMY)[1], np.random.default_rng(0), kind)
    np.testing.assert_array_equal(image, before)
