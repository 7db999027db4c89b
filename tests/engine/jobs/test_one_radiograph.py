"""One radiograph read by itself is the one the canvas cache holds."""

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.data.canvas_cache import load_canvas_set
from engine.data.canvas_set import write_canvas_set
from engine.data.dataset import open_dataset
from engine.errors import DataError
from engine.jobs.one_radiograph import read_one_radiograph


@pytest.fixture(scope="module")
def known(dataset):
    return load_canvas_set(open_dataset(dataset, load_anatomy("hand")), "train")


def test_it_is_the_picture_the_generator_was_trained_on(dataset, known):
    for index in (0, len(known) - 1):
        image = read_one_radiograph(dataset, known.ids[index])
        assert image.dtype == np.float32
        assert np.array_equal(image, known.images_in_range([index])[0])


def test_a_canvas_file_gives_the_same(known, tmp_path):
    write_canvas_set(tmp_path / "canvas.npz", known)
    image = read_one_radiograph(tmp_path / "canvas.npz", known.ids[1])
    assert np.array_equal(image, known.images_in_range([1])[0])


def test_one_that_is_not_there_is_told_in_one_line(dataset, known, tmp_path):
    write_canvas_set(tmp_path / "canvas.npz", known)
    for data in (dataset, tmp_path / "canvas.npz"):
        with pytest.raises(DataError, match="holds no radiograph 'nobody'"):
            read_one_radiograph(data, "nobody")


def test_a_name_never_leads_out_of_the_folder(dataset):
    with pytest.raises(DataError, match="holds no radiograph"):
        read_one_radiograph(dataset, "../all")


def test_a_folder_that_is_no_data_set_is_told(tmp_path):
    with pytest.raises(DataError, match="Images cannot be read"):
        read_one_radiograph(tmp_path, "1")
