"""The settings and their dialog: made from one schema, kept and applied at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox

from app.settings import WindowSettings
from app.settings_schema import SETTINGS, Kind, setting
from app.theme import LIGHT, apply_theme, colours
from engine.review.decisions import Verdict
from tests.app.conftest import REVIEWER

EDITORS = {
    Kind.TEXT: QLineEdit,
    Kind.SWITCH: QCheckBox,
    Kind.CHOICE: QComboBox,
    Kind.NUMBER: QSpinBox,
}


@pytest.fixture
def dialog(window, qapp):
    """The settings dialog of a window with a project."""
    window.actions_by_name["settings"].trigger()
    yield window.habits.dialog
    if window.habits.dialog is not None:
        window.habits.dialog.close()
    apply_theme(qapp)


@given(st.sampled_from(SETTINGS), st.one_of(st.none(), st.text(), st.integers(), st.booleans()))
def test_whatever_is_stored_a_setting_has_a_value_of_its_kind(one, stored):
    value = one.value_of(stored)
    assert type(value) is type(one.default)
    if one.kind is Kind.CHOICE:
        assert value in dict(one.choices)
    if one.kind is Kind.NUMBER:
        assert one.low <= value <= one.high


@pytest.mark.parametrize("one", SETTINGS, ids=lambda one: one.name)
def test_a_setting_that_was_never_set_has_its_default(one, settings_file):
    settings_file.unlink()
    assert WindowSettings().value(one.name) == one.default


@pytest.mark.parametrize(
    ("name", "value"),
    [("reviewer", "Dr Röntgen"), ("theme", "system"), ("hide_others", True),
     ("pause_at_undecided", 200)],
)  # fmt: skip
def test_a_value_comes_back_from_the_file_as_it_was(name, value):
    settings = WindowSettings()
    settings.set_value(name, value)
    assert WindowSettings().value(name) == value


def test_there_is_a_field_of_its_kind_for_every_setting(dialog):
    assert set(dialog.fields) == {one.name for one in SETTINGS}
    for name, field in dialog.fields.items():
        assert isinstance(field.editor, EDITORS[setting(name).kind])


def test_the_theme_changes_while_the_dialog_is_open(dialog):
    field = dialog.fields["theme"].editor
    field.setCurrentIndex(field.findData("light"))
    assert colours() is LIGHT
    assert WindowSettings().theme == "light"


def test_a_new_name_is_the_next_decisions_and_leaves_the_others_alone(window, dialog, qtbot):
    window.actions_by_name["reject"].trigger()
    line = dialog.fields["reviewer"].editor
    line.clear()
    qtbot.keyClicks(line, "Dr New")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    window.actions_by_name["accept"].trigger()
    assert [row.decided_by for row in window.project.rows()[:2]] == [REVIEWER, "Dr New"]


def test_a_name_of_spaces_is_the_login_name_again(dialog, qtbot, monkeypatch):
    monkeypatch.setenv("LOGNAME", "login")
    line = dialog.fields["reviewer"].editor
    line.setText("   ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert WindowSettings().reviewer == "login"


def test_hiding_others_decisions_hides_them_at_once(window, dialog):
    first = window.project.rows()[0].identifier
    window.project.decide([first], Verdict.REJECT, "Dr Other")
    window.review.reread([first])
    assert window.review.sheet.pairs.row_of(first).decision is Verdict.REJECT
    dialog.fields["hide_others"].editor.click()
    assert window.review.sheet.pairs.row_of(first).decision is None
    dialog.fields["hide_others"].editor.click()
    assert window.review.sheet.pairs.row_of(first).decision is Verdict.REJECT


def test_a_number_that_is_typed_counts_when_it_is_finished(window, dialog, qtbot):
    told = []
    window.habits.setting_changed.connect(lambda name: told.append((name, read())))

    def read():
        return WindowSettings().pause_at_undecided

    number = dialog.fields["pause_at_undecided"].editor
    number.selectAll()
    qtbot.keyClicks(number, "200")
    assert told == []
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert told == [("pause_at_undecided", 200)]


@pytest.mark.parametrize("window", [(2.0, 0.0), (0.75, -0.25), (0.0125, 0.3)])
def test_a_grey_window_comes_back_as_it_was(window):
    settings = WindowSettings()
    settings.window_level = window
    assert WindowSettings().window_level == window


@pytest.mark.parametrize("stored", ["", "wide", "1", "nan 0", "-1 0", "1 inf", "1 2 3"])
def test_a_grey_window_that_cannot_be_read_is_the_full_range(stored):
    settings = WindowSettings()
    settings.set_text("window_level", stored)
    assert settings.window_level == (2.0, 0.0)
