"""`ossa localise` in real processes: train, measure, look at radiographs, mistakes in one line."""

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from engine.localise.settings import FAST
from engine.localise.weights import read_held_out_errors, read_localiser_info
from tests.engine.hand_dataset import write_dataset


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "app", "localise", *map(str, arguments)]


def ossa_localise(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=200)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("films") / "films", count=8, test=2)


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    path = tmp_path_factory.mktemp("preset") / "tiny.toml"
    path.write_text(replace(FAST, preset="tiny", side=64, batch_size=4).to_toml())
    return path


@pytest.fixture(scope="module")
def trained(films, preset, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "localiser"
    done = ossa_localise(
        "train", "--data", films, "--preset", preset, "--out", out, "--max-steps", 3
    )
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_training_ends_with_its_errors_on_the_test_radiographs(trained):
    out, said = trained
    assert "step 3, 12 radiographs" in said
    assert "2 radiographs; landmarks 1 and 5 are 50 mm apart" in said
    held_out = read_held_out_errors(read_localiser_info(out))
    assert held_out.errors.shape == held_out.sigmas.shape == (2, 37, 2)


def test_its_errors_on_the_test_radiographs_are_measured_as_training_goes_on(
    films, preset, tmp_path
):
    out = tmp_path / "watched"
    arguments = ("train", "--data", films, "--preset", preset, "--out", out)
    for last in (2, 5, 5):  # each goes on from the one before, the last has nothing left to train
        done = ossa_localise(*arguments, "--max-steps", last, "--checkpoint-every", "0s")
        assert done.returncode == 0, done.stderr
    with (out / "held-out.csv").open() as stream:
        curve = list(csv.DictReader(stream))
    steps = [int(row["step"]) for row in curve]
    assert steps == sorted(set(steps))
    assert {2, 5} <= set(steps)
    assert "held-out point error" in done.stderr
    kept = np.linalg.norm(read_held_out_errors(read_localiser_info(out)).errors, axis=2)
    assert float(curve[-1]["point_error_mm"]) == pytest.approx(kept.mean(), rel=1e-4)
    assert int(curve[-1]["beyond_4_mm"]) == (kept > 4).sum()


def test_measuring_again_gives_what_training_kept(trained, films, tmp_path):
    out, _ = trained
    done = ossa_localise(
        "evaluate", "--weights", out, "--data", films, "--json", "--out", tmp_path / "table.csv"
    )
    assert done.returncode == 0, done.stderr
    table = json.loads(done.stdout)
    kept = np.linalg.norm(read_held_out_errors(read_localiser_info(out)).errors, axis=2)
    assert table["all"]["mean"] == pytest.approx(kept.mean(), rel=1e-4)
    assert len(table["landmarks"]) == 37
    with (tmp_path / "table.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert float(rows[0]["mean_mm"]) == pytest.approx(kept.mean(), abs=1e-3)
    assert len(rows) == 1 + len(table["groups"]) + 37


def test_predictions_are_in_pixels_of_each_file(trained, films, tmp_path):
    out, _ = trained
    folder = tmp_path / "films"
    folder.mkdir()
    small = Image.open(films / "Images" / "hand00.png")
    small.save(folder / "small.png")
    small.resize((512, 512), Image.Resampling.NEAREST).save(folder / "twice.png")
    (folder / "broken.png").write_bytes(b"no picture")
    done = ossa_localise(
        "predict", "--weights", out, "--images", folder, "--out", tmp_path / "found.csv"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("2 radiographs, 1 could not be read")
    assert sum("broken.png" in line for line in done.stderr.splitlines()) == 1
    with (tmp_path / "found.csv").open() as stream:
        rows = {row["file"]: row for row in csv.DictReader(stream)}
    for axis in "xy":
        once, twice = (float(rows[f"{n}.png"][f"{axis}9"]) for n in ("small", "twice"))
        assert (once + 0.5) * 2 - 0.5 == pytest.approx(twice, abs=6)
    assert float(rows["twice.png"]["sigma_x9"]) > 0


def test_killed_in_the_middle_it_goes_on_where_it_was(films, preset, tmp_path):
    out = tmp_path / "killed"
    arguments = ("train", "--data", films, "--preset", preset, "--out", out)
    endless = subprocess.Popen(
        command(*arguments, "--max-steps", 100_000, "--checkpoint-every", "0s"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (out / "weights.safetensors").exists():
            assert endless.poll() is None
            time.sleep(0.1)
    finally:
        endless.send_signal(signal.SIGKILL)
        endless.wait()
    step = read_localiser_info(out).metadata["step"]
    done = ossa_localise(*arguments, "--max-steps", step + 2)
    assert done.returncode == 0, done.stderr
    with (out / "loss.csv").open() as stream:
        steps = [int(row["step"]) for row in csv.DictReader(stream)]
    assert steps == sorted(set(steps))
    assert steps[-1] == step + 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "--data", "nowhere", "--out", "run"), "nowhere"),
        (("evaluate", "--weights", "nowhere", "--data", "."), "no weights at nowhere"),
        (("predict", "--weights", "nowhere", "--images", ".", "--out", "o.csv"), "nowhere"),
    ],
)
def test_a_mistake_is_one_line(arguments, told):
    done = ossa_localise(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr
