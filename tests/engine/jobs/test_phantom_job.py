"""``ossa phantom``: a data set that every other command reads."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.anatomy import load_anatomy
from engine.cli.commands import application
from engine.data.dataset import open_dataset
from engine.data.radiograph import read_radiograph
from engine.errors import DataError, SettingsError
from engine.events import CancelToken, JobFinished, JobStarted, PhantomDrawn
from engine.jobs.phantom import PhantomRequest, phantom

SIZE = 160


def make(out: Path, count: int, seed: int = 1, workers: int = 1) -> list:
    request = PhantomRequest(out, count, seed, SIZE, workers)
    return list(phantom(request, CancelToken()))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_writes_a_data_set_that_opens(tmp_path):
    events = make(tmp_path / "hands", 7)
    assert isinstance(events[0], JobStarted)
    assert isinstance(events[-1], JobFinished)
    assert [event.index for event in events if isinstance(event, PhantomDrawn)] == list(range(7))
    dataset = open_dataset(tmp_path / "hands", load_anatomy("hand"))
    assert not dataset.notices
    assert (len(dataset.train_ids), len(dataset.test_ids)) == (5, 2)
    for name, path in dataset.images.items():
        pixels = read_radiograph(path).pixels
        assert pixels.shape[::-1] == dataset.sizes[name]
        assert max(pixels.shape) == SIZE


def test_the_same_seed_gives_the_same_bytes_and_more_phantoms_begin_with_the_fewer(tmp_path):
    make(tmp_path / "few", 3)
    make(tmp_path / "same", 3)
    make(tmp_path / "many", 5)
    few, many = contents(tmp_path / "few"), contents(tmp_path / "many")
    assert few == contents(tmp_path / "same")
    assert all(many[name] == few[name] for name in few if name.startswith("Images"))
    assert many["all.csv"].startswith(few["all.csv"])


def test_another_seed_gives_other_hands(tmp_path):
    make(tmp_path / "one", 2, seed=1)
    make(tmp_path / "two", 2, seed=2)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one["all.csv"] != two["all.csv"]


def test_a_stopped_job_lists_what_it_made_and_goes_on(tmp_path):
    token, out = CancelToken(), tmp_path / "hands"
    for event in phantom(PhantomRequest(out, 6, 1, SIZE), token):
        if isinstance(event, PhantomDrawn) and event.index == 2:
            token.stop()
    assert len((out / "all.csv").read_text().splitlines()) == 3
    drawn = [event.index for event in make(out, 6) if isinstance(event, PhantomDrawn)]
    assert drawn == [3, 4, 5]
    make(tmp_path / "at once", 6)
    assert contents(out) == contents(tmp_path / "at once")


def test_several_workers_make_the_same_data_set(tmp_path):
    make(tmp_path / "alone", 5)
    make(tmp_path / "together", 5, workers=2)
    assert contents(tmp_path / "alone") == contents(tmp_path / "together")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "Images").mkdir()
    (tmp_path / "all.csv").write_text("patient\n")
    with pytest.raises(DataError, match="not empty and not a phantom data set") as refused:
        make(tmp_path, 2)
    assert "\n" not in str(refused.value)
    assert (tmp_path / "all.csv").read_text() == "patient\n"
    assert list((tmp_path / "Images").iterdir()) == []


def test_phantoms_of_another_seed_are_not_mixed_in(tmp_path):
    make(tmp_path / "hands", 2, seed=1)
    before = contents(tmp_path / "hands")
    with pytest.raises(DataError, match="another seed"):
        make(tmp_path / "hands", 3, seed=2)
    assert contents(tmp_path / "hands") == before


@pytest.mark.parametrize(
    ("change", "said"),
    [({"count": 1}, "--count 1"), ({"seed": -1}, "--seed -1"), ({"long_side": 9}, "--size 9")],
)
def test_a_request_that_makes_no_sense_is_refused_in_one_line(tmp_path, change, said):
    request = PhantomRequest(**({"out": tmp_path / "hands", "count": 2} | change))
    with pytest.raises(SettingsError, match=said):
        list(phantom(request, CancelToken()))
    assert not (tmp_path / "hands").exists()


def test_the_command_says_what_it_made(tmp_path):
    out = tmp_path / "hands"
    words = ["phantom", "--count", "2", "--seed", "1", "--size", str(SIZE), "--out", str(out)]
    result = CliRunner().invoke(application, words)
    assert result.exit_code == 0
    assert "2 phantoms, 2 of them new" in result.stdout
    landmarks = np.loadtxt(out / "all.csv", delimiter=",", usecols=range(1, 75))
    assert landmarks.shape == (2, 74)
