"""Texts over a radiograph keep clear of landmarks and of each other."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.labels import (
    DOT_REACH,
    around,
    leader,
    line_to,
    number_boxes,
    overlap,
    place_labels,
    text_height,
)
from app.overlays import RING_REACH, LandmarkNumbers, ResidualArrows
from app.pixel_items import Frame
from engine.anatomy import load_anatomy
from tests.app.stick_hands import make_assessment, template

SCREEN_PIXELS = 2.5  # per canvas pixel, as in a window of 1280 x 800


def shared_area(boxes):
    """Area that different boxes (n, 4) have in common."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    return float(np.triu(np.clip(high - low, 0, None).prod(axis=2), k=1).sum())


def test_the_numbers_of_a_hand_cover_neither_each_other_nor_a_landmark():
    centres = template() * SCREEN_PIXELS
    numbers = number_boxes(np.arange(len(centres)), centres)
    assert shared_area(numbers) == 0
    landmarks = around(centres)
    assert shared_area(np.vstack([numbers, landmarks])) == shared_area(landmarks)


def test_lengths_keep_clear_of_the_numbers():
    centres = template() * SCREEN_PIXELS
    obstacles = np.vstack([around(centres), number_boxes(np.arange(len(centres)), centres)])
    told = centres[[6, 11, 12, 14, 30, 31]]
    lengths = place_labels(told, np.full(len(told), 49.0), 11, obstacles)
    beside = shared_area(np.vstack([obstacles, lengths])) - shared_area(obstacles)
    assert beside < 0.02 * len(told) * 49 * 11


def test_a_text_that_has_room_stands_right_of_its_point():
    ((left, top, right, bottom),) = place_labels(np.array([[100.0, 50.0]]), np.array([14.0]), 11)
    assert left > 105
    assert right - left == 14
    assert top < 50 < bottom


def test_no_landmarks_need_no_places():
    assert place_labels(np.empty((0, 2)), np.empty(0), 11).shape == (0, 4)


@pytest.mark.parametrize("pixels", [0.5, 1.0, 1.3])
def test_in_a_small_stage_numbers_that_could_not_be_read_are_left_out(pixels):
    centres = template() * pixels
    boxes = number_boxes(np.arange(len(centres)), centres)
    shown = boxes[np.isfinite(boxes[:, 0])]
    area = np.prod(shown[:, 2:] - shown[:, :2], axis=1)
    assert 0 < len(shown) <= len(centres)
    assert shared_area(shown) <= 0.3 * area.sum()


def test_every_number_is_there_once_one_comes_near_enough():
    centres = template() * 6
    assert np.isfinite(number_boxes(np.arange(len(centres)), centres)).all()


def test_of_numbers_in_one_place_the_first_is_shown():
    centres = np.full((40, 2), 100.0)
    boxes = number_boxes(np.arange(40), centres)
    assert np.isfinite(boxes[0]).all()
    assert np.isnan(boxes).any()


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), max_size=12))
def test_where_numbers_stand_does_not_change_when_the_view_is_panned(points):
    centres = np.array(points, dtype=float).reshape(-1, 2)
    indices, by = np.arange(len(centres)), np.array([64.0, -32.0])
    here, there = number_boxes(indices, centres), number_boxes(indices, centres + by)
    assert np.allclose(here + np.tile(by, 2), there, equal_nan=True)


def test_a_text_far_from_its_point_has_a_line_that_leads_there():
    point = np.array([100.0, 100.0])
    assert leader(point, np.array([107.0, 95.0, 121.0, 106.0])) is None
    line = leader(point, np.array([119.0, 95.0, 133.0, 106.0]))
    assert (line.x2(), line.y2()) == (119.0, 100.0)
    assert line.x1() > 100


def test_texts_grow_with_the_screen_within_bounds():
    assert [text_height(scale) for scale in (1.0, 2.3, 5.0, 40.0)] == [11, 11, 13, 14]


