"""Training learns, resumes to the step, stops and keeps, cancels and discards."""

import csv
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from engine.errors import WeightsError  # noqa: E402
from engine.events import CancelToken, TrainingStep  # noqa: E402
from engine.localise.batches import RadiographBatches, from_canvas_256, to_canvas_256  # noqa: E402
from engine.localise.prediction import predict  # noqa: E402
from engine.localise.training import learning_rate, train_localiser  # noqa: E402
from engine.localise.weights import load_localiser, read_localiser_info  # noqa: E402
from tests.engine.localise.conftest import squares  # noqa: E402


def run(plan, token=None):
    return list(train_localiser(plan, token or CancelToken()))


def tensors(plan):
    return load_file(plan.out / "weights.safetensors")


def test_a_localiser_learns_the_corners_of_squares(plan):
    slow = replace(plan.settings, batch_size=8, learning_rate=2e-3)
    run(replace(plan, settings=slow, data=squares(48, 1), max_steps=150))
    unseen = squares(12, 2)
    found = predict(load_localiser(read_localiser_info(plan.out)), unseen.images)
    errors = np.linalg.norm(found.points - unseen.points, axis=2)
    assert np.median(errors) < 2.0


def test_a_resumed_run_ends_with_the_same_numbers_as_one_that_never_stopped(plan, tmp_path):
    run(plan)
    halves = replace(plan, out=tmp_path / "halves")
    token = CancelToken()
    for event in train_localiser(halves, token):
        if isinstance(event, TrainingStep) and event.step == 3:
            token.stop()
    assert read_localiser_info(halves.out).metadata["step"] == 3
    run(halves)
    for name, tensor in tensors(plan).items():
        assert torch.equal(tensor, tensors(halves)[name]), name


def test_cancelling_a_new_run_leaves_nothing(plan):
    token = CancelToken()
    for event in train_localiser(plan, token):
        if isinstance(event, TrainingStep) and event.step == 2:
            token.cancel()
    assert not plan.out.exists()


def test_the_loss_log_has_a_row_a_step(plan):
    run(plan)
    with (plan.out / "loss.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["step"]) for row in rows] == list(range(1, 7))
    assert all(float(row["pixels"]) > 0 for row in rows)


def test_a_run_on_other_radiographs_or_settings_is_refused(plan):
    run(plan)
    with pytest.raises(WeightsError, match="other radiographs"):
        run(replace(plan, data=squares(8, 9)))
    with pytest.raises(WeightsError, match="other settings"):
        run(replace(plan, settings=replace(plan.settings, seed=5)))


def test_the_learning_rate_falls_linearly_to_its_last(tiny):
    rates = [learning_rate(tiny, share) for share in (0, 0.5, 1, 1.5)]
    first, last = tiny.learning_rate, tiny.learning_rate * tiny.last_rate
    assert rates == pytest.approx([first, (first + last) / 2, last, last])


@pytest.mark.parametrize("side", [64, 128, 256])
def test_varied_radiographs_keep_their_landmarks_on_the_corners(tiny, side):
    varied = replace(tiny.augmentation, rotation=0.0, scale=0.2, shift=12.0)
    bigger = replace(tiny, side=side, augmentation=varied)
    images, points, seen = RadiographBatches(
        squares(8, 3, side), bigger, torch.device("cpu")
    ).batch(0)
    bright = images[:, 0] > 0
    for picture, corners, on_film in zip(bright, points, seen, strict=True):
        if not on_film.all():
            continue
        rows, columns = torch.nonzero(picture, as_tuple=True)
        found = [columns.min(), rows.min(), columns.max(), rows.max()]
        expected = [*corners[0].tolist(), *corners[2].tolist()]
        np.testing.assert_allclose([float(f) for f in found], expected, atol=1.6)


def test_canvases_of_all_sides_share_their_frame():
    points = np.array([[-0.5, -0.5], [511.5, 511.5], [255.5, 100.0]])
    on_256 = to_canvas_256(points, 512)
    np.testing.assert_allclose(on_256[:2], [[-0.5, -0.5], [255.5, 255.5]])
    np.testing.assert_allclose(from_canvas_256(on_256, 512), points)


def test_a_picture_of_another_side_is_resampled_and_its_pixels_told(plan):
    run(plan)
    localiser = load_localiser(read_localiser_info(plan.out))
    small = squares(2, 4, 64)
    large = np.repeat(np.repeat(small.images, 2, axis=1), 2, axis=2)
    on_small, on_large = predict(localiser, small.images), predict(localiser, large)
    np.testing.assert_allclose((on_small.points + 0.5) * 2 - 0.5, on_large.points, atol=1.0)
    np.testing.assert_allclose(on_small.sigmas * 2, on_large.sigmas, rtol=0.05)


@pytest.mark.parametrize("content", [b"", b"not a localiser"])
def test_a_file_that_is_no_localiser_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="is not a safetensors file") as told:
        read_localiser_info(path)
    assert "\n" not in str(told.value)
