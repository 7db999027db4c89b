"""Every window test runs without a display, on settings of its own, and leaves nothing behind."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, Qt, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.engine_thread import Job
from app.main_window import MainWindow
from app.theme import apply_theme
from engine.review.project import ReviewProject, Verdict
from tests.app.judged_hands import make_judged_project
from tests.app.stick_hands import make_project

pg.setConfigOption("mouseRateLimit", 0)  # a test moves faster than a hand

REVIEWER = "Dr Example"
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
PAIRS = 6  # of which the gate rejected the third and the last

# What the offscreen platform says of itself on machines without window manager or fonts.
_NOISE = (
    "This plugin does not support propagateSizeHints",
    "This plugin does not support raise",
    "QFontDatabase: Cannot find font directory",
    "Note that Qt no longer ships fonts",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a Qt warning fail the window's tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*_NOISE, extend=True))


@pytest.fixture(autouse=True)
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, home and caches of this test alone; the file that keeps the window's settings."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
                 "XDG_STATE_HOME"):  # fmt: skip
        monkeypatch.setenv(name, str(home))
    file = home / "window.ini"

    def store(*_names: str) -> QSettings:
        return QSettings(str(file), QSettings.Format.IniFormat)

    monkeypatch.setattr("app.settings.QSettings", store)
    settings = store()
    settings.setValue("reviewer", REVIEWER)
    settings.sync()
    return file


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a running thread, an active timer or a visible window behind."""
    yield
    if "qapp" in request.fixturenames:
        bury()
        assert left_behind() == []


def bury() -> None:
    """Delete what is waiting for its deletion."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def left_behind() -> list[str]:
    """Threads that run, timers that tick and windows that show, in words."""
    found = [f"visible {w!r}" for w in QApplication.topLevelWidgets() if w.isVisible()]
    for thing in gc.get_objects():
        if issubclass(type(thing), QObject) and isValid(thing):
            if isinstance(thing, QThread) and thing is not _main_thread() and thing.isRunning():
                found.append(f"running {thing!r}")
            elif isinstance(thing, QTimer) and thing.isActive():
                found.append(f"active {thing!r}")
    return found


def _main_thread() -> QThread:
    return QCoreApplication.instance().thread()


@pytest.fixture(scope="session")
def _stick_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stick") / "hands"
    make_project(folder, PAIRS).close()
    return folder


@pytest.fixture
def project(_stick_project: Path, tmp_path: Path) -> Path:
    """The folder of a project of six stick hands, four of them accepted by the gate."""
    return Path(shutil.copytree(_stick_project, tmp_path / "hands"))


@pytest.fixture(scope="session")
def _judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged") / "hands"
    make_judged_project(folder, PAIRS).close()
    return folder


@pytest.fixture
def judged(_judged: Path, tmp_path: Path) -> Path:
    """Hands that the gate itself has judged, so that it can judge them again."""
    return Path(shutil.copytree(_judged, tmp_path / "judged"))


@pytest.fixture
def decided(judged: Path) -> Path:
    """Two reviewers: Ada follows the gate, Ben accepts all but the second, unseen by Ada."""
    with ReviewProject.open(judged) as project:
        for row in project.rows():
            project.decide([row.identifier], row.gate_verdict, "Ada")
            verdict = Verdict.REJECT if row.ordinal == 2 else Verdict.ACCEPT
            project.decide([row.identifier], verdict, "Ben", others_hidden=row.ordinal < 5)
    return judged


@pytest.fixture
def begun(judged: Path) -> Path:
    """Ben accepts all six and corrects the last; whoever sits here has decided on the first two."""
    with ReviewProject.open(judged) as project:
        names = [row.identifier for row in project.rows()]
        project.decide(names, Verdict.ACCEPT, "Ben")
        project.decide(names[:2], Verdict.REJECT, REVIEWER, others_hidden=True)
        found = project.assessment(names[-1])
        project.correct(names[-1], found.landmarks + 1.0, found, "Ben")
    return judged


def hide_others(window: MainWindow) -> None:
    """Hide others' decisions until there is an own, in the settings."""
    window.actions_by_name["settings"].trigger()
    window.habits.dialog.fields["hide_others"].editor.click()
    window.habits.dialog.close()


class Prompt:
    """Answers the question on closing, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = True

    def __call__(self, _parent: QWidget, title: str, close: Callable[[], None]) -> None:
        self.asked.append(title)
        if self.answer:
            close()


@pytest.fixture
def prompt() -> Prompt:
    """Stands in for the question on closing; it says yes unless told otherwise."""
    return Prompt()


@pytest.fixture
def open_window(
    qapp: QApplication, qtbot: QtBot, prompt: Prompt
) -> Iterator[Callable[[Path | None], MainWindow]]:
    """Opens real windows, and closes them in the end."""
    apply_theme(qapp)
    opened: list[tuple[MainWindow, list[bool]]] = []

    def open_one(folder: Path | None = None) -> MainWindow:
        window = MainWindow(prompt)
        ended: list[bool] = []
        window.ended.connect(lambda: ended.append(True))
        opened.append((window, ended))
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        if folder is not None:
            assert window.open_project(folder)
        return window

    yield open_one
    prompt.answer = True
    for window, ended in opened:
        window.close()
        qtbot.waitUntil(lambda ended=ended: bool(ended), timeout=10_000)
        window.deleteLater()
    bury()


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run page asks for no devices, so that nothing heavy is imported behind a test."""
    nothing = Job("devices", "Looking for devices", lambda _token: iter(()), False, quiet=True)
    monkeypatch.setattr("app.jobs.find_devices", lambda: nothing)


@pytest.fixture
def window(open_window: Callable[[Path | None], MainWindow], project: Path) -> MainWindow:
    """A window with the stick hands open."""
    return open_window(project)


@pytest.fixture
def press(qtbot: QtBot) -> Callable[..., None]:
    """Presses keys in a window as a person would; a key, or a key and its modifiers."""

    def press_keys(window: QWidget, *keys: Any) -> None:
        for key in keys:
            key, modifiers = key if isinstance(key, tuple) else (key, NO_MODIFIER)
            qtbot.keyClick(window.focusWidget() or window, key, modifiers)

    return press_keys
