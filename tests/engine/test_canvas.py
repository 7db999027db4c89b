import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.canvas import CANVAS_SIZE, CanvasMap, millimetres_per_pixel, place_on_canvas

SIDES = st.integers(1, 20_000)


@settings(max_examples=100)
@given(width=SIDES, height=SIDES, x=st.floats(0, 1), y=st.floats(0, 1))
def test_a_point_comes_back_within_a_thousandth_of_a_pixel(width, height, x, y):
    letterbox = CanvasMap(width, height)
    point = np.array([x * width - 0.5, y * height - 0.5])
    back = letterbox.to_image(letterbox.to_canvas(point))
    assert np.abs(back - point).max() < 1e-3


@settings(max_examples=100)
@given(width=SIDES, height=SIDES)
def test_the_image_fills_the_longer_side_and_is_centred(width, height):
    letterbox = CanvasMap(width, height)
    low = letterbox.to_canvas(np.array([-0.5, -0.5]))
    high = letterbox.to_canvas(np.array([width - 0.5, height - 0.5]))
    np.testing.assert_allclose((low + high) / 2, CANVAS_SIZE / 2 - 0.5, atol=1e-6)
    assert (high - low).max() == pytest.approx(CANVAS_SIZE)


@settings(max_examples=50)
@given(width=SIDES, height=SIDES, angle=st.floats(0, 6.3))
def test_lengths_shrink_alike_in_every_direction(width, height, angle):
    letterbox = CanvasMap(width, height)
    step = np.array([np.cos(angle), np.sin(angle)])
    length = np.linalg.norm(letterbox.to_canvas(step) - letterbox.to_canvas(np.zeros(2)))
    assert length == pytest.approx(letterbox.scale, rel=1e-6)


@pytest.mark.parametrize("shape", [(600, 400), (400, 600), (128, 100), (256, 256)])
def test_what_is_seen_in_the_image_lies_where_the_map_says(shape):
    height, width = shape
    letterbox = CanvasMap(width, height)
    centre = np.array([0.3 * width, 0.6 * height])
    rows, columns = np.mgrid[:height, :width]
    sigma = width / 20
    blob = np.exp(-((columns - centre[0]) ** 2 + (rows - centre[1]) ** 2) / (2 * sigma**2))
    canvas = place_on_canvas(blob).astype(np.float64)
    rows, columns = np.mgrid[:CANVAS_SIZE, :CANVAS_SIZE]
    seen = np.array([(columns * canvas).sum(), (rows * canvas).sum()]) / canvas.sum()
    assert np.abs(seen - letterbox.to_canvas(centre)).max() < 0.05


def test_outside_the_image_is_black_and_inside_keeps_its_grey():
    canvas = place_on_canvas(np.full((100, 50), 0.7))
    assert canvas.shape == (CANVAS_SIZE, CANVAS_SIZE)
    assert canvas.dtype == np.float32
    np.testing.assert_allclose(canvas[:, 64:192], 0.7, atol=1e-6)
    assert not canvas[:, :64].any()
    assert not canvas[:, 192:].any()


def test_fine_stripes_become_their_mean_instead_of_aliasing():
    stripes = np.tile([0.0, 1.0], (2048, 1024))
    np.testing.assert_allclose(place_on_canvas(stripes)[10:-10, 10:-10], 0.5, atol=0.02)


def test_an_image_without_pixels_has_no_letterbox():
    with pytest.raises(ValueError, match="no letterbox for 0 x 5"):
        CanvasMap(0, 5)


def test_millimetres_come_from_the_pair_of_known_distance():
    points = np.array([[[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 10.0]]])
    np.testing.assert_allclose(millimetres_per_pixel(points, (0, 1), 50.0), [10.0, 5.0])
