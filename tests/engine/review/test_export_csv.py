"""Exported tables, read as a spreadsheet reads them."""

import csv
import json

import numpy as np
import pytest

from engine.review.export_csv import CSV
from engine.review.export_folder import export_folder
from engine.review.project import Verdict
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin


@pytest.fixture
def read(project, tmp_path):
    def export_and_read():
        export_folder(project, tmp_path / "out", CSV, actor="Ada")
        with (tmp_path / "out" / "landmarks.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return export_and_read


def test_there_is_a_row_for_every_pair_and_landmark(project, read):
    good, _bad, other = add_pairs(project, [True, False, True])
    rows = read()
    assert [(row["identifier"], int(row["landmark"])) for row in rows] == [
        (identifier, landmark) for identifier in (good, other) for landmark in range(37)
    ]
    assert [row["name"] for row in rows[:37]] == list(project.anatomy.landmark_names)
    places = np.array([[row["x"], row["y"]] for row in rows[:37]], dtype=float)
    assert np.array_equal(places, project.assessment(good).landmarks)
    assert {row["visible"] for row in rows} == {"1"}


def test_a_missing_landmark_has_no_coordinates_and_is_not_visible(project, read):
    lacking = project.add_pair(a_pair(), an_assessment(False, missing=(3,)), an_origin(50))
    project.decide([lacking], Verdict.ACCEPT, "Ada")
    rows = read()
    assert [(row["x"], row["y"], row["visible"]) for row in rows if row["landmark"] == "3"] == [
        ("", "", "0")
    ]
    assert sum(row["visible"] == "1" for row in rows) == 36


def test_a_row_says_who_decided_and_who_corrected(project, read):
    add_pairs(project, [True])
    rescued = project.add_pair(a_pair(), an_assessment(False), an_origin(50))
    project.decide([rescued], Verdict.ACCEPT, "Ada, MD")
    project.correct(rescued, an_assessment().landmarks, an_assessment(), "Ben")
    rows = read()
    said = [(row["verdict"], row["decided_by"], row["gate_verdict"]) for row in rows]
    assert set(said[:37]) == {("accept", "gate:paper", "accept")}
    assert set(said[37:]) == {("accept", "Ada, MD", "reject")}
    assert {row["corrected_by"] for row in rows[:37]} == {""}
    assert {row["corrected_by"] for row in rows[37:]} == {"Ben"}


def test_the_manifest_of_a_table_names_no_picture(project, read, tmp_path):
    add_pairs(project, [True])
    read()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["format"] == "ossa-export-csv-1"
    assert manifest["pairs"][0]["file"] is None
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "README.txt",
        "landmarks.csv",
        "manifest.json",
    ]
