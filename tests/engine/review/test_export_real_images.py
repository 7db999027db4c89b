"""Exports that hold real images beside the synthetic pairs."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import open_dataset
from engine.errors import ProjectError
from engine.review.export_nfdp import export_nfdp
from engine.review.export_real import RealImages
from tests.engine.review.reader import HandReader
from tests.engine.review.samples import add_pairs


def _real_images(tmp_path: Path, ids: list[str], train: list[str], test: list[str]) -> RealImages:
    """Grey ramps, as JPEG files."""
    rng = np.random.default_rng(3)
    images, landmarks = {}, {}
    for identifier in ids:
        images[identifier] = tmp_path / f"{identifier}-source.jpeg"
        ramp = np.tile(np.arange(120, dtype=np.uint8), (150, 1))
        Image.fromarray(ramp).save(images[identifier], quality=80)
        landmarks[identifier] = rng.uniform(0, 119, (37, 2)).round(2)
    return RealImages(images, landmarks, train, test)


def test_with_real_images_synthetic_pairs_are_trained_on_and_never_tested_on(project, tmp_path):
    identifiers = add_pairs(project, [True, True])
    real = _real_images(tmp_path, ["3001", "3002", "3003", "3004"], ["3001", "3003"], ["3002"])
    summary = export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    train = HandReader(tmp_path / "out", "train.txt")
    test = HandReader(tmp_path / "out", "test.txt")
    assert train.ids == ["3001", "3003", *identifiers]
    assert test.ids == ["3002"]
    assert "3004" not in train.landmarks
    assert (summary.synthetic, summary.real_train, summary.real_test) == (2, 2, 1)
    for reader in (train, test):
        for index in range(len(reader)):
            image, landmarks = reader[index]
            assert image.dtype == np.uint8
            if reader.ids[index] in real.images:
                assert np.abs(landmarks - real.landmarks[reader.ids[index]]).max() < 0.01


def test_real_jpegs_are_copied_byte_for_byte_and_pixels_are_converted(project, tmp_path):
    add_pairs(project, [True])
    real = _real_images(tmp_path, ["3001", "3002", "3003"], ["3001", "3002"], ["3003"])
    ramp = np.tile(np.linspace(0, 1, 90), (70, 1))
    images = {**real.images, "3002": ramp, "3003": np.full((8, 9), 200, dtype=np.uint8)}
    real = RealImages(images, real.landmarks, real.train_ids, real.test_ids)
    export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    pictures = tmp_path / "out" / "Images"
    assert (pictures / "3001.jpg").read_bytes() == real.images["3001"].read_bytes()
    image, _ = HandReader(tmp_path / "out", "train.txt")[1]
    assert np.abs(image[..., 1] - ramp * 255).max() < 3
    image, _ = HandReader(tmp_path / "out", "test.txt")[0]
    assert np.abs(image - 200.0).max() <= 1


def test_a_real_png_becomes_a_jpeg_whatever_it_is_called(project, tmp_path):
    add_pairs(project, [True])
    real = _real_images(tmp_path, ["3001"], ["3001"], [])
    ramp = np.tile(np.arange(200, dtype=np.uint8), (64, 1))
    path = tmp_path / "3001.png"
    Image.fromarray(ramp).save(path)
    real = RealImages({"3001": path}, real.landmarks, ["3001"], [])
    export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    content = (tmp_path / "out" / "Images" / "3001.jpg").read_bytes()
    assert content.startswith(b"\xff\xd8\xff")
    assert np.abs(np.asarray(Image.open(io.BytesIO(content)), dtype=float) - ramp).max() < 3


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("synthetic-0123456789ab", "looks like a synthetic one"),
        ("Synthetic-7", "looks like a synthetic one"),
        ("../7", "rename it"),
        ("a,b", "rename it"),
        (" 7", "rename it"),
        ("7\n", "rename it"),
        ("", "rename it"),
    ],
)
def test_real_ids_that_the_layout_cannot_hold_are_named(project, tmp_path, identifier, said):
    add_pairs(project, [True])
    pixels, landmarks = np.zeros((9, 9), np.uint8), np.zeros((37, 2))
    real = RealImages({identifier: pixels}, {identifier: landmarks}, [identifier], [])
    with pytest.raises(ProjectError, match=said):
        export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    assert not (tmp_path / "out").exists()


def test_real_images_must_be_whole_and_in_one_split(project, tmp_path):
    add_pairs(project, [True])
    real = _real_images(tmp_path, ["3001"], ["3001"], ["3001"])
    with pytest.raises(ProjectError, match="trained and tested on"):
        export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    real = RealImages(real.images, {}, ["3001"], [])
    with pytest.raises(ProjectError, match="'3001' lacks its image or its landmarks"):
        export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    real = RealImages(real.images, {"3001": np.full((37, 2), np.nan)}, ["3001"], [])
    with pytest.raises(ProjectError, match="all of its 37 landmarks"):
        export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    real = RealImages({"3001": tmp_path / "gone.jpg"}, {"3001": np.ones((37, 2))}, ["3001"], [])
    with pytest.raises(ProjectError, match=r"gone\.jpg cannot be read"):
        export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    assert not (tmp_path / "out").exists()


def test_ossa_reads_its_own_export_as_a_data_set(project, tmp_path):
    identifiers = add_pairs(project, [True, True])
    real = _real_images(tmp_path, ["3001", "3002"], ["3001"], ["3002"])
    export_nfdp(project, tmp_path / "out", actor="Ada", real=real)
    dataset = open_dataset(tmp_path / "out", project.anatomy)
    assert dataset.train_ids == ("3001", *identifiers)
    assert dataset.test_ids == ("3002",)
    for identifier in identifiers:
        exported = dataset.landmarks[identifier]
        assert np.array_equal(exported, project.assessment(identifier).landmarks)
