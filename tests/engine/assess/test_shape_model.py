import numpy as np
import pytest

from engine.assess.shape_model import align_shapes, fit_shape_model, match_mean_shape

from .shapes import stick_hands


def similar(shape: np.ndarray, scale: float, degrees: float, shift: tuple[float, float]):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scale * shape @ turn.T + np.array(shift)


def test_alignment_takes_out_size_place_and_rotation():
    shape = stick_hands(1)[0]
    poses = [(1.0, 0, (0, 0)), (2.5, 20, (40, 3)), (0.3, -15, (-9, 100))]
    aligned, size = align_shapes(np.stack([similar(shape, *pose) for pose in poses]))
    np.testing.assert_allclose(aligned[1], aligned[0], atol=1e-12)
    np.testing.assert_allclose(aligned[2], aligned[0], atol=1e-12)
    centred = np.linalg.norm(shape - shape.mean(axis=0))
    assert size == pytest.approx(centred * (1 + 2.5 + 0.3) / 3)


def test_alignment_does_not_mirror():
    shape = stick_hands(1)[0]
    aligned, _ = align_shapes(np.stack([shape, shape, shape * [-1, 1]]))
    assert np.abs(aligned[2] - aligned[0]).max() > 0.05


def test_a_single_way_to_vary_becomes_the_first_mode():
    shape, way = stick_hands(2, seed=5)
    amounts = np.random.default_rng(0).normal(0, 0.05, 80)
    model = fit_shape_model(shape + amounts[:, None, None] * (way - shape))
    assert model.variances[0] / model.variances.sum() > 0.98


def test_the_mean_shape_is_found_again_under_any_pose(prior):
    landmarks = similar(prior.mean_shape, 0.9 / prior.millimetres_per_pixel, 12, (120, 130))
    match = match_mean_shape(landmarks, prior, threshold_mm=8)
    np.testing.assert_allclose(match.expected, landmarks, atol=1e-6)
    np.testing.assert_allclose(match.residuals, 0, atol=1e-6)
    assert match.inliers.all()


def test_gross_outliers_do_not_move_the_match_and_show_their_distance_in_millimetres(prior):
    landmarks = similar(prior.mean_shape, 1 / prior.millimetres_per_pixel, -5, (130, 120))
    moved = landmarks.copy()
    moved[[10, 24, 36]] += [40.0, 30.0]
    match = match_mean_shape(moved, prior, threshold_mm=8, seed=3)
    np.testing.assert_allclose(match.expected, landmarks, atol=1e-6)
    expected = 50 * prior.millimetres_per_pixel
    np.testing.assert_allclose(match.residuals[[10, 24, 36]], expected, rtol=1e-6)
    assert np.flatnonzero(~match.inliers).tolist() == [10, 24, 36]


def test_landmarks_without_a_place_take_no_part(prior):
    landmarks = similar(prior.mean_shape, 1.0, 0, (128, 128))
    landmarks[[0, 20]] = np.nan
    match = match_mean_shape(landmarks, prior, threshold_mm=8)
    assert np.isfinite(match.expected).all()
    assert np.isnan(match.residuals[[0, 20]]).all()
    assert not match.inliers[[0, 20]].any()
    assert match.inliers.sum() == 35


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_too_few_landmarks_give_no_match(prior, kept):
    landmarks = np.full((37, 2), np.nan)
    landmarks[:kept] = prior.mean_positions[:kept]
    assert_no_match(match_mean_shape(landmarks, prior, threshold_mm=8))


def test_collapsed_landmarks_give_no_match(prior):
    assert_no_match(match_mean_shape(np.full((37, 2), 100.0), prior, threshold_mm=8))


def test_the_same_seed_gives_the_same_match(prior):
    landmarks = np.random.default_rng(0).uniform(0, 255, (37, 2))
    one = match_mean_shape(landmarks, prior, threshold_mm=8, seed=11)
    other = match_mean_shape(landmarks, prior, threshold_mm=8, seed=11)
    np.testing.assert_array_equal(one.expected, other.expected)
    np.testing.assert_array_equal(one.inliers, other.inliers)


def assert_no_match(match) -> None:
    assert match.transform is None
    assert np.isnan(match.expected).all()
    assert np.isnan(match.residuals).all()
    assert not match.inliers.any()
