"""The grey window: presets, drags, and its way through the settings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from app.window_level import FULL, PRESETS, GreyWindow, next_preset, preset_name, words

PIXELS = st.floats(-5000, 5000)
WINDOWS = st.builds(GreyWindow, st.floats(-10, 10), st.floats(-10, 10))


@given(window=WINDOWS, right=PIXELS, down=PIXELS)
def test_a_dragged_window_can_always_be_shown(window, right, down):
    low, high = window.dragged(right, down).levels
    assert np.isfinite([low, high]).all()
    assert low < high


@given(right=st.floats(1, 100), down=st.floats(-100, 100))
def test_dragging_back_leads_back(right, down):
    there = FULL.dragged(right, down)
    back = there.dragged(-right, -down)
    assert np.allclose((back.width, back.centre), (FULL.width, FULL.centre))


def test_to_the_right_is_wider_and_upwards_is_brighter():
    assert FULL.dragged(40, 0).width > FULL.width
    assert FULL.dragged(0, -40).centre < FULL.centre


def test_the_presets_go_round_and_a_window_of_ones_own_leads_to_the_first():
    window, seen = FULL, []
    for _ in PRESETS:
        seen.append(preset_name(window))
        window = next_preset(window)
    assert seen == ["full range", "bone", "soft tissue", "high contrast"]
    assert window == FULL
    assert next_preset(GreyWindow(0.3, 0.1)) == FULL


def test_a_window_is_told_in_words():
    assert words(PRESETS["bone"]) == "bone"
    assert words(GreyWindow(1.0, -0.5)) == "width 50 %, level 25 %"


def test_the_full_range_shows_the_smallest_grey_black_and_the_largest_white():
    assert FULL.levels == (-1.0, 1.0)


def test_a_window_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="width"):
        GreyWindow(float("nan"), 0.0)


@pytest.fixture
def viewer(window):
    return window.review.viewer


def drag(qtbot, stage, start, by, button):
    """Drag in steps with a mouse button, as a hand does."""
    port = stage.viewport()
    qtbot.mousePress(port, button, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(port, start + QPoint(by.x() * step // 5, by.y() * step // 5))
    qtbot.mouseRelease(port, button, pos=start + by)


def test_the_key_goes_through_the_presets_and_says_which_it_is(window, viewer, qtbot):
    for name in ("bone", "soft tissue", "high contrast", "full range"):
        qtbot.keyClick(window, Qt.Key.Key_W)
        assert viewer.stage.levels == pytest.approx(PRESETS[name].levels)
        assert name in viewer.legend.window_words


def test_the_window_stays_from_pair_to_pair_and_between_starts(open_window, project, qtbot):
    window = open_window(project)
    qtbot.keyClick(window, Qt.Key.Key_W)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.review.viewer.stage.levels == pytest.approx(PRESETS["bone"].levels)
    again = open_window(project)
    assert again.review.viewer.stage.levels == pytest.approx(PRESETS["bone"].levels)
    assert "bone" in again.review.viewer.legend.window_words


def test_a_right_drag_changes_the_window_and_not_the_zoom(viewer, qtbot):
    before = np.array(viewer.view.viewRange())
    drag(qtbot, viewer.stage, QPoint(200, 200), QPoint(60, -40), Qt.MouseButton.RightButton)
    assert viewer.window_shown.width > FULL.width
    assert viewer.window_shown.centre < FULL.centre
    assert viewer.stage.levels == pytest.approx(viewer.window_shown.levels)
    assert np.array_equal(viewer.view.viewRange(), before)
    assert "width" in viewer.legend.window_words


def test_a_double_right_click_shows_all_greys_again(viewer, qtbot):
    viewer.set_window(PRESETS["bone"])
    qtbot.mouseClick(viewer.stage.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 200))
    assert viewer.window_shown == PRESETS["bone"]
    qtbot.mouseDClick(viewer.stage.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 200))
    qtbot.mouseRelease(viewer.stage.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 200))
    assert viewer.window_shown == FULL


def test_the_key_waits_until_pairs_are_looked_at(window):
    assert window.actions_by_name["window_preset"].isEnabled()
    window.show_welcome()
    assert not window.actions_by_name["window_preset"].isEnabled()
