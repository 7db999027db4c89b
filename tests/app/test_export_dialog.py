"""Exporting from the window: a folder, or one line that says why not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from engine.assess.copy_risk import CopyLevel
from engine.review.project import Origin, Verdict
from engine.review.records import Counting, CountingRule
from tests.app.conftest import REVIEWER
from tests.app.judged_hands import make_checked_project
from tests.app.stick_hands import make_assessment, make_pair, make_project
from tests.engine.hand_dataset import write_dataset


@pytest.fixture
def export_to(window, qtbot):
    """Fills the dialog as a person would and waits for the job's end; what the banner says."""

    def fill_and_press(folder):
        window.exporting.show()
        dialog = window.exporting.dialog
        dialog.out.line.setText(str(folder))
        with qtbot.waitSignal(window.engine.job_ended, timeout=30_000):
            qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        return window.banner.text

    return fill_and_press


def test_what_counts_as_accepted_is_written_with_its_manifest(window, export_to, tmp_path):
    window.actions_by_name["reject"].trigger()
    out = tmp_path / "out"
    assert export_to(out) == f"Exporting finished: {out}"
    accepted = [r.identifier for r in window.project.rows() if r.counts_as == "accept"]
    table = (out / "all.csv").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split(",")[0] for line in table) == sorted(accepted)
    assert len(list((out / "Images").iterdir())) == len(accepted) == 3
    entry = window.project.trail(accepted[0])[-1]
    assert (entry.what, entry.who) == ("export", REVIEWER)


