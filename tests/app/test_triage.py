"""Filtering, sorting, selecting and deciding on many pairs, in the real window."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.pair_choice import Decided, Order, PairChoice, PairFilter
from engine.review.decisions import Verdict
from engine.review.project import ReviewProject
from tests.app.conftest import PAIRS, REVIEWER
from tests.app.stick_hands import add_pair

Key = Qt.Key
Modifier = Qt.KeyboardModifier
OTHER = "Dr Other"
UNDECIDED = PairFilter(decided=Decided.NOBODY)
REJECTED = PairFilter(verdict=Verdict.REJECT)


ALL = (Key.Key_A, Modifier.ControlModifier)
UNDO = (Key.Key_Z, Modifier.ControlModifier)
REDO = (Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)
SHIFT_DOWN = (Key.Key_Down, Modifier.ShiftModifier)
SHIFT_RIGHT = (Key.Key_Right, Modifier.ShiftModifier)
CLEAR_FILTER = (Key.Key_F, Modifier.ControlModifier | Modifier.ShiftModifier)
BULK = (Verdict.REJECT, Verdict.REJECT, Verdict.REJECT)


def show(window, chosen=None, order=Order.MADE):
    """Ask for a filter and an order as the bar's menus do."""
    window.review.filter_bar.choice_asked.emit(PairChoice(chosen or PairFilter(), order))


def shown(window):
    """Numbers of the pairs on the sheet, in its order."""
    pairs = window.review.sheet.pairs
    return [pairs.row_at(place).ordinal for place in range(pairs.rowCount())]


def stale(window):
    pairs = window.review.sheet.pairs
    return [pairs.row_at(place).ordinal for place in range(len(shown(window)))
            if pairs.is_stale(place)]  # fmt: skip


def decisions(window):
    return [row.decision for row in window.project.rows()]


def current(window):
    return window.review.sheet.current.ordinal


def click(window, qtbot, place, modifiers=Modifier.NoModifier):
    sheet = window.review.sheet
    spot = sheet.cell_rect(place).center()
    qtbot.mouseClick(sheet.viewport(), Qt.MouseButton.LeftButton, modifiers, spot)


def pick(window, name, words):
    """Open a menu of the filter bar and take the line that begins with these words."""
    chip = window.review.filter_bar.chips[name]
    chip.fill_menu()
    line = next(action for action in chip.menu().actions() if action.text().startswith(words))
    line.trigger()


def test_a_menu_filters_and_the_bar_counts_what_is_left(window):
    pick(window, "verdict", "✕ Rejected")
    assert shown(window) == [3, 6]
    assert window.review.filter_bar.text.startswith("2 OF 6 PAIRS")
    assert window.review.bar.text.startswith("Pair 1 of 2\n")


def test_the_menus_say_how_many_pairs_each_line_would_show(window):
    chip = window.review.filter_bar.chips["reason"]
    chip.fill_menu()
    assert chip.words.splitlines() == [
        "Any reason\t6", "Shared candidate\t2", "Wrist displaced\t2"
    ]  # fmt: skip
    pick(window, "verdict", "✓ Accepted")
    chip.fill_menu()
    assert "Wrist displaced\t0" in chip.words


def test_clearing_the_filter_shows_everything_and_stays_on_the_pair(window, press):
    show(window, REJECTED)
    press(window, Key.Key_End, CLEAR_FILTER)
    assert shown(window) == [1, 2, 3, 4, 5, 6]
    assert current(window) == 6


def test_a_pair_that_fits_no_longer_keeps_its_place_until_the_filter_is_applied_again(
    window, press
):
    show(window, UNDECIDED)
    press(window, Key.Key_A, Key.Key_R)
    assert shown(window) == [1, 2, 3, 4, 5, 6]
    assert stale(window) == [1, 2]
    assert current(window) == 3
    assert window.review.filter_bar.text == "4 OF 6 PAIRS\n↻ 2 no longer fit: apply again"
    press(window, Key.Key_F5)
    assert shown(window) == [3, 4, 5, 6]
    assert current(window) == 3
    assert "no longer" not in window.review.filter_bar.text


def test_an_undo_lets_a_greyed_pair_fit_again(window, press):
    show(window, UNDECIDED)
    press(window, Key.Key_A, UNDO)
    assert stale(window) == []
    assert current(window) == 1


def test_coming_back_to_the_page_applies_the_filter_again(window, press):
    show(window, UNDECIDED)
    press(window, Key.Key_A, Key.Key_A)
    window.show_welcome()
    window.show_review()
    assert shown(window) == [3, 4, 5, 6]


