import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.canvas_set import CanvasSet, read_canvas_set, write_canvas_set
from engine.errors import DataError


@pytest.fixture
def canvas_set():
    rng = np.random.default_rng(3)
    return CanvasSet(
        ids=("007", "ünï"),
        images=rng.integers(0, 65536, (2, 256, 256), dtype=np.uint16),
        points=rng.uniform(0, 255, (2, 5, 2)),
        sizes=np.array([[100, 200], [300, 40]]),
        fingerprint="abc",
        anatomy="hand",
        split="set1",
        part="train",
    )


def test_a_canvas_set_survives_its_file(tmp_path, canvas_set):
    path = tmp_path / "new" / "set.npz"
    write_canvas_set(path, canvas_set)
    read = read_canvas_set(path)
    for field in dataclasses.fields(CanvasSet):
        np.testing.assert_array_equal(
            getattr(read, field.name), getattr(canvas_set, field.name), strict=field.name != "ids"
        )
    assert read.ids == canvas_set.ids
    assert [p.name for p in path.parent.iterdir()] == ["set.npz"]


def test_arrays_cannot_be_changed(canvas_set):
    with pytest.raises(ValueError, match="read-only"):
        canvas_set.images[0, 0, 0] = 1


def test_the_range_is_minus_one_to_one(canvas_set):
    images = canvas_set.images_in_range(np.array([1, 1]))
    assert images.shape == (2, 256, 256)
    assert images.min() == pytest.approx(-1, abs=1e-3)
    assert images.max() == pytest.approx(1, abs=1e-3)
    assert (np.abs(images) <= 1).all()


def test_a_failed_write_keeps_the_file_that_was_there(tmp_path, canvas_set, monkeypatch):
    path = tmp_path / "set.npz"
    write_canvas_set(path, canvas_set)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        write_canvas_set(path, canvas_set)
    monkeypatch.undo()
    assert len(read_canvas_set(path)) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["set.npz"]


def test_arrays_that_do_not_fit_together_are_refused(canvas_set):
    with pytest.raises(ValueError, match="points has shape"):
        dataclasses.replace(canvas_set, points=canvas_set.points[:1])
    with pytest.raises(ValueError, match="images has shape"):
        dataclasses.replace(canvas_set, images=canvas_set.images[:, :10])


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"set\.npz does not exist"):
        read_canvas_set(tmp_path / "set.npz")
    with pytest.raises(DataError, match="cannot be read"):
        read_canvas_set(tmp_path)


@pytest.mark.parametrize("drop", ["format", "points", "ids"])
def test_a_file_that_lacks_a_part_is_refused(tmp_path, canvas_set, drop):
    path = tmp_path / "set.npz"
    write_canvas_set(path, canvas_set)
    with np.load(path) as arrays:
        rest = {name: arrays[name] for name in arrays if name != drop}
    np.savez(path, **rest)
    with pytest.raises(DataError, match=r"set\.npz is not a whole canvas set"):
        read_canvas_set(path)


def test_a_file_of_another_format_is_refused(tmp_path):
    path = tmp_path / "set.npz"
    np.savez(path, format=np.array("something else"))
    with pytest.raises(DataError, match="its format is not ossa-canvas-set-1"):
        read_canvas_set(path)


def test_a_single_array_or_a_damaged_archive_is_refused(tmp_path, canvas_set):
    path = tmp_path / "set.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(DataError, match="is not a whole canvas set"):
        read_canvas_set(path)
    write_canvas_set(path, canvas_set)
    whole = bytearray(path.read_bytes())
    whole[2000:2100] = bytes(100)
    path.write_bytes(whole)
    with pytest.raises(DataError, match="is not a whole canvas set"):
        read_canvas_set(path)


def read_or_refuse(path):
    """The set and an empty text, or None and the text of the refusal."""
    try:
        return read_canvas_set(path), ""
    except DataError as error:
        return None, str(error)


@settings(max_examples=150)
@given(data=st.data())
def test_any_damage_is_refused_in_one_line_or_does_no_harm(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damage") / "set.npz"
    write_canvas_set(
        path,
        CanvasSet(
            ids=("a",),
            images=np.zeros((1, 256, 256), dtype=np.uint16),
            points=np.ones((1, 3, 2)),
            sizes=np.ones((1, 2), dtype=np.int64),
            fingerprint="abc",
            anatomy="hand",
            split="set1",
            part="train",
        ),
    )
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    read, refusal = read_or_refuse(path)
    assert "\n" not in refusal
    assert read is None or read.points.shape == (1, 3, 2)


class Trap:
    """Unpickling this would leave a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "set.npz"
    np.savez(path, format=np.array([Trap(tmp_path / "sprung")], dtype=object))
    with pytest.raises(DataError, match="is not a whole canvas set"):
        read_canvas_set(path)
    path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    with pytest.raises(DataError, match="is not a whole canvas set"):
        read_canvas_set(path)
    assert not (tmp_path / "sprung").exists()
