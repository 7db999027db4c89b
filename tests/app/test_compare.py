"""Several radiographs side by side: other pairs, or the nearest training radiograph."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.compare_view import NOT_CHECKED, OFFER, others_beside
from app.widgets import REAL, SYNTHETIC
from engine.assess.copy_risk import CopyLevel
from tests.app.judged_hands import make_checked_project

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
NEAREST = "3142"  # of every pair of a checked project
NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(NAMES, NAMES, st.integers(2, 4))
def test_the_current_pair_is_never_beside_itself_nor_are_there_too_many(chosen, after, count):
    beside = others_beside("a", chosen, after, count)
    assert "a" not in beside
    assert len(beside) < count
    assert len(set(beside)) == len(beside)


def test_selected_pairs_stand_beside_rather_than_those_that_come_next():
    assert others_beside("a", ["a", "e", "g"], ["b", "c"], 4) == ["e", "g"]
    assert others_beside("a", ["a"], ["b", "c"], 2) == ["b"]


@pytest.fixture
def viewer(window):
    return window.review.viewer


def press(qtbot, window, key, modifier=CTRL):
    qtbot.keyClick(window.focusWidget() or window, key, modifier)


def captions(viewer):
    return [stage.caption.text() for stage in shown(viewer)]


def shown(viewer):
    return [stage for stage in viewer.stages if stage.isVisible()]


def turn_wheel(stage, place):
    """Zoom in at a place of a stage, as a wheel does."""
    port = stage.viewport()
    event = QWheelEvent(
        QPointF(place), QPointF(port.mapToGlobal(place)), QPoint(0, 0), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def test_two_and_four_pairs_follow_the_order_of_the_sheet(window, viewer, qtbot):
    press(qtbot, window, Key.Key_2)
    assert captions(viewer) == ["Pair 1 · ✓ accepted · current", "Pair 2 · ✓ accepted"]
    press(qtbot, window, Key.Key_4)
    assert [text[:6] for text in captions(viewer)] == ["Pair 1", "Pair 2", "Pair 3", "Pair 4"]
    assert "rejected" in captions(viewer)[2]
    assert not window.actions_by_name["compare_2"].isChecked()
    press(qtbot, window, Key.Key_4)
    assert captions(viewer) == [""]


def test_the_pairs_beside_follow_a_decision(window, viewer, qtbot):
    press(qtbot, window, Key.Key_2)
    press(qtbot, window, Key.Key_R, Qt.KeyboardModifier.NoModifier)
    assert [text[:6] for text in captions(viewer)] == ["Pair 2", "Pair 3"]


def test_the_last_pair_stands_alone(window, viewer, qtbot):
    press(qtbot, window, Key.Key_4)
    window.review.sheet.go_to(window.review.sheet.pairs.rowCount() - 1)
    assert len(shown(viewer)) == 1


def test_selected_pairs_are_compared(window, viewer, qtbot):
    rows = window.project.rows()
    window.review.sheet.select_pairs([rows[i].identifier for i in (0, 3, 5)])
    press(qtbot, window, Key.Key_4)
    assert [text[:6] for text in captions(viewer)] == ["Pair 1", "Pair 4", "Pair 6"]


def test_every_stage_shows_its_own_pair_with_its_landmarks(window, viewer, qtbot):
    press(qtbot, window, Key.Key_4)
    for stage, row in zip(shown(viewer), window.project.rows(), strict=False):
        found = window.project.assessment(row.identifier)
        assert np.array_equal(stage.overlays["labels"].points, found.landmarks)


@pytest.mark.parametrize("source", [0, 1])
def test_zoom_is_the_same_in_every_stage_wherever_the_wheel_was_turned(
    window, viewer, qtbot, source
):
    press(qtbot, window, Key.Key_2)
    whole = np.array(viewer.view.viewRange())
    turn_wheel(shown(viewer)[source], QPoint(120, 150))
    one, other = (np.array(stage.view.viewRange()) for stage in shown(viewer))
    assert np.allclose(one, other)
    assert np.ptp(one[0]) < np.ptp(whole[0])
    press(qtbot, window, Key.Key_F, Qt.KeyboardModifier.NoModifier)
    for stage in shown(viewer):
        assert np.allclose(stage.view.viewRange(), whole)


def test_the_zoom_stays_when_a_second_stage_joins(window, viewer, qtbot):
    turn_wheel(viewer.stage, QPoint(200, 200))
    centre = viewer.view.viewRect().center()
    press(qtbot, window, Key.Key_2)
    for stage in shown(viewer):
        found = stage.view.viewRect().center()
        assert np.hypot(found.x() - centre.x(), found.y() - centre.y()) < 2


def test_grey_window_overlays_and_hiding_reach_every_stage(window, viewer, qtbot):
    press(qtbot, window, Key.Key_2)
    press(qtbot, window, Key.Key_W, Qt.KeyboardModifier.NoModifier)
    window.actions_by_name["edges"].trigger()
    one, other = shown(viewer)
    assert one.levels == other.levels == viewer.window_shown.levels
    assert other.overlays["edges"].isVisible()
    viewer.hide_overlays(True)
    assert not any(item.isVisible() for item in other.overlays.values())
    viewer.hide_overlays(False)


def test_a_pair_that_cannot_be_read_says_so_in_its_place(window, viewer, qtbot):
    second = window.project.rows()[1].identifier
    for file in (window.project.folder / "pairs").glob(f"{second}-*"):
        file.write_bytes(b"no picture")
    press(qtbot, window, Key.Key_2)
    beside = shown(viewer)[1]
    assert beside.message.isVisible()
    assert second in beside.message.text()


def test_comparing_ends_with_the_project(open_window, project, qtbot):
    window = open_window(project)
    press(qtbot, window, Key.Key_2)
    assert window.open_project(project)
    assert len(shown(window.review.viewer)) == 1
    assert not window.actions_by_name["compare_2"].isChecked()


@pytest.fixture
def checked(open_window, tmp_path):
    """A window on two pairs: the first was compared with training radiographs."""
    make_checked_project(tmp_path / "checked", [CopyLevel.SUSPECT, None]).close()
    return open_window(tmp_path / "checked")


def training_data(folder):
    """A folder that holds one training radiograph, wider than high."""
    (folder / "Images").mkdir(parents=True)
    grey = np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1))
    Image.fromarray(grey).save(folder / "Images" / f"{NEAREST}.png")
    return folder


def test_without_known_data_the_nearest_is_named_and_the_data_can_be_chosen(
    checked, qtbot, tmp_path, monkeypatch
):
    viewer = checked.review.viewer
    press(qtbot, checked, Key.Key_3)
    beside = shown(viewer)[1]
    assert NEAREST in beside.message.text()
    assert beside.offer.text() == OFFER
    data = training_data(tmp_path / "data")
    monkeypatch.setattr("app.compare_view.choose_folder", lambda *_arguments: data)
    beside.offer.click()
    qtbot.waitUntil(lambda: not beside.message.isVisible())
    assert beside.source.text() == REAL
    assert NEAREST in beside.caption.text()
    assert viewer.stage.source.text() == SYNTHETIC
    assert not beside.offer.isVisible()
    assert checked.settings.text("data") == str(data)


def test_a_radiograph_that_is_not_in_the_data_gives_one_line(checked, qtbot, tmp_path):
    data = training_data(tmp_path / "data")
    (data / "Images" / f"{NEAREST}.png").rename(data / "Images" / "other.png")
    checked.settings.set_text("data", str(data))
    press(qtbot, checked, Key.Key_3)
    beside = shown(checked.review.viewer)[1]
    qtbot.waitUntil(lambda: "holds no radiograph" in beside.message.text())
    assert "\n" not in beside.message.text()
    assert beside.offer.isVisible()


def test_a_pair_that_was_not_checked_says_so(checked, qtbot):
    press(qtbot, checked, Key.Key_3)
    checked.review.sheet.go_to(1)
    beside = shown(checked.review.viewer)[1]
    assert beside.message.text() == NOT_CHECKED
    assert not beside.offer.isVisible()
