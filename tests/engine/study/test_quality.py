"""The quality study: real radiographs come out best, and it goes on wherever it was ended."""

import csv
import json

import pytest

from engine.errors import SettingsError
from engine.events import CancelToken
from engine.study.quality import quality
from engine.study.request import StudyRequest

from .conftest import ended_after_each_step


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A smoke run that was ended after each of its steps: its folder and its last summary."""
    out = tmp_path_factory.mktemp("quality") / "study"
    request = StudyRequest(out=out, smoke=True, device="cpu")
    return out, ended_after_each_step(quality, request)


@pytest.fixture(scope="module")
def table(ended):
    out, _ = ended
    with (out / "quality.csv").open(newline="") as stream:
        assert next(stream).startswith("# ")
        return {(row["of"], row["which"]): row for row in csv.DictReader(stream)}


def test_real_radiographs_stand_beside_every_generator(table):
    assert set(table) == {
        ("held out", "real"),
        ("disturbed", "real"),
        *((name, which) for name in ("ddpm", "phantom") for which in ("all", "accepted")),
    }


def test_held_out_real_hands_are_likelier_than_disturbed_ones(table):
    held_out, disturbed = (
        float(table[name, "real"]["density of landmarks"]) for name in ("held out", "disturbed")
    )
    assert held_out > disturbed


def test_drawn_phantoms_lie_nearer_to_phantoms_than_what_an_untrained_generator_draws(table):
    for figure in ("density of landmarks", "coverage of landmarks", "density of picture"):
        assert float(table["phantom", "all"][figure]) > float(table["ddpm", "all"][figure])


def test_coverage_is_compared_at_as_many_as_there_are_held_out(table):
    counted = {row["coverage at"] for row in table.values() if int(row["pairs"]) >= 3}
    assert counted == {"3"}


def test_steps_keep_every_distance(ended):
    out, _ = ended
    import numpy as np

    with np.load(out / "steps" / "generated-real9-phantom.npz") as stored:
        assert stored["looks"].shape == stored["shapes"].shape == (4, 9)
        assert (stored["looks"] >= 0).all()
    values = json.loads((out / "steps" / "generated-real9-phantom.json").read_text())["values"]
    assert values["pairs"] == values["compared"] == 4


def test_report_and_figure_are_there(ended):
    pytest.importorskip("matplotlib")
    out, summary = ended
    assert (out / "quality.png").stat().st_size > 1000
    for sentence in summary["sentences"]:
        assert sentence in (out / "report.md").read_text()


def test_a_request_that_cannot_be_met_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(SettingsError, match="--data"):
        list(quality(StudyRequest(tmp_path / "study"), CancelToken()))
    assert not (tmp_path / "study").exists()