def test_new_pairs_join_at_the_end_where_they_fit_and_move_nothing(window, project):
    show(window, REJECTED, Order.NEWEST)
    window.review.sheet.go_to(1)
    with ReviewProject.open(project) as elsewhere:
        for index in range(PAIRS, PAIRS + 3):  # of which the gate rejects the last
            add_pair(elsewhere, index)
    window.review.append_new()
    assert shown(window) == [6, 3, 9]
    assert current(window) == 3
    assert "1 new at the end: apply again" in window.review.filter_bar.text
    window.review.filter_bar.apply_again()
    assert shown(window) == [9, 6, 3]


@pytest.mark.parametrize("order", list(Order))
def test_a_decision_never_moves_a_pair_whatever_the_order(window, press, order):
    show(window, order=order)
    before = shown(window)
    press(window, Key.Key_R, Key.Key_A, UNDO, Key.Key_A, ALL, Key.Key_R, UNDO)
    assert shown(window) == before


def test_the_pairs_furthest_from_the_mean_shape_come_first(window):
    show(window, order=Order.SHAPE)
    pairs = window.review.sheet.pairs
    distances = [pairs.row_at(place).shape_distance for place in range(PAIRS)]
    assert distances == sorted(distances, reverse=True)
    assert set(shown(window)[:2]) == {3, 6}  # the displaced wrists


def test_another_order_begins_with_its_first_pair(window, press):
    press(window, Key.Key_Right)
    show(window, order=Order.NEWEST)
    assert current(window) == 6
    show(window, REJECTED, order=Order.NEWEST)
    assert current(window) == 6


def test_next_undecided_stays_within_the_filter(window, press):
    show(window, REJECTED)
    press(window, Key.Key_N)
    assert current(window) == 6
    press(window, Key.Key_N)
    assert current(window) == 3


def test_keys_do_nothing_where_no_pair_fits(window, press):
    show(window, PairFilter(decided=Decided.ME))
    assert shown(window) == []
    assert window.review.viewer.message.text() == "No pair fits the filter"
    press(window, Key.Key_A, Key.Key_N, ALL)
    assert decisions(window) == [None] * PAIRS
    press(window, CLEAR_FILTER)
    assert current(window) == 1


def test_shift_and_control_select_and_the_bar_says_how_many_a_key_decides(window, qtbot):
    click(window, qtbot, 1)
    click(window, qtbot, 3, Modifier.ShiftModifier)
    assert window.review.bar.text.startswith("3 pairs selected\n")
    assert window.actions_by_name["accept"].text() == "Accept 3"
    click(window, qtbot, 2, Modifier.ControlModifier)
    assert window.review.bar.text.startswith("2 pairs selected\n")
    click(window, qtbot, 0)
    assert window.review.bar.text.startswith(f"Pair 1 of {PAIRS}\n")
    assert window.actions_by_name["accept"].text() == "Accept"


def test_the_keyboard_alone_extends_a_selection(window, press):
    press(window, SHIFT_RIGHT)
    assert window.review.bar.text.startswith("2 pairs selected\n")
    press(window, SHIFT_DOWN)
    assert window.review.bar.text.startswith("4 pairs selected\n")


def test_a_decision_on_several_pairs_is_one_act_and_one_undo(window, press, qtbot):
    click(window, qtbot, 1)
    click(window, qtbot, 3, Modifier.ShiftModifier)
    press(window, Key.Key_R)
    assert decisions(window) == [None, *BULK, None, None]
    assert current(window) == 5
    groups = {window.project.trail(row.identifier)[-1].group for row in window.project.rows()[1:4]}
    assert len(groups) == 1
    press(window, UNDO)
    assert decisions(window) == [None] * PAIRS
    assert [row.ordinal for row in window.review.sheet.chosen] == [2, 3, 4]
    press(window, REDO)
    assert decisions(window) == [None, *BULK, None, None]


def test_a_bulk_decision_is_undone_and_redone_after_a_restart(open_window, project, press):
    before = open_window(project)
    press(before, ALL, Key.Key_R)
    before.close()
    after = open_window(project)
    assert decisions(after) == [Verdict.REJECT] * PAIRS
    press(after, UNDO)
    assert decisions(after) == [None] * PAIRS
    press(after, REDO)
    assert decisions(after) == [Verdict.REJECT] * PAIRS


def test_after_deciding_on_everything_only_one_pair_stays_chosen(window, press):
    press(window, ALL, Key.Key_A)
    assert decisions(window) == [Verdict.ACCEPT] * PAIRS
    assert len(window.review.sheet.chosen) == 1


