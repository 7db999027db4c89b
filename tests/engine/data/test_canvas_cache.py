import dataclasses

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.canvas import CanvasMap, place_on_canvas
from engine.data import canvas_cache
from engine.data.canvas_cache import (
    data_fingerprint,
    default_cache_folder,
    load_canvas_set,
    load_canvas_set_steps,
)
from engine.data.canvas_set import read_canvas_set, write_canvas_set
from engine.data.dataset import open_dataset
from engine.errors import DataError


@pytest.fixture
def dataset(make_dataset, triangle):
    return open_dataset(make_dataset(), triangle)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def loaded(dataset, cache, part="train"):
    """The set, and how many radiographs were decoded for it."""
    decoded = []
    made = load_canvas_set(dataset, part, cache, lambda done, total: decoded.append((done, total)))
    return made, len(decoded)


def test_radiographs_come_onto_the_canvas_with_their_landmarks(dataset, cache, grey):
    made, _ = loaded(dataset, cache)
    assert made.ids == ("a", "b", "c")
    assert made.landmark_count == 3
    assert (made.anatomy, made.split, made.part) == ("triangle", "set1", "train")
    np.testing.assert_array_equal(made.sizes, [[40, 60]] * 3)
    expected = CanvasMap(40, 60).to_canvas(dataset.landmarks["b"])
    np.testing.assert_allclose(made.points[1], expected)
    np.testing.assert_allclose(
        made.images_in_range([0])[0], 2 * place_on_canvas(grey / 255) - 1, atol=1e-4
    )
    assert made.images_in_range(slice(None)).dtype == np.float32
    assert made.canvas_map(0) == CanvasMap(40, 60)


def test_parts_are_the_split_and_all_of_it(dataset, cache):
    assert loaded(dataset, cache, "test")[0].ids == ("d", "e")
    assert loaded(dataset, cache, "all")[0].ids == ("a", "b", "c", "d", "e")


def test_the_second_time_nothing_is_decoded(dataset, cache):
    first, decoded = loaded(dataset, cache)
    again, decoded_again = loaded(dataset, cache)
    assert (decoded, decoded_again) == (3, 0)
    np.testing.assert_array_equal(again.images, first.images)
    np.testing.assert_array_equal(again.points, first.points)
    assert again.fingerprint == first.fingerprint


def test_progress_counts_up_to_the_total(dataset, cache):
    seen = []
    load_canvas_set(dataset, "train", cache, lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_cache_file_is_made_anew(dataset, cache, damage):
    first, _ = loaded(dataset, cache)
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again, decoded = loaded(dataset, cache)
    assert decoded == 3
    np.testing.assert_array_equal(again.images, first.images)
    assert loaded(dataset, cache)[1] == 0


def test_a_cache_file_of_other_data_is_not_taken(dataset, cache):
    made, _ = loaded(dataset, cache)
    (path,) = cache.iterdir()
    write_canvas_set(path, dataclasses.replace(made, fingerprint="another"))
    assert loaded(dataset, cache)[1] == 3


def test_the_fingerprint_follows_pixels_landmarks_split_and_part(make_dataset, triangle):
    folder = make_dataset()

    def now(part="train", split=None):
        return data_fingerprint(open_dataset(folder, triangle, split), part)

    prints = [now(), now("test"), now("all")]
    (folder / "cv" / "set1").rename(folder / "cv" / "set2")
    prints.append(now())
    table = (folder / "all.csv").read_text()
    (folder / "all.csv").write_text(table.replace("a,1,2", "a,1,2.01"))
    prints.append(now())
    (folder / "Images" / "a.png").write_bytes((folder / "Images" / "b.png").read_bytes())
    prints.append(now())
    assert len(set(prints)) == len(prints)
    assert now() == now()


def test_the_fingerprint_does_not_follow_what_is_not_used(make_dataset, triangle):
    folder = make_dataset()
    before = data_fingerprint(open_dataset(folder, triangle))
    table = (folder / "all.csv").read_text()
    (folder / "all.csv").write_text("q,1,2,3,4,5,6\n" + table)
    assert data_fingerprint(open_dataset(folder, triangle)) == before


def test_the_fingerprint_follows_the_data_file_of_a_meta_image(make_dataset, triangle):
    folder = make_dataset(suffix=".mhd")
    dataset = open_dataset(folder, triangle)
    before = data_fingerprint(dataset)
    data = folder / "Images" / "a.raw"
    data.write_bytes(bytes(data.stat().st_size))
    assert data_fingerprint(dataset) != before


def test_a_radiograph_that_vanished_or_broke_is_named(dataset, cache):
    broken = dataset.images["b"]
    broken.write_bytes(broken.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"b\.png is truncated"):
        load_canvas_set(dataset, "train", cache)
    assert not cache.exists()
    broken.unlink()
    with pytest.raises(DataError, match=r"b\.png cannot be read: No such file"):
        load_canvas_set(dataset, "train", cache)


def test_closing_the_steps_ends_the_decoding_without_a_file(dataset, cache):
    steps = load_canvas_set_steps(dataset, "train", cache)
    assert next(steps) == (1, 3)
    steps.close()
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_does_not_stop_the_loading(dataset, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    made, decoded = loaded(dataset, blocked / "cache")
    assert (len(made), decoded) == (3, 3)


def test_the_cache_folder_comes_from_the_environment(dataset, cache, monkeypatch):
    monkeypatch.setenv("OSSA_CACHE", str(cache))
    assert default_cache_folder() == cache
    load_canvas_set(dataset)
    assert len(list(cache.iterdir())) == 1
    monkeypatch.delenv("OSSA_CACHE")
    assert "ossa" in default_cache_folder().parts


def test_a_machine_without_the_images_reads_the_cache_file(dataset, cache):
    made, _ = loaded(dataset, cache)
    (path,) = cache.iterdir()
    for image in dataset.images.values():
        image.unlink()
    assert read_canvas_set(path).ids == made.ids


def test_the_real_radiographs_keep_their_landmarks_on_the_canvas(shared, cache, monkeypatch):
    dataset = open_dataset(shared / "dha", load_anatomy())
    few = dataclasses.replace(dataset, train_ids=dataset.train_ids[:4])
    made = load_canvas_set(few, "train", cache)
    assert made.points.shape == (4, 37, 2)
    assert (made.points > -0.5).all()
    assert (made.points < 255.5).all()
    assert (made.images_in_range(slice(None)).std(axis=(1, 2)) > 0.1).all()
    monkeypatch.setattr(canvas_cache, "read_radiograph", None)
    assert load_canvas_set(few, "train", cache).ids == few.train_ids
