"""Keys: one table, one sheet, each key for one action, and every one of them can be changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QScrollArea, QTabWidget

from app.actions import SPECS, Actions
from app.settings import WindowSettings
from app.shortcut_sheet import ShortcutTable
from app.shortcuts import FIXED_KEYS, resolved_keys, why_not, with_keys
from engine.review.decisions import Verdict
from engine.review.reviewer_reasons import OVERRULING, REJECTING

DEFAULTS = {spec.name: spec.keys for spec in SPECS}
KEYS = sorted({key for spec in SPECS for key in spec.keys} | {"X", "F12", "H", "Ctrl+Shift+9"})
changes = st.dictionaries(
    st.sampled_from(sorted(DEFAULTS)), st.lists(st.sampled_from(KEYS), max_size=3).map(tuple)
)
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def sheet(window):
    """The table of the sheet that F1 opens."""
    window.actions_by_name["shortcuts"].trigger()
    yield window.habits.dialog.table
    if window.habits.dialog is not None:
        window.habits.dialog.close()


@pytest.fixture
def give(qtbot, sheet):
    """Gives an action another key, as a person does."""

    def give_key(name, key, modifiers=Modifier.NoModifier):
        button = sheet.buttons[name]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(button, key, modifiers)

    return give_key


def keys_of(action):
    return [key.toString() for key in action.shortcuts()]


def test_no_key_of_the_table_belongs_to_two_actions():
    assert resolved_keys(DEFAULTS, {}) == DEFAULTS


def test_every_key_of_the_table_is_written_as_qt_writes_it():
    written = [key for spec in SPECS for key in spec.keys] + [key for key, _ in FIXED_KEYS]
    assert [QKeySequence(key).toString() for key in written] == written


@given(changes)
def test_whatever_was_changed_no_key_belongs_to_two_actions(changed):
    keys = resolved_keys(DEFAULTS, changed)
    given_out = [key for name in keys for key in keys[name]]
    assert len(given_out) == len(set(given_out))
    assert not set(given_out) & {key for key, _ in FIXED_KEYS}
    assert set(keys) == set(DEFAULTS)


@given(changes, st.sampled_from(sorted(DEFAULTS)), st.sampled_from(KEYS))
def test_a_key_is_refused_exactly_when_somebody_has_it(changed, name, key):
    keys = resolved_keys(DEFAULTS, changed)
    taken = any(key in others for other, others in keys.items() if other != name)
    fixed = key in dict(FIXED_KEYS)
    reason = why_not(key, name, keys, {spec.name: spec.text for spec in SPECS})
    assert bool(reason) == (taken or fixed)
    assert "\n" not in reason


@given(changes, st.sampled_from(sorted(DEFAULTS)))
def test_an_action_that_gets_its_first_keys_back_is_not_remembered(changed, name):
    after = with_keys(name, DEFAULTS[name], DEFAULTS, changed)
    assert name not in after
    assert {**changed, name: ()}.keys() - after.keys() == {name}


def test_the_sheet_shows_every_action_with_its_keys(sheet):
    assert set(sheet.buttons) == set(DEFAULTS)
    for name, button in sheet.buttons.items():
        assert all(key in button.text() for key in DEFAULTS[name])


def test_a_new_key_works_at_once_and_the_old_one_no_longer(window, sheet, give, qtbot):
    give("reject", Key.Key_X)
    assert "Reject" in sheet.message.text()
    with qtbot.waitActive(window):
        window.habits.dialog.close()
        window.activateWindow()
    qtbot.keyClick(window.review.sheet, Key.Key_R)
    assert window.project.counts().decided == 0
    qtbot.keyClick(window.review.sheet, Key.Key_X)
    assert window.project.rows()[0].decision is Verdict.REJECT


def test_a_key_that_another_action_has_is_refused_in_one_line(window, sheet, give):
    give("reject", Key.Key_A)
    assert sheet.message.text() == "A already belongs to “Accept”"
    assert keys_of(window.actions_by_name["reject"]) == ["R"]
    assert WindowSettings().shortcuts == {}


def test_a_key_that_cannot_be_changed_is_refused(window, sheet, give):
    give("reject", Key.Key_H)
    assert sheet.message.text().startswith("H cannot be changed")
    assert keys_of(window.actions_by_name["reject"]) == ["R"]


def test_the_tip_and_the_button_of_an_action_name_its_new_key(window, give):
    give("accept", Key.Key_J, Modifier.ControlModifier | Modifier.ShiftModifier)
    assert window.actions_by_name["accept"].toolTip().endswith("(Ctrl+Shift+J)")


def test_backspace_takes_a_key_away(window, sheet, give):
    give("fit", Key.Key_Backspace)
    assert keys_of(window.actions_by_name["fit"]) == []
    assert sheet.buttons["fit"].text() == "no key"
    assert not window.actions_by_name["fit"].toolTip().endswith(")")


def test_delete_gives_one_action_its_first_keys_back(window, sheet, give):
    give("redo", Key.Key_F11)
    give("fit", Key.Key_F12)
    give("redo", Key.Key_Delete)
    assert keys_of(window.actions_by_name["redo"]) == ["Ctrl+Shift+Z", "Ctrl+Y"]
    assert keys_of(window.actions_by_name["fit"]) == ["F12"]
    assert "Ctrl+Y" in sheet.message.text()


def test_a_first_key_that_another_action_has_by_now_stays_there(window, give):
    give("fit", Key.Key_F12)
    give("note", Key.Key_F)
    give("fit", Key.Key_Delete)
    assert keys_of(window.actions_by_name["fit"]) == []
    assert keys_of(window.actions_by_name["note"]) == ["F"]


def test_escape_leaves_a_key_as_it_is_and_the_sheet_open(window, sheet, give):
    give("fit", Key.Key_Escape)
    assert keys_of(window.actions_by_name["fit"]) == ["F"]
    assert window.habits.dialog.isVisible()
    assert not sheet.buttons["fit"].listening


def test_changed_keys_are_there_after_the_next_start(window, give, open_window):
    give("accept", Key.Key_F12)
    window.habits.dialog.close()
    assert keys_of(open_window(None).actions_by_name["accept"]) == ["F12"]


def test_reset_gives_every_action_its_first_keys_back(window, sheet, give, qtbot):
    give("accept", Key.Key_F12)
    give("redo", Key.Key_F11)
    qtbot.mouseClick(sheet.reset, Qt.MouseButton.LeftButton)
    assert {spec.name: tuple(keys_of(window.actions_by_name[spec.name])) for spec in SPECS} == (
        DEFAULTS
    )
    assert not sheet.reset.isEnabled()


def test_the_settings_have_the_same_keys(window, qtbot):
    window.actions_by_name["settings"].trigger()
    button = window.habits.dialog.shortcuts.buttons["accept"]
    window.habits.dialog.tabs.setCurrentIndex(1)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Key.Key_Question, Modifier.ShiftModifier)
    assert keys_of(window.actions_by_name["accept"]) == ["?"]
    window.habits.dialog.close()


@pytest.mark.parametrize("stored", ["", "nonsense", "[1]", '{"accept": 4}', '{"nobody": ["A"]}'])
def test_keys_that_cannot_be_read_count_as_not_changed(window, settings_file, stored):
    QSettings(str(settings_file), QSettings.Format.IniFormat).setValue("shortcuts", stored)
    actions = Actions(window, WindowSettings().shortcuts)
    assert keys_of(actions["accept"]) == ["A"]


def test_the_sheet_names_the_five_reasons_by_their_words(sheet):
    texts = [shown.text() for shown in sheet.findChildren(QLabel)]
    for rejecting, overruling in zip(REJECTING, OVERRULING, strict=True):
        words = (rejecting.words, overruling.words)
        named = [text for text in texts if all(one in text.lower() for one in words)]
        assert len(named) == 1
    assert not any(text.startswith("Reason ") for text in texts)


@pytest.mark.parametrize("way", ["shortcuts", "settings"])
def test_no_key_of_the_sheet_is_cut_off(window, qtbot, way):
    window.actions_by_name[way].trigger()
    dialog = window.habits.dialog
    if way == "settings":
        dialog.findChild(QTabWidget).setCurrentIndex(1)
    table = dialog.findChild(ShortcutTable)
    scroll = table.findChild(QScrollArea)
    qtbot.waitUntil(scroll.isVisible)
    assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()
    dialog.close()
