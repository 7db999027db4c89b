"""The localisation study: its protocol, and that it goes on wherever it was ended."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from engine.cli import studies as _studies  # noqa: F401 - gives the application its commands
from engine.cli.application import application
from engine.data.dataset import open_dataset
from engine.errors import DataError, SettingsError
from engine.events import CancelToken
from engine.review.project import ReviewProject
from engine.study.generators import Source
from engine.study.localisation import LocalisationRequest, localisation

from .conftest import steps_of


@pytest.fixture(scope="module")
def trainings(broken_off):
    """What is kept of every localiser's training."""
    paths = sorted((broken_off.out / "steps").glob("localiser-*.json"))
    return [json.loads(path.read_text())["values"] for path in paths]


@pytest.fixture(scope="module")
def split(broken_off):
    from engine.anatomy import load_anatomy

    return open_dataset(broken_off.out / "smoke" / "radiographs", load_anatomy())


def rows(out, name):
    with (out / f"{name}.csv").open(newline="") as stream:
        next(stream)
        return list(csv.DictReader(stream))


def test_a_study_ended_after_each_step_goes_on_to_its_end(broken_off):
    localisers = [name for name in steps_of(broken_off.out) if name.startswith("localiser-")]
    assert len(localisers) == 10
    # What follows the last localiser is too short to be ended; the project is there at once.
    assert broken_off.interruptions == len(localisers)
    assert not broken_off.rewritten


def test_every_arm_takes_the_same_number_of_optimiser_steps(trainings):
    assert {one["steps"] for one in trainings} == {2}


def test_every_synthetic_arm_has_a_control_of_exactly_as_many_images(trainings):
    synthetic = {(o["images"], o["seed"]) for o in trainings if o["synthetic_ids"]}
    duplicated = {(o["images"], o["seed"]) for o in trainings if o["duplicated_ids"]}
    assert synthetic
    assert synthetic == duplicated


def test_no_test_radiograph_enters_a_training(trainings, split):
    for one in trainings:
        assert set(one["real_ids"]) == set(split.train_ids)
        assert set(one["duplicated_ids"]) <= set(split.train_ids)
        assert not {*one["real_ids"], *one["duplicated_ids"]} & set(split.test_ids)


def test_a_generator_sees_the_training_radiographs_of_its_share_and_no_others(broken_off, split):
    from engine.data.canvas_set import read_canvas_set

    seen = read_canvas_set(broken_off.out / "radiographs" / "real9.npz")
    assert set(seen.ids) == set(split.train_ids)


def test_as_many_pairs_join_as_the_gate_accepted(broken_off, trainings):
    with ReviewProject.open(broken_off.out / "smoke" / "project") as project:
        accepted = [row.identifier for row in project.rows() if row.accepted_by_gate]
        total = len(project.rows())
    counted = {row["generator"]: row for row in rows(broken_off.out, "joined")}
    assert int(counted["phantom"]["generated"]) == total
    assert int(counted["phantom"]["joined"]) == len(accepted) < total
    largest = max(trainings, key=lambda one: len(one["synthetic_ids"]))
    assert largest["synthetic_ids"] == accepted


def test_what_a_generator_made_and_the_gate_refused_joins_nothing(broken_off):
    counted = {row["generator"]: row for row in rows(broken_off.out, "joined")}
    with ReviewProject.open(broken_off.out / "projects" / "real9-ddpm") as project:
        assert len(project.rows()) == int(counted["DDPM"]["generated"])
    assert counted["DDPM"]["joined"] == "0"
    assert any("nothing to compare" in said for said in broken_off.summary["sentences"])


def test_localisers_of_one_seed_begin_alike_and_those_of_another_do_not(broken_off):
    def errors(seed):
        path = broken_off.out / "steps" / f"localiser-real9-real-seed{seed}.npz"
        with np.load(path) as stored:
            return stored["errors"]

    assert errors(0).shape == errors(1).shape == (3, 37)
    assert not np.array_equal(errors(0), errors(1))


def test_the_report_ends_with_a_sentence_that_holds_the_interval(broken_off):
    report = (broken_off.out / "report.md").read_text()
    closing = report[report.index("## Did it help?") :]
    for sentence in broken_off.summary["sentences"]:
        assert sentence in closing
    difference = next(
        row
        for row in rows(broken_off.out, "differences")
        if "+ 3 phantom" in row["training data"] and "duplicated" in row["compared with"]
    )
    assert difference["95 % interval"] in closing
    assert "A smoke run" in report


def test_the_papers_table_stands_beside_ours(broken_off):
    real = rows(broken_off.out, "localisation")[0]
    assert real["paper PE mm"] == "0.76 ± 0.79"
    assert real["paper > 2 mm"].startswith("702")


def test_figures_are_drawn(broken_off):
    for name in ("curve", "differences"):
        with Image.open(broken_off.out / f"{name}.png") as picture:
            assert np.asarray(picture.convert("L")).std() > 5
        assert (broken_off.out / f"{name}.svg").read_text().lstrip().startswith("<?xml")


def test_the_command_on_a_finished_study_computes_nothing_again(broken_off):
    before = steps_of(broken_off.out)
    words = ["study", "localisation", "--smoke", "--out", str(broken_off.out), "--device", "cpu"]
    done = CliRunner().invoke(application, words)
    assert done.exit_code == 0, done.output
    assert "nothing to compare" in done.output
    after = steps_of(broken_off.out)
    del before["arms.json"], after["arms.json"]  # says where the study is, at every end
    assert after == before


def test_a_finished_study_is_not_gone_on_with_on_other_radiographs(broken_off, tmp_path):
    from tests.engine.hand_dataset import write_dataset

    other = replace(broken_off.request, data=write_dataset(tmp_path / "hands", count=8, test=2))
    with pytest.raises(DataError, match="another data"):
        list(localisation(other, CancelToken()))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"data": None}, "--data"),
        ({"localisers": 0}, "localisers"),
        ({"pairs": 0}, "pairs"),
        ({"sources": ()}, "at least one generator"),
        ({"sources": (Source("ddpm", "fast"),)}, "--train-time"),
        ({"counts": (100,), "curve_of": ("gan",)}, "no generator 'gan'"),
        ({"counts": (0, 100)}, "synthetic images"),
        ({"localiser": "huge"}, "no preset 'huge'"),
        ({"sources": (Source("ddpm", "huge"),)}, "no preset 'huge'"),
        ({"sources": (Source("ddpm", "fast", Path("nowhere")),)}, "nowhere does not exist"),
        ({"policy": "kind"}, "no policy 'kind'"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_before_anything_is_made(tmp_path, changed, said):
    ready = (Source("ddpm", "fast", given=tmp_path),)
    request = LocalisationRequest(out=tmp_path / "study", data=tmp_path, sources=ready)
    with pytest.raises(SettingsError, match=said):
        list(localisation(replace(request, **changed), CancelToken()))
    assert not (tmp_path / "study").exists()