def test_an_undo_of_what_the_filter_hides_is_told(window, press):
    press(window, Key.Key_R)
    show(window, PairFilter(verdict=Verdict.ACCEPT))
    assert 1 not in shown(window)
    press(window, UNDO)
    assert decisions(window) == [None] * PAIRS
    assert "on a pair that the filter does not show" in window.banner.text


def test_a_project_reopens_on_the_last_pair_with_filter_and_order(open_window, project, press):
    before = open_window(project)
    show(before, UNDECIDED, Order.NEWEST)
    press(before, Key.Key_Home, Key.Key_Right, Key.Key_Right)
    before.close()
    after = open_window(project)
    assert shown(after) == [6, 5, 4, 3, 2, 1]
    assert current(after) == 4


def test_a_last_pair_that_fits_no_longer_gives_way_to_the_one_after_it(open_window, project, press):
    before = open_window(project)
    show(before, UNDECIDED)
    press(before, Key.Key_A, Key.Key_Left)
    before.close()
    after = open_window(project)
    assert shown(after) == [2, 3, 4, 5, 6]
    assert current(after) == 2


def test_zoom_is_kept_from_pair_to_pair(window, press):
    view = window.review.viewer.view
    view.setRange(xRange=(40, 90), yRange=(60, 110), padding=0)
    before = view.viewRange()
    press(window, Key.Key_Right, Key.Key_A)
    show(window, REJECTED)
    assert view.viewRange() == before


@pytest.fixture
def hidden(open_window, project):
    """A window that hides what another reviewer decided on the first two pairs."""
    with ReviewProject.open(project) as elsewhere:
        names = [row.identifier for row in elsewhere.rows()[:2]]
        elsewhere.decide(names, Verdict.REJECT, OTHER, "too dark")
    window = open_window()
    window.settings.set_value("hide_others", True)
    assert window.open_project(project)
    return window


def test_others_decisions_are_hidden_until_there_is_an_own(hidden, press):
    assert hidden.review.sheet.current.decision is None
    assert "Accepted by the gate" in hidden.review.bar.text
    assert OTHER not in hidden.review.inspector._history.text()
    press(hidden, Key.Key_A, Key.Key_Left)
    row = hidden.project.rows()[0]
    assert row.decision_of(REVIEWER).independent
    assert OTHER in hidden.review.inspector._history.text()


def test_what_others_decided_counts_as_undecided_where_it_is_hidden(hidden, press):
    assert hidden.review.sheet.pairs.counts.decided == 0
    press(hidden, Key.Key_End, Key.Key_N)
    assert current(hidden) == 1


def test_others_corrections_are_hidden_until_there_is_an_own_decision(hidden, project, press):
    name = hidden.review.sheet.current.identifier
    with ReviewProject.open(project) as elsewhere:
        found = elsewhere.assessment(name)
        moved = found.landmarks + 5.0
        elsewhere.correct(name, moved, replace(found, landmarks=moved, accepted=False), OTHER)
    hidden.review.reread_all()
    viewer, sheet = hidden.review.viewer, hidden.review.sheet

    def shown():
        return np.stack(viewer.overlays["landmarks"].getData(), axis=1)

    assert (sheet.current.corrected_by, sheet.current.corrected_verdict) == (None, None)
    assert np.array_equal(shown(), found.landmarks)
    assert len(viewer.stage.ghosts) == 0
    assert "corrected" not in hidden.review.inspector._history.text()
    press(hidden, Key.Key_A, Key.Key_Left)
    assert sheet.current.corrected_by == OTHER
    assert np.array_equal(shown(), moved)


def test_ones_own_correction_is_seen_though_anothers_that_is_hidden_is_newer(hidden, project):
    name = hidden.review.sheet.current.identifier
    with ReviewProject.open(project) as elsewhere:
        found = elsewhere.assessment(name)
        for by, who in ((2.0, REVIEWER), (5.0, OTHER)):
            moved = replace(found, landmarks=found.landmarks + by, accepted=who == REVIEWER)
            elsewhere.correct(name, moved.landmarks, moved, who)
    hidden.review.reread_all()
    row = hidden.review.sheet.current
    assert (row.corrected_by, row.corrected_verdict) == (REVIEWER, Verdict.ACCEPT)
    drawn = np.stack(hidden.review.viewer.overlays["landmarks"].getData(), axis=1)
    assert np.array_equal(drawn, found.landmarks + 2.0)
