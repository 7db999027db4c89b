"""The reviewer's name: asked before the first decision, with a suggestion, and never again."""

import pytest
from PySide6.QtCore import QSettings, Qt

from app.settings import WindowSettings
from engine.review.decisions import Verdict


@pytest.fixture
def newcomer(settings_file, open_window, project, monkeypatch):
    """A window of somebody who has not said a name; the account is called `login`."""
    monkeypatch.setenv("LOGNAME", "login")
    store = QSettings(str(settings_file), QSettings.Format.IniFormat)
    store.remove("reviewer")
    store.sync()
    return open_window(project)


def asked(window):
    """The dialog that asks, None when nothing is asked."""
    return window.review.introduction.dialog


def decided_by(window):
    return [row.decided_by for row in window.project.rows() if row.decision is not None]


def test_opening_a_project_asks_nothing(newcomer):
    assert asked(newcomer) is None


def test_the_first_decision_waits_for_the_name_and_suggests_the_login(newcomer):
    newcomer.actions_by_name["reject"].trigger()
    assert asked(newcomer).name == "login"
    assert newcomer.project.counts().decided == 0
    asked(newcomer).reject()


def test_the_decision_is_taken_once_the_name_is_given(newcomer, qtbot):
    newcomer.actions_by_name["reject"].trigger()
    line = asked(newcomer).line
    line.clear()
    qtbot.keyClicks(line, "Dr New")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked(newcomer) is None
    first = newcomer.project.rows()[0]
    assert (first.decision, first.decided_by) == (Verdict.REJECT, "Dr New")
    assert newcomer.review.sheet.place == 1


def test_it_is_never_asked_again(newcomer, open_window, project):
    newcomer.actions_by_name["reject"].trigger()
    asked(newcomer).accept()
    newcomer.actions_by_name["reject"].trigger()
    assert asked(newcomer) is None
    newcomer.close()
    later = open_window(project)
    later.actions_by_name["accept"].trigger()
    assert asked(later) is None
    assert decided_by(later) == ["login"] * 3


def test_a_decision_on_many_pairs_is_on_all_of_them(newcomer):
    newcomer.review.sheet.selectAll()
    newcomer.actions_by_name["accept"].trigger()
    asked(newcomer).accept()
    assert decided_by(newcomer) == ["login"] * len(newcomer.project.rows())


def test_who_leaves_the_question_has_decided_nothing_and_is_asked_with_the_next(newcomer):
    newcomer.actions_by_name["reject"].trigger()
    asked(newcomer).reject()
    assert newcomer.project.counts().decided == 0
    assert not WindowSettings().reviewer_known
    newcomer.actions_by_name["reject"].trigger()
    assert asked(newcomer) is not None
    asked(newcomer).reject()


def test_no_name_is_no_answer(newcomer):
    newcomer.actions_by_name["reject"].trigger()
    asked(newcomer).line.setText("  ")
    assert not asked(newcomer).use.isEnabled()
    asked(newcomer).reject()


def test_who_has_set_a_name_is_not_asked(window):
    window.actions_by_name["reject"].trigger()
    assert asked(window) is None
    assert window.project.counts().decided == 1
