"""Recent projects: opened again, taken off the list, and shown when they are gone."""

import shutil

import pytest
from PySide6.QtCore import Qt

from app.settings import WindowSettings


@pytest.fixture
def after(open_window, tmp_path, project):
    """Opens a window after projects of these names were open, the last one most recently."""

    def open_after(*names):
        for name in names:
            shutil.copytree(project, tmp_path / name)
            WindowSettings().remember_project(tmp_path / name)
        return lambda: open_window(None).welcome.recent

    return open_after


def names(recent):
    return [one.folder.name for one in recent.rows]


def test_the_newest_is_first_and_no_project_is_named_twice(after, tmp_path):
    opened = after("one", "two")
    WindowSettings().remember_project(tmp_path / "one")
    assert names(opened()) == ["one", "two"]


def test_a_project_that_is_gone_stays_greyed_and_says_why(after, tmp_path, qtbot):
    opened = after("gone", "emptied", "kept")
    shutil.rmtree(tmp_path / "gone")
    (tmp_path / "emptied" / "review.sqlite").unlink()
    recent = opened()
    kept, emptied, gone = recent.rows
    assert [one.open.isEnabled() for one in (kept, emptied, gone)] == [True, False, False]
    assert gone.open.toolTip() == "the folder is not there any more"
    assert "no review project" in emptied.open.toolTip()
    with qtbot.assertNotEmitted(recent.chosen):
        qtbot.mouseClick(gone.open, Qt.MouseButton.LeftButton)


def test_a_project_that_is_taken_off_the_list_keeps_its_files(after, tmp_path, qtbot):
    recent = after("one", "two")()
    qtbot.mouseClick(recent.rows[0].remove, Qt.MouseButton.LeftButton)
    assert names(recent) == ["one"]
    assert names(after()()) == ["one"]
    assert (tmp_path / "two" / "review.sqlite").is_file()


def test_without_a_project_there_is_no_heading(open_window):
    recent = open_window(None).welcome.recent
    assert recent.rows == []
    assert not recent.isVisibleTo(recent.parentWidget()) or recent.sizeHint().height() < 10
