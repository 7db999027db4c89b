"""Exported folders, read by a reader that knows the layout and nothing of Ossa."""

import json

import numpy as np
import pytest
from PIL import Image

from engine.errors import ProjectError
from engine.pair import Pair
from engine.review.export_choice import Wanted
from engine.review.export_nfdp import export_nfdp
from engine.review.project import Verdict
from tests.engine.review.reader import HandReader
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin


def test_what_counts_as_accepted_is_read_back_with_its_coordinates_and_picture(project, tmp_path):
    good, bad, rescued, refused = add_pairs(project, [True, False, False, True])
    project.decide([rescued], Verdict.ACCEPT, "Ada")
    project.decide([refused], Verdict.REJECT, "Ada")
    summary = export_nfdp(project, tmp_path / "out", actor="Ada")
    reader = HandReader(tmp_path / "out", "train.txt")
    assert reader.ids == [good, rescued]
    assert set(reader.landmarks) == {good, rescued}
    assert (summary.synthetic, summary.real_train, summary.real_test) == (2, 0, 0)
    assert not (tmp_path / "out" / "Images" / f"{bad}.jpg").exists()
    for index, identifier in enumerate(reader.ids):
        image, landmarks = reader[index]
        assert image.shape == (256, 256, 3)
        assert image.dtype == np.uint8
        assert np.abs(landmarks - project.assessment(identifier).landmarks).max() < 0.01
        grey = (project.pair(identifier).image + 1) / 2 * 255
        assert np.abs(image[..., 0] - grey).max() < 3


def test_a_landmark_lies_on_the_pixel_it_names(project, tmp_path):
    assessment = an_assessment()
    assessment.landmarks[:] = [[40.0, 90.0]] * 37
    image = np.full((256, 256), -1.0)
    image[90, 40] = 1
    project.add_pair(Pair(image, image), assessment, an_origin())
    export_nfdp(project, tmp_path / "out", actor="Ada")
    picture, landmarks = HandReader(tmp_path / "out", "train.txt")[0]
    row, column = np.unravel_index(picture[..., 0].argmax(), (256, 256))
    assert landmarks[0].tolist() == [column, row]


def test_files_have_no_header_no_blank_line_and_an_empty_test_split(project, tmp_path):
    (identifier,) = add_pairs(project, [True])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    table = (tmp_path / "out" / "all.csv").read_bytes()
    assert table.startswith(identifier.encode() + b",")
    assert table.count(b"\n") == 1
    assert all(len(number.split(".")[1]) >= 4 for number in table.decode().split(",")[1:])
    splits = tmp_path / "out" / "cv" / "set1"
    assert (splits / "train.txt").read_bytes() == identifier.encode() + b"\n"
    assert (splits / "test.txt").read_bytes() == b""
    assert len(HandReader(tmp_path / "out", "test.txt")) == 0


def test_coordinates_in_the_table_are_exact(project, tmp_path):
    (identifier,) = add_pairs(project, [True])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    fields = (tmp_path / "out" / "all.csv").read_text().strip().split(",")[1:]
    exact = project.assessment(identifier).landmarks.ravel()
    assert np.array_equal(np.array(fields, dtype=np.float64), exact)


def test_the_manifest_has_all_it_takes_to_make_a_pair_again_and_who_judged_it(project, tmp_path):
    good, rescued = add_pairs(project, [True, False])
    project.decide([rescued], Verdict.ACCEPT, "Ada", "wrist is fine")
    export_nfdp(project, tmp_path / "out", actor="Ben")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["statement"] == "synthetic, research use only"
    assert manifest["exported_by"] == "Ben"
    assert "pixel centres" in manifest["coordinates"]
    assert manifest["jpeg"]["mean_error_grey_levels"] < 0.5
    first, second = manifest["pairs"]
    origin = an_origin(0)
    assert first["identifier"] == good
    assert (first["weights_hash"], first["seed"]) == (origin.weights_hash, origin.seed)
    assert (first["index"], first["settings"]) == (0, origin.settings)
    assert first["gate"] == {"policy": "paper", "verdict": "accept", "reasons": []}
    assert first["decision"] is None
    assert second["gate"]["verdict"] == "reject"
    assert second["gate"]["reasons"] == ["wrist-displaced"]
    decision = second["decision"]
    assert (decision["verdict"], decision["decided_by"]) == ("accept", "Ada")
    assert decision["why"] == "wrist is fine"
    assert decision["decided_at"].endswith("+00:00")


def test_pictures_and_readme_carry_the_statement_on_their_own(project, tmp_path):
    (identifier,) = add_pairs(project, [True])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    with Image.open(tmp_path / "out" / "Images" / f"{identifier}.jpg") as picture:
        assert picture.info["comment"] == f"{identifier}: synthetic, research use only".encode()
    readme = (tmp_path / "out" / "README.txt").read_text()
    assert "research use only" in readme
    assert "pixel centres" in readme
    assert "JPEG" in readme


