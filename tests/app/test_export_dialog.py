"""Exporting from the window: a folder, or one line that says why not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.app.conftest import REVIEWER


@pytest.fixture
def export_to(window, qtbot):
    """Fills the dialog as a person would and waits for the job's end; what the banner says."""

    def fill_and_press(folder):
        window.show_export()
        dialog = window.export_dialog
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
    window.show_export()
    dialog = window.export_dialog
    texts = [found.text() for found in dialog.findChildren(QLabel) if found.isVisible()]
    assert "4 accepted pairs of 6 will be exported; 2 rejected stay here." in texts
    assert any("RESEARCH USE ONLY" in text for text in texts)
    dialog.reject()


def test_a_missing_folder_is_asked_for_and_nothing_starts(window, qtbot):
    window.show_export()
    dialog = window.export_dialog
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert dialog.problem.text() == "Choose a folder to export to"
    assert dialog.isVisible()
    assert window.engine.current is None
    dialog.reject()


def test_nothing_accepted_is_nothing_to_export(open_window, tmp_path):
    window = open_window(None)
    assert not window.actions_by_name["export"].isEnabled()
    assert window.start_project(tmp_path / "empty")
    window.show_export()
    assert not window.export_dialog.start.isEnabled()
    window.export_dialog.reject()
