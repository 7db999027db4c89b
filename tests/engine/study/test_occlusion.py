"""The occlusion study, on the localisers of a smoke run of the localisation study."""

import csv

import numpy as np
import pytest
from PIL import Image

from engine.errors import DataError, SettingsError
from engine.events import CancelToken, JobFinished
from engine.study.occlusion import OcclusionRequest, occlusion

FINGERS = 5
TEST_RADIOGRAPHS = 3


@pytest.fixture(scope="module")
def studied(broken_off, tmp_path_factory):
    """The study, ended and gone on with after every localiser."""
    out = tmp_path_factory.mktemp("studies") / "occlusion"
    request = OcclusionRequest(out=out, study=broken_off.out, smoke=True, device="cpu")
    done = 0
    while True:
        token = CancelToken()
        for event in occlusion(request, token):
            finished = event
            if len(list((out / "steps").glob("*.json"))) > done:
                done += 1
                token.stop()
        assert isinstance(finished, JobFinished)
        if "sentences" in finished.summary:
            return out, finished.summary, done


def test_every_finger_tip_of_every_test_radiograph_is_hidden_once(studied):
    out, _, localisers = studied
    assert localisers == 6
    for path in (out / "steps").glob("*.npz"):
        with np.load(path) as stored:
            assert stored["hidden"].shape == (TEST_RADIOGRAPHS, FINGERS, 37)
            assert stored["whole"].shape == (TEST_RADIOGRAPHS, 37)


def test_outliers_are_counted_per_finger_and_localiser(studied):
    out, _, _ = studied
    with (out / "fingers.csv").open(newline="") as stream:
        next(stream)
        rows = list(csv.DictReader(stream))
    assert len(rows) == 3 * (FINGERS + 1)
    for name in {row["localiser"] for row in rows}:
        own = [row for row in rows if row["localiser"] == name]
        for radius in ("> 10 mm", "> 20 mm"):
            *fingers, total = (float(row[radius]) for row in own)
            assert total == pytest.approx(sum(fingers), abs=0.5)


def test_the_report_says_for_each_comparison_whether_synthetic_radiographs_helped(studied):
    out, summary, _ = studied
    report = (out / "report.md").read_text()
    assert len(summary["sentences"]) == 4
    assert all(sentence in report for sentence in summary["sentences"])


def test_the_worst_hands_are_drawn(studied):
    out, _, _ = studied
    for name in ("fingers", "worst"):
        with Image.open(out / f"{name}.png") as picture:
            assert np.asarray(picture.convert("L")).std() > 5


def test_localisers_may_be_named_one_by_one(broken_off, tmp_path):
    places = broken_off.out / "localisers"
    request = OcclusionRequest(
        out=tmp_path / "study",
        data=broken_off.out / "smoke" / "radiographs",
        localisers=(
            ("without", places / "localiser-real9-real-seed0"),
            ("with", places / "localiser-real9-phantom-3-seed0"),
        ),
        device="cpu",
    )
    *_, finished = occlusion(request, CancelToken())
    assert all("of with sees" in said for said in finished.summary["sentences"])


@pytest.mark.parametrize("given", [{}, {"localisers": (("a", "x"),)}])
def test_without_localisers_or_radiographs_there_is_one_line(tmp_path, given):
    with pytest.raises(SettingsError, match="name "):
        list(occlusion(OcclusionRequest(out=tmp_path / "study", **given), CancelToken()))


def test_a_folder_that_is_no_finished_study_is_named(tmp_path):
    request = OcclusionRequest(out=tmp_path / "study", study=tmp_path)
    with pytest.raises(DataError, match="no study"):
        list(occlusion(request, CancelToken()))