@pytest.mark.parametrize("pixels", [0.8, 1.1, 1.4])
def test_in_a_small_stage_numbers_that_stay_cover_nothing_and_stand_near(pixels):
    centres = template() * pixels
    boxes = number_boxes(np.arange(len(centres)), centres, sparse=True)
    shown = np.isfinite(boxes[:, 0])
    assert 5 < shown.sum() < len(centres)
    assert shared_area(boxes[shown]) == 0
    assert overlap(boxes[shown], around(centres)).sum() == 0
    assert all(leader(*each) is None for each in zip(centres[shown], boxes[shown], strict=True))


def test_no_text_is_cut_off_below_the_canvas():
    centres = np.array([[100.0, 250.0], [110.0, 252.0]])
    below = np.array([[-1e6, 256.0, 1e6, 1e6]])
    boxes = number_boxes(np.arange(2), centres, forbidden=below)
    assert (boxes[:, 3] <= 256).all()


@pytest.fixture
def drawn(qapp):  # noqa: ARG001 - pictures need a running application
    """The numbers and the lengths of a refused hand, and where its landmarks lie."""
    anatomy, found = load_anatomy("hand"), make_assessment(5, accepted=False)
    numbers = LandmarkNumbers(anatomy)
    arrows = ResidualArrows(numbers)
    numbers.number(found.landmarks, (6, 30, 31))
    arrows.draw(found)
    return numbers, arrows, found


@given(ringed=st.sets(st.integers(0, 36), max_size=9), scale=st.floats(1.5, 6.0))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_millimetres_touch_a_ring(drawn, ringed, scale):
    numbers, arrows, found = drawn
    numbers.keep_clear_of(found.landmarks[sorted(ringed)])
    layout = arrows.layout(Frame((scale, scale), (17.0, 30.0)))
    shown = layout.boxes[np.isfinite(layout.boxes[:, 0])]
    rings = around(found.landmarks[sorted(ringed)] * scale, RING_REACH)
    assert overlap(shown, rings).sum() == 0


def test_without_rings_every_large_residual_is_told(drawn):
    _, arrows, _ = drawn
    layout = arrows.layout(Frame((2.5, 2.5), (0.0, 0.0)))
    assert len(layout.told) >= 6
    assert np.isfinite(layout.boxes).all()


def test_a_small_stage_tells_fewer_lengths(drawn):
    _, arrows, _ = drawn
    assert len(arrows.layout(Frame((1.0, 1.0), (0.0, 0.0))).told) == 2


def test_the_number_of_a_ringed_landmark_stands_outside_of_its_ring(drawn):
    numbers, _, found = drawn
    frame = Frame((2.5, 2.5), (0.0, 0.0))
    numbers.keep_clear_of(found.landmarks[[30]])
    layout = numbers.layout(frame)
    box = layout.boxes[list(layout.indices).index(30)]
    assert overlap(box[None], around(found.landmarks[[30]] * 2.5, RING_REACH)).sum() == 0


@given(scale=st.floats(1.5, 6.0))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_length_nearer_to_another_landmark_has_a_line_to_its_own(drawn, scale):
    numbers, arrows, found = drawn
    ringed = [6, 30, 31]
    numbers.keep_clear_of(found.landmarks[ringed])
    layout = arrows.layout(Frame((scale, scale), (17.0, 30.0)))
    for landmark, box in zip(layout.told, layout.boxes, strict=True):
        if np.isnan(box[0]):
            continue
        ends = np.clip(found.landmarks * scale, box[:2], box[2:])
        apart = np.hypot(*(ends - found.landmarks * scale).T)
        reach = RING_REACH if landmark in ringed else DOT_REACH
        another_is_nearer = apart[landmark] > np.nanmin(apart)
        assert (landmark in layout.leaders) == (another_is_nearer and apart[landmark] > reach)


def test_a_line_leads_from_the_edge_of_what_is_drawn_to_the_text():
    line = line_to(np.array([10.0, 10.0]), np.array([40.0, 5.0, 60.0, 15.0]), reach=5.0)
    assert (line.x1(), line.y1(), line.x2(), line.y2()) == (15, 10, 40, 10)
    assert line_to(np.array([10.0, 10.0]), np.array([14.0, 5.0, 60.0, 15.0]), reach=5.0) is None
