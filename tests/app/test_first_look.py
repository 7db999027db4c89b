"""The first contact: from the start page to a judged pair with one click and no question."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

pytest.importorskip("torch")

from app.first_look import PAIRS, first_look_folder
from engine.generate import builtin
from engine.review.project import ReviewProject
from tests.bench.generators import write_untrained_weights
from tests.engine.hand_dataset import TINY

PATIENCE = 60_000  # milliseconds; a job on a busy machine


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory):
    """An untrained generator of a few thousand parameters."""
    return write_untrained_weights(tmp_path_factory.mktemp("builtin") / "w.safetensors", TINY)


@pytest.fixture
def with_generator(tiny_weights, monkeypatch):
    """An installation whose built-in generator is a tiny one."""
    monkeypatch.setenv(builtin.VARIABLE, str(tiny_weights))


@pytest.fixture
def without_generator(tmp_path, monkeypatch):
    """An installation that has no built-in generator."""
    monkeypatch.delenv(builtin.VARIABLE, raising=False)
    monkeypatch.setattr(builtin, "_folder", lambda: tmp_path)


@pytest.mark.usefixtures("with_generator")
def test_one_click_shows_judged_pairs_and_asks_nothing(open_window, qtbot):
    window = open_window(None)
    qtbot.mouseClick(window.welcome.try_now, Qt.MouseButton.LeftButton)
    folder = first_look_folder(date.today())
    assert window.banner.text == f"This first look is kept in {folder}"
    assert window.review.isVisible()
    assert window.review.viewer.message.text() == "The first pair is on its way"
    assert QApplication.activeModalWidget() is None
    qtbot.waitUntil(lambda: window.review.sheet.current is not None, timeout=PATIENCE)
    assert not window.review.viewer.message.isVisible()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    assert window.project.counts().total == PAIRS


@pytest.mark.usefixtures("with_generator")
def test_trying_again_on_the_same_day_comes_back_to_the_same_hands(open_window, qtbot):
    window = open_window(None)
    for _ in range(2):
        window.actions_by_name["try_now"].trigger()
        qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
        window.show_welcome()
    with ReviewProject.open(first_look_folder(date.today())) as project:
        assert len(project.rows()) == PAIRS


@pytest.mark.usefixtures("with_generator")
def test_warming_up_is_no_job_that_anybody_has_to_see(open_window, qtbot):
    window = open_window(None)
    window.warm_up()
    assert window.engine.current is None
    assert not window.strip.isVisible()
    window.beginnings.try_now()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    assert window.project.counts().total == PAIRS


@pytest.mark.usefixtures("without_generator")
def test_an_installation_without_a_generator_says_so_on_the_card(open_window):
    window = open_window(None)
    assert not window.welcome.try_now.isEnabled()
    said = window.welcome.try_now.accessibleDescription()
    assert said == "This installation has no built-in generator"
    window.warm_up()
    assert window.engine.current is None


def test_a_first_look_is_kept_with_the_documents_where_there_are_any(tmp_path, monkeypatch):
    day = date(2026, 3, 9)
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "nowhere"))
    fallback = first_look_folder(day)
    assert fallback.name == "first-look-2026-03-09"
    assert tmp_path / "nowhere" not in fallback.parents
    documents = tmp_path / "documents"
    documents.mkdir()
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: documents)
    assert first_look_folder(day) == documents / "Ossa" / "first-look-2026-03-09"
