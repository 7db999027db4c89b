"""Starting: quick, without the engine's heavy parts, and clear about what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.__main__ import _refuse

ROOT = Path(__file__).parents[2]
HEAVY = "{'torch', 'pgmpy', 'lightning', 'diffusers', 'SimpleITK'}"
linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux runs without a display"
)


def run_python(*arguments, **environment):
    """Python in the repository, without any display but the one given."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in displays}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_importing_the_window_imports_nothing_heavy():
    code = f"import sys, app.main_window; print({HEAVY} & set(sys.modules))"
    assert run_python("-c", code).stdout == "set()\n"


@linux_only
def test_without_a_display_one_line_says_so():
    ran = run_python("-m", "app")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr == (
        "Ossa cannot open a window here (there is no display: neither DISPLAY nor WAYLAND_DISPLAY "
        "is set): log in with a display, or work without one: ossa generate --project demo "
        "(more: ossa --help)\n"
    )


@linux_only
def test_with_a_display_that_is_not_there_one_line_says_so():
    ran = run_python("-m", "app", DISPLAY=":4711")
    assert ran.returncode == 2
    assert ran.stderr.startswith("Ossa cannot open a window here (")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "why",
    [
        "libEGL.so.1: cannot open shared object file: No such file or directory",
        "From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed to load the Qt xcb platform plugin",
    ],
)
def test_a_missing_library_is_named_with_what_to_install(why, capsys):
    assert _refuse(why) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line
    assert "install the system's libraries" in line


def test_calls_into_qt_take_no_reference_from_none():
    """A build of PySide6 that does makes the window crash after some minutes of use."""
    thing = QObject()
    thing.setObjectName("first")
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("again")
    assert sys.getrefcount(None) > before - 500


def test_opening_a_folder_that_is_no_project_shows_one_line(open_window, tmp_path):
    window = open_window(None)
    assert not window.open_project(tmp_path)
    assert str(tmp_path) in window.banner.text
    assert "\n" not in window.banner.text
    assert window.project is None


def test_a_project_stays_open_when_the_next_folder_is_none(window, tmp_path):
    assert not window.open_project(tmp_path / "nowhere")
    assert window.banner.text
    assert window.project is not None
    assert window.review.isVisible()


def drop(window, folder):
    """Drag a folder over the window and drop it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, data, *buttons)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    dropped = QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, *buttons)
    QApplication.sendEvent(window, dropped)


def test_a_dropped_project_is_opened(open_window, project):
    window = open_window(None)
    drop(window, project)
    assert window.project is not None
    assert window.project.folder.samefile(project)


def test_a_dropped_folder_that_is_no_project_shows_one_line(open_window, tmp_path):
    window = open_window(None)
    drop(window, tmp_path)
    assert str(tmp_path) in window.banner.text
    assert "\n" not in window.banner.text


def test_the_start_page_offers_the_projects_opened_before(open_window, project, qtbot):
    open_window(project).close()
    window = open_window(None)
    (recent,) = window.welcome.recent.rows
    qtbot.mouseClick(recent.open, Qt.MouseButton.LeftButton)
    assert window.project.folder.samefile(project)


def test_the_window_comes_back_with_the_size_it_had(open_window):
    before = open_window(None)
    before.resize(before.width(), 671)
    before.close()
    assert open_window(None).height() == 671
