from dataclasses import fields

import numpy as np
import pytest

from engine.assess.prior import Prior, fit_prior
from engine.canvas import millimetres_per_pixel
from engine.errors import DataError, WeightsError

from .shapes import stick_hands


def assert_equal_priors(first: Prior, second: Prior) -> None:
    for field in fields(Prior):
        one, other = getattr(first, field.name), getattr(second, field.name)
        np.testing.assert_array_equal(one, other, err_msg=field.name)


def test_positions_scale_and_lengths_are_means_of_the_training_shapes(prior, training_hands):
    np.testing.assert_allclose(prior.mean_positions, training_hands.mean(axis=0))
    scale = millimetres_per_pixel(training_hands, (1, 5), 50.0).mean()
    assert prior.millimetres_per_pixel == pytest.approx(scale)
    first, second = prior.edges[0]
    pixels = np.linalg.norm(training_hands[:, first] - training_hands[:, second], axis=-1).mean()
    assert prior.edge_lengths[0] == pytest.approx(pixels * scale)
    assert prior.shape_count == len(training_hands)


def test_the_mean_shape_is_centred_and_as_wide_at_the_wrist_as_the_anatomy_says(prior):
    np.testing.assert_allclose(prior.mean_shape.mean(axis=0), 0, atol=1e-9)
    assert np.linalg.norm(prior.mean_shape[1] - prior.mean_shape[5]) == pytest.approx(50, rel=0.02)


def test_modes_are_orthonormal_and_come_in_order_of_variance(prior):
    np.testing.assert_allclose(prior.modes @ prior.modes.T, np.eye(len(prior.modes)), atol=1e-9)
    assert (np.diff(prior.mode_variances) <= 0).all()


def test_arrays_hold_the_whole_prior(prior):
    arrays = prior.to_arrays()
    assert {str(array.dtype) for array in arrays.values()} == {"float64", "int64", "uint8"}
    assert_equal_priors(Prior.from_arrays(arrays | {"another": np.zeros(3)}), prior)


def test_a_saved_prior_comes_back_the_same(prior, tmp_path):
    path = tmp_path / "prior.safetensors"
    prior.save(path)
    assert_equal_priors(Prior.load(path), prior)
    assert [file.name for file in tmp_path.iterdir()] == ["prior.safetensors"]


def test_another_file_is_refused_in_one_line(prior, tmp_path):
    from safetensors.numpy import save_file

    nonsense = tmp_path / "nonsense.safetensors"
    nonsense.write_bytes(b"no tensors here")
    other = tmp_path / "other.safetensors"
    save_file({"weights": np.zeros(3)}, other)
    cut = tmp_path / "cut.safetensors"
    prior.save(cut)
    cut.write_bytes(cut.read_bytes()[:500])
    for path in (nonsense, other, cut, tmp_path / "missing.safetensors", tmp_path):
        with pytest.raises(WeightsError, match=path.name) as raised:
            Prior.load(path)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("edges", np.array([[0, 99]])),
        ("mean_shape", np.zeros((36, 2))),
        ("mean_positions", np.full((37, 2), np.nan)),
        ("mean_positions", np.float64(3)),
        ("millimetres_per_pixel", np.float64(0)),
        ("shape_count", np.zeros(2)),
        ("anatomy", np.array([255, 254], dtype=np.uint8)),
    ],
)
def test_a_damaged_array_is_refused_in_one_line(prior, name, value):
    with pytest.raises(WeightsError) as raised:
        Prior.from_arrays(prior.to_arrays() | {name: value})
    assert "\n" not in str(raised.value)


def test_too_few_shapes_are_refused(hand):
    with pytest.raises(DataError, match="2 training shapes are too few"):
        fit_prior(stick_hands(2), hand)


def test_shapes_of_another_landmark_count_are_refused(hand):
    with pytest.raises(DataError, match="37 landmarks"):
        fit_prior(stick_hands(10)[:, :36], hand)


def test_a_shape_without_a_wrist_width_is_named(hand):
    shapes = stick_hands(10)
    shapes[7, 5] = shapes[7, 1]
    with pytest.raises(DataError, match=r"training shape 7 .*ulnar styloid and radial styloid"):
        fit_prior(shapes, hand)


def test_a_shape_with_a_missing_coordinate_is_named(hand):
    shapes = stick_hands(10)
    shapes[3, 20, 0] = np.nan
    with pytest.raises(DataError, match="training shape 3 "):
        fit_prior(shapes, hand)


def test_identical_shapes_still_give_a_finite_prior(hand):
    prior = fit_prior(stick_hands(5, articulation=0), hand)
    assert_equal_priors(Prior.from_arrays(prior.to_arrays()), prior)
