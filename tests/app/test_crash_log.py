"""A crash leaves the stacks of its threads; the next start finds them and never waits for it."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.crash_log import CrashLog
from tests.app.own_process import start

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def run(code, folder):
    """Python code in a process of its own, in which `log` watches."""
    begin = "import os, signal\nfrom pathlib import Path\nfrom app.crash_log import CrashLog\n"
    watch = f"log = CrashLog(Path({str(folder)!r}))\nlog.watch()\n"
    return subprocess.run(
        [sys.executable, "-c", begin + watch + textwrap.dedent(code)],
        check=False,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path):
    """An empty folder for reports."""
    made = tmp_path / "log"
    made.mkdir()
    return made


@POSIX
def test_a_crash_is_found_once_with_the_stacks_and_what_it_ran_on(folder):
    ran = run("os.kill(os.getpid(), signal.SIGSEGV)", folder)
    assert ran.returncode == -signal.SIGSEGV
    report = CrashLog(folder).new_report()
    assert "Segmentation fault" in report.text()
    assert 'File "<string>"' in report.text()
    assert report.text().startswith("Ossa 0.")
    assert CrashLog(folder).new_report() is None
    assert report.file.is_file()


def test_the_newest_of_several_crashes_is_told(folder):
    for day in ("03", "01", "02"):
        (folder / f"running-202601{day}-000000-1.log").write_text(f"Fatal Python error: {day}")
    assert CrashLog(folder).new_report().text().endswith("error: 03")
    assert CrashLog(folder).new_report() is None


def test_a_run_that_ends_as_it_should_leaves_nothing(folder):
    ran = run("assert len(list(log.folder.iterdir())) == 1\nlog.close()", folder)
    assert ran.returncode == 0
    assert list(folder.iterdir()) == []


def test_a_run_that_was_killed_left_no_report_and_is_swept_away(folder):
    run("os._exit(9)", folder)
    assert len(list(folder.iterdir())) == 1
    assert CrashLog(folder).new_report() is None
    assert list(folder.iterdir()) == []


@POSIX
def test_the_file_of_a_run_that_goes_on_is_left_alone(folder):
    mine = folder / f"running-20260101-000000-{os.getpid()}.log"
    mine.touch()
    assert CrashLog(folder).new_report() is None
    assert mine.is_file()


def test_only_the_newest_reports_are_kept(folder):
    for day in range(1, 29):
        (folder / f"running-202602{day:02d}-000000-1.log").write_text("Fatal Python error")
    newest = CrashLog(folder).new_report()
    kept = sorted(file.name for file in folder.iterdir())
    assert len(kept) == 10
    assert kept[-1] == newest.file.name == "crash-20260228-000000-1.log"


def test_where_nothing_can_be_written_nothing_is_watched_and_nothing_fails(tmp_path):
    (tmp_path / "file").touch()
    ran = run("assert log.new_report() is None\nlog.close()", tmp_path / "file")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def offered(window, folder):
    """The line that offers a report, in a window that was just opened."""
    (folder / "running-20260102-000000-1.log").write_text("Fatal Python error: Aborted\n")
    report = CrashLog(folder).new_report()
    window.habits.crash_offer.offer(report)
    return window.habits.crash_offer


def test_the_offer_does_not_stand_in_the_way(window, offered):
    assert offered.isVisible()
    window.actions_by_name["accept"].trigger()
    window.banner.complain("something else")
    assert window.project.counts().decided == 1
    assert "ended unexpectedly" in offered.text


def test_the_report_can_be_copied(offered, qtbot):
    qtbot.mouseClick(offered.copy, Qt.MouseButton.LeftButton)
    assert "Fatal Python error: Aborted" in QGuiApplication.clipboard().text()


def test_the_folder_of_reports_can_be_opened(offered, folder, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile()))
    )
    qtbot.mouseClick(offered.open_folder, Qt.MouseButton.LeftButton)
    assert opened == [str(folder)]


def test_the_offer_can_be_dismissed(offered, qtbot):
    qtbot.mouseClick(offered.close_button, Qt.MouseButton.LeftButton)
    assert not offered.isVisible()


def test_without_a_crash_nothing_is_offered(window):
    assert not window.habits.crash_offer.isVisible()


@POSIX
def test_the_start_after_a_crash_tells_of_it_and_the_one_after_that_does_not(tmp_path):
    assert start("os.kill(os.getpid(), signal.SIGSEGV)").returncode == -signal.SIGSEGV
    tell = "print(window.habits.crash_offer.text)\n    window.close()"
    assert b"Ossa ended unexpectedly" in start(tell).stdout
    assert start(tell).stdout == b"\n"
    assert [file.name[:6] for file in tmp_path.rglob("*.log")] == ["crash-"]