def test_a_folder_with_something_in_it_is_told_in_one_line_and_left_alone(export_to, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    said = export_to(tmp_path / "mine")
    assert said == f"{tmp_path / 'mine'} is not empty: choose a new folder to export to"
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_the_dialog_says_what_goes_out_and_that_it_is_synthetic(window):
    window.exporting.show()
    dialog = window.exporting.dialog
    texts = [found.text() for found in dialog.findChildren(QLabel) if found.isVisible()]
    assert "4 of 6 pairs go out" in texts
    assert "2 stay here:\n2  rejected" in texts
    assert any("RESEARCH USE ONLY" in text for text in texts)
    dialog.reject()


def test_a_missing_folder_is_asked_for_and_nothing_starts(window, qtbot):
    window.exporting.show()
    dialog = window.exporting.dialog
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert dialog.problem.text() == "Choose a folder to export to"
    assert dialog.isVisible()
    assert window.engine.current is None
    dialog.reject()


def test_nothing_accepted_is_nothing_to_export(open_window, tmp_path):
    window = open_window(None)
    assert not window.actions_by_name["export"].isEnabled()
    assert window.start_project(tmp_path / "empty")
    window.exporting.show()
    assert not window.exporting.dialog.start.isEnabled()
    window.exporting.dialog.reject()


@pytest.fixture
def checked(open_window, tmp_path):
    """A window on four accepted hands, two of them copies of training radiographs."""
    levels = [CopyLevel.COPY, CopyLevel.SUSPECT, CopyLevel.COPY, None]
    make_checked_project(tmp_path / "checked", levels).close()
    return open_window(tmp_path / "checked")


def test_copies_stay_unless_their_box_is_ticked_and_the_count_follows(checked, qtbot):
    checked.exporting.show()
    dialog = checked.exporting.dialog
    assert dialog.include_copies.text() == "Include the 2 pairs that copy a training radiograph"
    assert dialog.summary.text() == "2 of 4 pairs go out"
    assert dialog.staying.text() == "2 stay here:\n2  copies of training radiographs"
    qtbot.mouseClick(dialog.include_copies, Qt.MouseButton.LeftButton)
    assert dialog.summary.text() == "4 of 4 pairs go out"
    assert dialog.staying.text() == "None stays here"
    dialog.include_copies.setChecked(False)
    assert dialog.summary.text() == "2 of 4 pairs go out"
    dialog.reject()


@pytest.mark.parametrize(("ticked", "count"), [(False, 2), (True, 4)])
def test_as_many_pairs_go_out_as_the_dialog_said(checked, qtbot, tmp_path, ticked, count):
    checked.exporting.show()
    dialog = checked.exporting.dialog
    dialog.include_copies.setChecked(ticked)
    assert dialog.summary.text().startswith(f"{count} of 4 pairs")
    dialog.out.line.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(checked.engine.job_ended, timeout=30_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    table = (tmp_path / "out" / "all.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == count


def test_only_copies_are_nothing_to_export_unless_asked_for(open_window, tmp_path):
    make_checked_project(tmp_path / "checked", [CopyLevel.COPY]).close()
    window = open_window(tmp_path / "checked")
    window.exporting.show()
    dialog = window.exporting.dialog
    assert not dialog.start.isEnabled()
    assert dialog.summary.text() == "Nothing to export"
    dialog.include_copies.setChecked(True)
    assert dialog.start.isEnabled()
    dialog.reject()


def test_where_nothing_is_a_copy_nobody_is_asked_about_copies(window):
    window.exporting.show()
    assert not window.exporting.dialog.include_copies.isVisible()
    window.exporting.dialog.reject()


def test_a_split_is_offered_where_the_radiographs_have_several(window, qtbot, tmp_path):
    several = write_dataset(tmp_path / "several", count=6)
    second = several / "cv" / "set2"
    second.mkdir()
    (second / "train.txt").write_text("hand00\nhand01\n", encoding="utf-8")
    (second / "test.txt").write_text("hand05\n", encoding="utf-8")
    window.exporting.show()
    dialog = window.exporting.dialog
    dialog.real_data.line.setText(str(several))
    assert not dialog.split.isVisible()
    qtbot.mouseClick(dialog.together, Qt.MouseButton.LeftButton)
    assert dialog.split.isVisible()
    assert dialog.split.currentText() == "set1"
    dialog.split.setCurrentText("set2")
    dialog.out.line.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    tests = list((tmp_path / "out" / "cv").rglob("test.txt"))
    assert [file.read_text(encoding="utf-8").split() for file in tests] == [["hand05"]]


def test_one_split_or_none_is_no_choice(window, tmp_path):
    write_dataset(tmp_path / "one", count=3)
    window.exporting.show()
    dialog = window.exporting.dialog
    dialog.together.setChecked(True)
    for folder in (tmp_path / "one", tmp_path / "nowhere", tmp_path / ("long" * 100)):
        dialog.real_data.line.setText(str(folder))
        assert not dialog.split.isVisible()
    dialog.reject()


@pytest.fixture
def disputed(open_window, tmp_path):
    """A window on three hands and a real radiograph. Two reviewers accept the first hand and one
    refuses it, the second is a tie, the third is accepted and lacks a landmark."""
    with make_project(tmp_path / "disputed", 3) as project:
        first, second, third = (row.identifier for row in project.rows())
        for who in ("Ada", "Ben"):
            project.decide([first], Verdict.ACCEPT, who)
        project.decide([first], Verdict.REJECT, "Cem")
        project.decide([second], Verdict.ACCEPT, "Ada")
        project.decide([second], Verdict.REJECT, "Ben")
        found = project.assessment(third)
        places = found.landmarks.copy()
        places[4] = np.nan
        lacking = replace(found, landmarks=places)
        project.correct(third, places, lacking, "Ada")
        project.decide([third], Verdict.ACCEPT, "Ada")
        real = Origin("", 0, 0, {"source": "real", "name": "3142", "content": "0"})
        project.add_pair(make_pair(9), make_assessment(9, accepted=True), real)
    return open_window(tmp_path / "disputed")


def test_the_count_follows_whose_decision_counts_the_format_and_what_is_asked(disputed):
    disputed.exporting.show()
    dialog = disputed.exporting.dialog
    offered = [dialog.counting.itemText(place) for place in range(dialog.counting.count())]
    assert offered[:2] == ["The newest", "The majority's"]
    assert offered[2:] == [f"That of {who}, else the newest" for who in ("Ada", "Ben", "Cem")]
    assert dialog.summary.text() == "Nothing to export"
    dialog.counting.setCurrentIndex(1)
    assert dialog.summary.text() == "2 of 4 pairs go out"
    assert dialog.staying.text().splitlines() == [
        "2 stay here:",
        "1  lacking a landmark: COCO and CSV take it",
        "1  real radiograph, which never goes out as synthetic",
    ]
    dialog.format.setCurrentIndex(dialog.format.findData("coco"))
    assert dialog.summary.text() == "3 of 4 pairs go out"
    dialog.only_decided.setChecked(True)
    assert dialog.summary.text() == "2 of 4 pairs go out"
    assert "1  without a decision that counts" in dialog.staying.text()
    dialog.counting.setCurrentIndex(2)
    assert dialog.summary.text() == "3 of 4 pairs go out"
    dialog.reject()


@pytest.mark.parametrize(("format", "count"), [("nfdp", 2), ("coco", 3), ("csv", 3)])
def test_every_format_writes_what_the_dialog_said_by_the_rule_it_said(
    disputed, qtbot, tmp_path, format, count
):
    disputed.exporting.show()
    dialog = disputed.exporting.dialog
    dialog.format.setCurrentIndex(dialog.format.findData(format))
    dialog.counting.setCurrentIndex(1)
    assert dialog.summary.text() == f"{count} of 4 pairs go out"
    dialog.out.line.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(disputed.engine.job_ended, timeout=30_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == f"ossa-export-{format}-1"
    assert len(manifest["pairs"]) == count
    assert manifest["counting"]["rule"] == "majority"
    assert disputed.project.counting() == Counting(CountingRule.MAJORITY)


def test_after_an_export_the_sheet_counts_by_its_rule_and_the_next_dialog_offers_it(
    disputed, qtbot, tmp_path
):
    before = disputed.review.sheet.pairs.counts.accepted
    disputed.exporting.show()
    dialog = disputed.exporting.dialog
    dialog.counting.setCurrentIndex(1)
    dialog.out.line.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(disputed.engine.job_ended, timeout=30_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert disputed.review.sheet.pairs.counts.accepted == before + 2
    disputed.exporting.show()
    assert disputed.exporting.dialog.counting.currentText() == "The majority's"
    disputed.exporting.dialog.reject()


def test_the_format_is_remembered_and_only_nfdp_takes_real_radiographs_along(
    window, export_to, tmp_path
):
    window.exporting.show()
    assert window.exporting.dialog.together.isVisible()
    window.exporting.dialog.together.setChecked(True)
    window.exporting.dialog.format.setCurrentIndex(window.exporting.dialog.format.findData("csv"))
    assert not window.exporting.dialog.together.isVisible()
    assert not window.exporting.dialog.real_data.isVisible()
    window.exporting.dialog.reject()
    window.settings.set_text("export_format", "csv")
    assert export_to(tmp_path / "out") == f"Exporting finished: {tmp_path / 'out'}"
    assert (tmp_path / "out" / "landmarks.csv").is_file()


def test_one_reviewer_is_not_asked_whose_decision_counts(window):
    window.actions_by_name["accept"].trigger()
    window.exporting.show()
    assert not window.exporting.dialog.counting.isVisible()
    window.exporting.dialog.reject()
