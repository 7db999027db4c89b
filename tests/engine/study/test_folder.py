"""A study's folder: finished steps, tables, figures, and where their numbers come from."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from engine.errors import DataError
from engine.events import Notice
from engine.study import folder as folder_module
from engine.study.folder import StudyFolder
from engine.study.tables import as_markdown

SETTINGS = {"pairs": 4, "shares": ("100%", "10%")}


@pytest.fixture
def study(tmp_path):
    return StudyFolder.open(tmp_path / "study", "localisation", SETTINGS, seed=3)


def again(study, study_name="localisation", settings=SETTINGS, seed=3):
    return StudyFolder.open(study.folder, study_name, settings, seed)


def draw():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1], [1, 0])
    return figure


def test_a_finished_step_is_there_when_the_study_is_opened_again(study):
    assert not study.is_done("pairs")
    study.finish("pairs", {"joined": 7}, {"errors": np.arange(6.0).reshape(2, 3)})
    opened = again(study)
    assert opened.is_done("pairs")
    assert opened.values("pairs") == {"joined": 7}
    np.testing.assert_array_equal(opened.arrays("pairs")["errors"], [[0, 1, 2], [3, 4, 5]])


def test_a_step_says_by_which_command_seed_version_and_machine_it_was_made(study):
    study.finish("pairs", {})
    kept = json.loads((study.folder / "steps" / "pairs.json").read_text())
    assert kept["provenance"]["seed"] == 3
    assert all(kept["provenance"][name] for name in ("command", "version", "machine", "at"))
    assert kept["seconds"] >= 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"study_name": "occlusion"}, "study"),
        ({"seed": 4}, "seed"),
        ({"settings": {**SETTINGS, "pairs": 5}}, "pairs"),
        ({"settings": {"pairs": 4}}, "shares"),
    ],
)
def test_a_folder_is_not_gone_on_with_under_other_settings(study, changed, named):
    with pytest.raises(DataError, match=f"another {named}"):
        again(study, **changed)


def test_a_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear all")
    with pytest.raises(DataError, match="no study"):
        StudyFolder.open(tmp_path, "localisation", SETTINGS, seed=0)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("damage", ["", "{", '{"values": '])
def test_a_damaged_step_is_named_with_what_to_do(study, damage):
    study.finish("pairs", {}, {"errors": np.zeros(2)})
    for suffix in ("json", "npz"):
        (study.folder / "steps" / f"pairs.{suffix}").write_text(damage)
    with pytest.raises(DataError, match=r"pairs\.json is damaged: delete it"):
        study.values("pairs")
    with pytest.raises(DataError, match=r"pairs\.npz is damaged: delete it"):
        study.arrays("pairs")


def test_a_step_whose_arrays_hold_objects_is_refused(study):
    np.savez(study.folder / "steps" / "bad.npz", errors=np.array([{}], dtype=object))
    with pytest.raises(DataError, match="damaged"):
        study.arrays("bad")


def test_a_table_is_written_for_programs_and_for_people(study):
    rows = [{"arm": "60 real", "PE mm": "0.82"}, {"arm": "with a | in it", "PE mm": "0.84"}]
    markdown = study.write_table("localisation", rows)
    with (study.folder / "localisation.csv").open(newline="") as stream:
        note, *lines = list(stream)
    assert note.startswith("# ")
    assert "seed 3" in note
    assert list(csv.DictReader(lines)) == rows
    written = (study.folder / "localisation.md").read_text()
    assert written.startswith(markdown)
    assert "seed 3" in written


def test_a_figure_is_written_as_picture_and_as_drawing_with_its_origin(study):
    assert list(study.write_figure("curve", draw)) == []
    with Image.open(study.folder / "curve.png") as picture:
        assert picture.size == (320, 160)
        assert "seed 3" in picture.text["Description"]
    assert "seed 3" in (study.folder / "curve.svg").read_text()


def test_without_matplotlib_the_missing_figures_are_said_once(study, monkeypatch):
    monkeypatch.setattr(folder_module, "can_draw", lambda: False)
    said = [*study.write_figure("curve", draw), *study.write_figure("other", draw)]
    assert [type(event) for event in said] == [Notice]
    assert not list(study.folder.glob("*.png"))


def test_columns_of_a_markdown_table_line_up():
    lines = as_markdown([{"a": 1, "name": "x"}, {"a": 250, "name": "longer"}]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| --: | ------ |"
