"""Reviewing by key: what is decided, shown and kept."""

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import Qt
from shiboken6 import isValid

from app.decision_bar import consequence
from engine.review.decisions import Verdict
from tests.app.conftest import PAIRS, REVIEWER, bury

Key = Qt.Key
Modifier = Qt.KeyboardModifier
UNDO = (Key.Key_Z, Modifier.ControlModifier)
REDO = (Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)


def identifiers(window):
    return [window.review.sheet.pairs.row_at(i).identifier for i in range(PAIRS)]


def decisions(window):
    return [row.decision for row in window.project.rows()]


def test_opening_a_project_shows_its_pairs_and_the_first_of_them(window):
    assert window.review.sheet.pairs.rowCount() == PAIRS
    assert window.review.sheet.place == 0
    assert window.review.bar.text.startswith(f"Pair 1 of {PAIRS}\n")
    assert window.windowTitle() == "hands · Ossa"


@pytest.mark.parametrize(
    ("key", "verdict"), [(Key.Key_A, Verdict.ACCEPT), (Key.Key_R, Verdict.REJECT)]
)
def test_a_decision_key_decides_advances_and_is_in_the_trail(window, press, key, verdict):
    first = identifiers(window)[0]
    press(window, key)
    assert window.project.row(first).decision is verdict
    assert window.review.sheet.place == 1
    entry = window.project.trail(first)[-1]
    assert (entry.who, entry.what, entry.to_verdict) == (REVIEWER, "decision", verdict)


def test_clearing_leaves_the_pair_to_the_gate_and_stays_on_it(window, press):
    press(window, Key.Key_R, Key.Key_Left, Key.Key_C)
    assert decisions(window)[0] is None
    assert window.review.sheet.place == 0
    assert "Accepted by the gate" in window.review.bar.text


def test_undo_takes_back_and_redo_brings_back_and_both_go_to_the_pair(window, press):
    press(window, Key.Key_R, Key.Key_A, UNDO, UNDO)
    assert decisions(window) == [None] * PAIRS
    assert window.review.sheet.place == 0
    press(window, REDO, REDO)
    assert decisions(window)[:3] == [Verdict.REJECT, Verdict.ACCEPT, None]
    assert window.review.sheet.place == 1
    assert not window.actions_by_name["redo"].isEnabled()


def test_decisions_are_undone_and_redone_after_closing_and_opening_again(
    open_window, project, press
):
    before = open_window(project)
    press(before, Key.Key_R, Key.Key_R)
    before.close()
    after = open_window(project)
    assert decisions(after)[:2] == [Verdict.REJECT, Verdict.REJECT]
    press(after, UNDO)
    assert decisions(after)[:2] == [Verdict.REJECT, None]
    press(after, REDO)
    assert decisions(after)[:2] == [Verdict.REJECT, Verdict.REJECT]


def test_next_undecided_passes_over_what_is_decided_and_goes_round(window, press):
    press(window, Key.Key_A, Key.Key_A, Key.Key_Left, Key.Key_Left)
    assert window.review.sheet.place == 0
    press(window, Key.Key_N)
    assert window.review.sheet.place == 2
    press(window, Key.Key_End, Key.Key_N)
    assert window.review.sheet.place == 2


def test_next_undecided_stays_when_everything_is_decided(window, press):
    press(window, *[Key.Key_A] * PAIRS, Key.Key_Home, Key.Key_N)
    assert window.review.sheet.place == 0


def test_the_sheet_keeps_its_order_whatever_is_decided(window, press):
    before = identifiers(window)
    press(window, Key.Key_R, Key.Key_A, Key.Key_R, UNDO, Key.Key_N, Key.Key_R)
    assert identifiers(window) == before == [row.identifier for row in window.project.rows()]


def test_the_last_pair_is_decided_without_running_off_the_sheet(window, press):
    press(window, Key.Key_End, Key.Key_A, Key.Key_Right)
    assert window.review.sheet.place == PAIRS - 1
    assert decisions(window)[-1] is Verdict.ACCEPT
    assert f"Accepted by {REVIEWER}: it will be exported" in window.review.bar.text


def test_the_first_pair_has_none_before_it(window, press):
    press(window, Key.Key_Left)
    assert window.review.sheet.place == 0


def test_the_decision_bar_says_what_will_happen_to_the_pair(window, press):
    assert "Accepted by the gate: it will be exported" in window.review.bar.text
    press(window, Key.Key_Right, Key.Key_Right)
    assert "Rejected by the gate: it will not be exported" in window.review.bar.text
    press(window, Key.Key_A)
    overruled = window.project.rows()[2]
    assert consequence(overruled) == f"Accepted by {REVIEWER}: it will be exported"


def test_a_reason_rings_the_landmarks_it_is_about_until_it_is_pressed_again(window, press, qtbot):
    press(window, Key.Key_Right, Key.Key_Right)
    found = window.project.assessment(identifiers(window)[2])
    buttons = window.review.inspector.reason_buttons
    assert [button.reason.landmarks for button in buttons] == [(6,), (30, 31)]
    rings = window.review.viewer.rings
    for button in buttons:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        ringed = np.stack(rings.getData(), axis=1)
        assert np.allclose(ringed, found.landmarks[list(button.reason.landmarks)])
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert len(rings.getData()[0]) == 0


def test_a_click_on_a_thumbnail_chooses_its_pair(window, qtbot):
    sheet = window.review.sheet
    spot = sheet.visualRect(sheet.pairs.index(3)).center()
    qtbot.mouseClick(sheet.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert sheet.place == 3
    assert window.review.bar.text.startswith(f"Pair 4 of {PAIRS}\n")


def test_decision_keys_do_nothing_on_another_page(window, press):
    window.show_welcome()
    press(window, Key.Key_A)
    assert decisions(window) == [None] * PAIRS


def test_a_damaged_pair_is_told_in_one_line_and_the_next_one_is_shown(window, project, press):
    damaged = identifiers(window)[4]  # far enough off not to have been read ahead
    for file in (project / "pairs").rglob(f"*{damaged}*.png"):
        file.write_bytes(b"not a picture")
    press(window, Key.Key_End, Key.Key_Left)
    assert damaged in window.banner.text
    assert "\n" not in window.banner.text
    press(window, Key.Key_Right)
    assert len(window.review.viewer.overlays["landmarks"].getData()[0]) == 37


def test_the_next_project_takes_the_place_of_the_one_before(window, project, tmp_path, press):
    assert window.start_project(tmp_path / "empty")
    assert window.review.bar.text.startswith("No pairs yet")
    assert not window.actions_by_name["accept"].isEnabled()
    assert window.open_project(project)
    press(window, Key.Key_R)
    assert decisions(window)[0] is Verdict.REJECT


def test_pages_of_projects_that_were_left_are_let_go(window, project):
    left = []
    for _ in range(3):
        left.append(weakref.ref(window.review))
        assert window.open_project(project)
    bury()
    gc.collect()
    assert not any(page() is not None and isValid(page()) for page in left)