def test_accepted_pairs_without_all_landmarks_are_held_out_counted_and_said(project, tmp_path):
    (whole,) = add_pairs(project, [True])
    lacking = project.add_pair(a_pair(), an_assessment(False, missing=(3,)), an_origin(50))
    project.decide([lacking], Verdict.ACCEPT, "Ada")
    summary = export_nfdp(project, tmp_path / "out", actor="Ada")
    assert summary.held_out == (lacking,)
    assert "1 in all" in summary.notices[0]
    assert HandReader(tmp_path / "out", "train.txt").ids == [whole]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["held_out"] == [lacking]


def test_what_a_reviewer_corrected_goes_out_in_place_of_what_the_gate_found(project, tmp_path):
    kept, moved = add_pairs(project, [True, False])
    better = an_assessment(True, seed=9)
    project.correct(moved, better.landmarks, better, "Ada")
    export_nfdp(project, tmp_path / "out", actor="Ben")
    reader = HandReader(tmp_path / "out", "train.txt")
    assert reader.ids == [kept, moved]
    assert np.abs(reader.landmarks[moved] - better.landmarks).max() < 0.01
    first, second = json.loads((tmp_path / "out" / "manifest.json").read_text())["pairs"]
    assert (first["corrected_by"], second["corrected_by"]) == (None, "Ada")
    assert (second["gate"]["verdict"], second["counts_as"]) == ("reject", "accept")
    assert "1 of the pairs" in (tmp_path / "out" / "README.txt").read_text()


def test_an_export_can_be_limited_to_one_policy(project, tmp_path):
    add_pairs(project, [True])
    other = project.add_pair(a_pair(), an_assessment(policy="ossa"), an_origin(50))
    export_nfdp(project, tmp_path / "out", actor="Ada", wanted=Wanted(policy="ossa"))
    assert HandReader(tmp_path / "out", "train.txt").ids == [other]


def test_the_export_is_in_the_trail(project, tmp_path):
    good, bad = add_pairs(project, [True, False])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    entry = project.trail(good)[-1]
    assert (entry.what, entry.who) == ("export", "Ada")
    assert entry.why == f"nfdp to {(tmp_path / 'out').resolve()}"
    assert project.trail(bad)[-1].what == "verdict"


@pytest.mark.parametrize("verdicts", [[], [False, False]])
def test_nothing_accepted_is_said_and_nothing_is_written(project, tmp_path, verdicts):
    add_pairs(project, verdicts)
    with pytest.raises(ProjectError, match="no pair to export") as error:
        export_nfdp(project, tmp_path / "out", actor="Ada")
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_folder_that_is_not_empty_is_refused_even_with_overwrite(project, tmp_path):
    add_pairs(project, [True])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(ProjectError, match="is not empty"):
            export_nfdp(project, tmp_path / "out", actor="Ada", overwrite=overwrite)
    assert (tmp_path / "out" / "thesis.docx").read_text() == "years of work"
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_file_is_no_place_to_export_to(project, tmp_path):
    add_pairs(project, [True])
    (tmp_path / "out").touch()
    with pytest.raises(ProjectError, match="is a file"):
        export_nfdp(project, tmp_path / "out", actor="Ada")


def test_an_earlier_export_is_replaced_only_when_asked_and_only_if_untouched(project, tmp_path):
    first, second = add_pairs(project, [True, True])
    export_nfdp(project, tmp_path / "new" / "out", actor="Ada")
    project.decide([first], Verdict.REJECT, "Ada")
    with pytest.raises(ProjectError, match="is not empty"):
        export_nfdp(project, tmp_path / "new" / "out", actor="Ada")
    export_nfdp(project, tmp_path / "new" / "out", actor="Ada", overwrite=True)
    assert HandReader(tmp_path / "new" / "out", "train.txt").ids == [second]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]
    (tmp_path / "new" / "out" / "trained.pth").touch()
    with pytest.raises(ProjectError, match="is not empty"):
        export_nfdp(project, tmp_path / "new" / "out", actor="Ada", overwrite=True)


def test_a_failed_export_leaves_all_as_it_was(project, tmp_path):
    _first, second = add_pairs(project, [True, True])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    trail = project.trail()
    (project.folder / "pairs" / f"{second}-image.png").write_bytes(b"not a picture")
    for destination in ("out", "elsewhere"):
        with pytest.raises(ProjectError, match=f"{second}-image.png"):
            export_nfdp(project, tmp_path / destination, actor="Ada", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", "out"]
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert after == before
    assert project.trail() == trail


def test_an_export_that_cannot_be_recorded_is_taken_back(project, tmp_path, monkeypatch):
    add_pairs(project, [True])
    export_nfdp(project, tmp_path / "out", actor="Ada")
    manifest = (tmp_path / "out" / "manifest.json").read_bytes()

    def full_disk(*_: object) -> None:
        raise ProjectError("the disk is full")

    monkeypatch.setattr(project, "record_export", full_disk)
    for destination in ("out", "elsewhere"):
        with pytest.raises(ProjectError, match="full"):
            export_nfdp(project, tmp_path / destination, actor="Ada", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", "out"]
    assert (tmp_path / "out" / "manifest.json").read_bytes() == manifest
