"""Copies stay out of an export unless asked for; a suspect goes out and is listed."""

import json
from dataclasses import replace

import pytest

from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.errors import ProjectError
from engine.review.export_choice import Wanted
from engine.review.export_nfdp import export_nfdp
from tests.engine.review.reader import HandReader
from tests.engine.review.samples import a_pair, an_assessment, an_origin

LEVELS = [CopyLevel.NONE, CopyLevel.COPY, CopyLevel.SUSPECT, None]


def a_risk(level, distance=0.5):
    return CopyRisk(level, "3142", distance, 0.4, 0.2, "3143", 3.0, 0.8)


def add_levels(project, levels):
    identifiers = []
    for index, level in enumerate(levels):
        risk = None if level is None else a_risk(level, 0.3 + 0.1 * index)
        assessment = replace(an_assessment(seed=index), copy_risk=risk)
        identifiers.append(project.add_pair(a_pair(), assessment, an_origin(index)))
    return identifiers


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_a_list_of_pairs_says_what_the_copy_check_found(project):
    identifiers = add_levels(project, LEVELS)
    assert [row.copy_level for row in project.rows()] == LEVELS
    assert project.row(identifiers[1]).copy_level is CopyLevel.COPY
    assert project.assessment(identifiers[1]).copy_risk.nearest == "3142"


def test_copies_are_held_out_and_suspects_listed(project, tmp_path):
    none, copy, suspect, unchecked = add_levels(project, LEVELS)
    summary = export_nfdp(project, tmp_path / "out", actor="Ada")
    assert HandReader(tmp_path / "out", "train.txt").ids == [none, suspect, unchecked]
    assert (summary.copies, summary.suspects) == ((copy,), (suspect,))
    told = "\n".join(summary.notices)
    assert f"copies a training radiograph: {copy} (1 in all)" in told
    assert "not checked for 1 pair" in told
    found = manifest_of(tmp_path / "out")["copy_check"]
    assert found["copies_held_out"] == [copy]
    assert found["suspects_exported"] == [suspect]
    assert "never anonymisation" in (tmp_path / "out" / "README.txt").read_text()


def test_copies_go_out_when_asked_for(project, tmp_path):
    identifiers = add_levels(project, LEVELS)
    export_nfdp(project, tmp_path / "out", actor="Ada", wanted=Wanted(include_copies=True))
    assert HandReader(tmp_path / "out", "train.txt").ids == identifiers
    entries = {p["identifier"]: p["copy_check"] for p in manifest_of(tmp_path / "out")["pairs"]}
    assert entries[identifiers[1]]["level"] == "copy"
    assert entries[identifiers[1]]["nearest"] == "3142"
    assert entries[identifiers[3]] == "not checked"


def test_the_manifest_has_the_copy_rate_and_the_test_against_held_out_real_ones(project, tmp_path):
    add_levels(project, LEVELS)
    project.store_held_out(an_origin(0).weights_hash, [0.7, 0.8, 0.9, 1.0, 1.1])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    found = manifest_of(tmp_path / "out")["copy_check"]
    assert (found["checked"], found["not_checked"], found["held_out"]) == (3, 1, 5)
    assert found["copy_rate"] == pytest.approx(1 / 3)
    assert found["p_value"] < 0.05


def test_a_project_that_was_never_checked_says_so(project, tmp_path):
    add_levels(project, [None, None])
    assert project.held_out(an_origin(0).weights_hash) == []
    export_nfdp(project, tmp_path / "out", actor="Ada")
    found = manifest_of(tmp_path / "out")["copy_check"]
    assert (found["copy_rate"], found["p_value"]) == (None, None)
    assert "was not checked" in (tmp_path / "out" / "README.txt").read_text().replace("\n", " ")


def test_a_project_of_copies_alone_has_nothing_to_export(project, tmp_path):
    add_levels(project, [CopyLevel.COPY])
    with pytest.raises(ProjectError, match="copies a training radiograph"):
        export_nfdp(project, tmp_path / "out", actor="Ada")
    assert not (tmp_path / "out").exists()
