"""Texts over a radiograph keep clear of landmarks and of each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.labels import around, leader, number_boxes, place_labels, text_height
from tests.app.stick_hands import template

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
