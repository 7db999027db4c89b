import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.heatmap import draw_heatmap, find_candidates

INSIDE = st.floats(5, 250)


def test_a_landmark_is_one_at_its_centre_and_falls_off_with_sigma_one():
    heatmap = draw_heatmap(np.array([[100.0, 50.0]]))
    assert heatmap.shape == (256, 256)
    assert heatmap.dtype == np.float32
    assert heatmap[50, 100] == 1
    assert heatmap[50, 101] == pytest.approx(2 * np.exp(-0.5) - 1)
    assert heatmap[200, 200] == -1


@settings(max_examples=60)
@given(x=INSIDE, y=INSIDE)
@example(x=5.0, y=5.5)
def test_an_isolated_peak_comes_back_within_a_twentieth_of_a_pixel(x, y):
    found = find_candidates(draw_heatmap(np.array([[x, y]])), 5)
    assert len(found) == 1
    assert np.abs(found.positions[0] - [x, y]).max() < 0.05


@settings(max_examples=40)
@given(x=st.floats(20, 230), y=st.floats(20, 230), angle=st.floats(0, 6.3))
def test_peaks_five_pixels_apart_come_back_within_a_twentieth_of_a_pixel(x, y, angle):
    points = np.array([[x, y], [x + 5 * np.cos(angle), y + 5 * np.sin(angle)]])
    found = find_candidates(draw_heatmap(points), 2).positions
    distance = np.linalg.norm(found[:, None] - points[None], axis=-1)
    assert (distance.min(axis=0) < 0.05).all()


@pytest.mark.parametrize("point", [(5.0, 5.5), (60.5, 80.0), (100.5, 100.5)])
def test_a_landmark_halfway_between_pixels_is_one_candidate(point):
    found = find_candidates(draw_heatmap(np.array([point])), 5)
    assert len(found) == 1
    np.testing.assert_allclose(found.positions[0], point, atol=0.05)


def test_a_blob_clipped_at_its_top_is_one_candidate_in_its_middle():
    blob = np.clip(2 * draw_heatmap(np.array([[90.0, 70.0]]), sigma=2.0), -1, 1)
    found = find_candidates(blob, 5)
    assert len(found) == 1
    np.testing.assert_allclose(found.positions[0], [90, 70], atol=0.5)


def test_near_landmarks_are_joined_by_maximum_and_keep_their_peaks():
    points = np.array([[100.0, 100.0], [103.0, 100.0]])
    joined = draw_heatmap(points)
    apart = [draw_heatmap(points[i : i + 1]) for i in range(2)]
    np.testing.assert_array_equal(joined, np.maximum(*apart))
    assert len(find_candidates(joined, 9)) == 2


def test_the_highest_candidates_come_first_and_their_number_is_limited():
    points = np.array([[40.0, 40.0], [80.0, 40.0], [120.0, 40.0]])
    heatmap = draw_heatmap(points, amplitudes=np.array([0.4, 1.0, 0.7]))
    found = find_candidates(heatmap, 2)
    np.testing.assert_allclose(found.values, [1.0, 0.7], atol=1e-6)
    np.testing.assert_allclose(found.positions, points[[1, 2]], atol=1e-3)


def test_a_flat_heatmap_has_no_candidates():
    assert len(find_candidates(np.full((256, 256), -1.0), 37)) == 0


def test_values_that_are_not_finite_are_no_candidates():
    heatmap = draw_heatmap(np.array([[60.0, 60.0]]))
    heatmap[200, 200] = np.nan
    found = find_candidates(heatmap, 37)
    np.testing.assert_allclose(found.positions, [[60, 60]], atol=1e-3)


@pytest.mark.parametrize("point", [(0.0, 0.0), (255.0, 128.0), (3.0, 255.0)])
def test_a_landmark_on_the_border_is_found(point):
    found = find_candidates(draw_heatmap(np.array([point])), 1)
    assert np.abs(found.positions[0] - point).max() < 0.51


def test_a_landmark_off_the_canvas_leaves_what_falls_inside():
    assert draw_heatmap(np.array([[-100.0, 20.0]])).max() == -1
    assert draw_heatmap(np.array([[-1.0, 20.0]]))[20, 0] > 0
