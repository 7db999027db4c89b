"""Texts over a radiograph keep clear of landmarks and of each other."""

import numpy as np

from app.overlays import around, number_boxes, place_labels
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
