"""Landmarks are corrected in the window: moved, judged at once, and kept or given up."""

import shutil

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from pytestqt.qtbot import QtBot

from app.correction_judge import NO_PRIOR
from engine.review.project import Verdict
from tests.app.conftest import REVIEWER
from tests.app.judged_hands import make_judged_project
from tests.app.stick_hands import make_project

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
EMPTY = 2  # the pair whose heatmap is empty


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judged") / "hands"
    make_judged_project(folder, 3).close()
    return folder


@pytest.fixture
def project(judged, tmp_path):
    """The folder of three judged hands, the last with an empty heatmap."""
    return shutil.copytree(judged, tmp_path / "hands")


@pytest.fixture
def desk(window, qtbot):
    return Desk(window, qtbot)


class Desk:
    """A reviewer's hands on a window."""

    def __init__(self, window, qtbot: QtBot):
        self.window, self.qtbot, self.review = window, qtbot, window.review
        self.viewer, self.correcting = self.review.viewer, self.review.close_look.correcting

    @property
    def identifier(self):
        return self.review.sheet.current.identifier

    @property
    def row(self):
        return self.window.project.row(self.identifier)

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def spot(self, place):
        """Where a canvas position lies in the stage's viewport."""
        scene = self.viewer.view.mapViewToScene(QPointF(*place))
        return self.viewer.stage.mapFromScene(scene)

    def drag(self, start, end):
        port, (a, b) = self.viewer.stage.viewport(), (self.spot(start), self.spot(end))
        self.qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=a)
        for step in range(1, 6):
            self.qtbot.mouseMove(port, a + QPoint((b - a).x() * step // 5, (b - a).y() * step // 5))
        self.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=b)

    def shown(self):
        """The landmarks as the viewer draws them, by number."""
        return self.viewer.overlays["labels"].points


def gate_landmarks(desk):
    return desk.window.project.assessment(desk.identifier).landmarks


def test_a_dragged_landmark_moves_and_the_verdict_follows_at_once(desk):
    desk.press(Key.Key_D)
    before = gate_landmarks(desk)
    assert "would accept" in desk.viewer.legend.correction_words
    desk.drag(before[24], before[24] + (30, 20))
    assert np.abs(desk.shown()[24] - before[24] - (30, 20)).max() < 1
    assert np.array_equal(np.delete(desk.shown(), 24, 0), np.delete(before, 24, 0))
    assert "would refuse" in desk.viewer.legend.correction_words
    assert "24 index tip" in desk.viewer.legend.correction_words
    assert desk.review.inspector.reason_buttons
    assert desk.window.project.correction(desk.identifier) is None


def test_enter_keeps_the_correction_and_the_gates_landmarks_stay_on_record(desk):
    desk.press(Key.Key_D)
    before = gate_landmarks(desk)
    desk.drag(before[24], before[24] + (30, 20))
    moved = desk.shown().copy()
    desk.press(Key.Key_Return)
    kept = desk.window.project.correction(desk.identifier)
    assert (kept.who, kept.assessment.accepted) == (REVIEWER, False)
    assert np.allclose(kept.landmarks, moved)
    assert np.array_equal(gate_landmarks(desk), before)
    assert desk.row.counts_as is Verdict.REJECT
    assert not desk.window.actions_by_name["correct"].isChecked()
    assert np.allclose(desk.shown(), moved)
    assert np.allclose(desk.viewer.stage.ghosts, before[[24]])


def test_escape_leaves_the_pair_as_it_was(desk):
    desk.press(Key.Key_D)
    before = gate_landmarks(desk)
    desk.drag(before[24], before[24] + (30, 20))
    desk.press(Key.Key_Escape)
    assert desk.window.project.correction(desk.identifier) is None
    assert np.array_equal(desk.shown(), before)
    assert not desk.review.inspector.reason_buttons
    assert not desk.correcting.active


def test_undo_and_redo_walk_corrections_and_decisions_in_one_order(desk):
    name = desk.identifier
    desk.press(Key.Key_D)
    desk.press(Key.Key_Right)
    desk.press(Key.Key_Return)
    desk.press(Key.Key_A)
    project = desk.window.project
    desk.press(Key.Key_Z, CTRL)
    assert project.row(name).decision is None
    assert project.correction(name) is not None
    desk.press(Key.Key_Z, CTRL)
    assert project.correction(name) is None
    desk.press(Key.Key_Z, CTRL | SHIFT)
    assert project.correction(name) is not None
    desk.press(Key.Key_Z, CTRL | SHIFT)
    assert project.row(name).decision is Verdict.ACCEPT


def test_deciding_keeps_what_was_moved_before_the_decision(desk):
    name = desk.identifier
    desk.press(Key.Key_D)
    desk.press(Key.Key_Up)
    desk.press(Key.Key_A)
    project = desk.window.project
    assert [entry.what for entry in project.trail(name)][-2:] == ["correction", "decision"]
    assert desk.review.sheet.place == 1
    assert not desk.correcting.active
    assert np.array_equal(desk.shown(), project.assessment(desk.identifier).landmarks)


def test_going_to_another_pair_keeps_the_correction(desk):
    name = desk.identifier
    desk.press(Key.Key_D)
    desk.press(Key.Key_Up)
    desk.review.sheet.go_to(1)
    assert desk.window.project.correction(name) is not None
    assert desk.review.sheet.place == 1
    assert not desk.correcting.active


def test_leaving_without_moving_anything_records_nothing(desk):
    rows = len(desk.window.project.trail())
    desk.press(Key.Key_D)
    desk.press(Key.Key_Tab)
    desk.press(Key.Key_D)
    assert not desk.correcting.active
    assert len(desk.window.project.trail()) == rows


def test_closing_the_project_keeps_the_correction(desk, open_window, project):
    name = desk.identifier
    desk.press(Key.Key_D)
    desk.press(Key.Key_Up)
    desk.window.close()
    assert open_window(project).project.correction(name) is not None


def test_a_landmark_dragged_back_to_its_marker_is_accepted_again(desk):
    desk.press(Key.Key_D)
    before = gate_landmarks(desk)
    desk.drag(before[24], before[24] + (30, 20))
    assert "would refuse" in desk.viewer.legend.correction_words
    desk.drag(desk.shown()[24], before[24])
    assert "would accept" in desk.viewer.legend.correction_words


@pytest.mark.parametrize(
    ("key", "modifier", "by"),
    [
        (Key.Key_Left, Qt.KeyboardModifier.NoModifier, (-0.5, 0)),
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier, (0.5, 0)),
        (Key.Key_Up, SHIFT, (0, -4)),
        (Key.Key_Down, SHIFT, (0, 4)),
    ],
)
def test_arrow_keys_move_the_chosen_landmark_and_not_the_sheet(desk, key, modifier, by):
    desk.press(Key.Key_D)
    landmark = desk.correcting.landmark
    before = desk.shown()[landmark].copy()
    desk.press(key, modifier)
    assert np.allclose(desk.shown()[landmark] - before, by)
    assert desk.review.sheet.place == 0


def test_tab_and_numbers_choose_a_landmark_and_leave_the_overlays_alone(desk):
    desk.press(Key.Key_D)
    shown = desk.viewer.overlay_visible("edges")
    desk.press(Key.Key_2)
    assert desk.correcting.landmark == 2
    desk.press(Key.Key_4)
    assert desk.correcting.landmark == 24
    desk.press(Key.Key_Tab)
    assert desk.correcting.landmark == 25
    desk.press(Key.Key_Backtab, SHIFT)
    assert desk.correcting.landmark == 24
    desk.press(Key.Key_9)
    assert desk.correcting.landmark == 9
    assert desk.viewer.overlay_visible("edges") is shown


def test_backspace_puts_a_landmark_back_and_ctrl_z_takes_single_steps_back(desk):
    desk.press(Key.Key_D)
    before = gate_landmarks(desk)
    for _ in range(3):
        desk.press(Key.Key_Right)
    desk.press(Key.Key_Z, CTRL)
    landmark = desk.correcting.landmark
    assert np.allclose(desk.shown()[landmark], before[landmark] + (1, 0))
    desk.press(Key.Key_Backspace)
    assert np.array_equal(desk.shown(), before)
    desk.press(Key.Key_Return)
    assert desk.window.project.correction(desk.identifier) is None


def test_putting_all_back_takes_an_own_correction_back(desk):
    name = desk.identifier
    desk.press(Key.Key_D)
    desk.press(Key.Key_Right)
    desk.press(Key.Key_Return)
    landmark = int(np.flatnonzero((desk.shown() != gate_landmarks(desk)).any(axis=1))[0])
    desk.press(Key.Key_D)
    desk.correcting.choose(landmark)
    desk.press(Key.Key_Backspace)
    desk.press(Key.Key_Return)
    assert desk.window.project.correction(name) is None
    desk.press(Key.Key_Z, CTRL)
    assert desk.window.project.correction(name) is not None


def test_a_landmark_can_lose_its_place(desk):
    desk.press(Key.Key_D)
    desk.press(Key.Key_8)
    desk.press(Key.Key_Delete)
    assert np.isnan(desk.shown()[8]).all()
    assert "has no place" in desk.viewer.legend.correction_words
    assert "would refuse" in desk.viewer.legend.correction_words


def test_missing_landmarks_can_be_placed_by_double_click_and_by_keys(desk):
    desk.review.sheet.go_to(EMPTY)
    desk.press(Key.Key_D)
    desk.correcting.choose(5)
    where = desk.spot((100.0, 200.0))
    port = desk.viewer.stage.viewport()
    desk.qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=where)
    desk.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=where)
    assert np.abs(desk.shown()[5] - (100, 200)).max() < 1
    desk.press(Key.Key_6)
    desk.press(Key.Key_Right)
    assert np.isfinite(desk.shown()[6]).all()
    assert np.isfinite(desk.shown()).all(axis=1).sum() == 2


def test_a_drag_away_from_landmarks_still_pans(desk):
    desk.press(Key.Key_D)
    before, centre = desk.shown().copy(), desk.viewer.view.viewRect().center()
    desk.drag((10.0, 100.0), (30.0, 110.0))
    assert np.array_equal(desk.shown(), before)
    assert desk.viewer.view.viewRect().center() != centre


def test_holding_h_hides_everything_while_correcting(desk):
    desk.press(Key.Key_D)
    stage = desk.viewer.stage
    desk.qtbot.keyPress(stage, Key.Key_H)
    assert not any(desk.viewer.overlay_visible(name) for name in desk.viewer.overlays)
    desk.qtbot.keyRelease(stage, Key.Key_H)
    assert desk.viewer.overlay_visible("residuals")


def test_the_overlays_are_as_chosen_again_after_a_correction(desk):
    desk.press(Key.Key_D)
    assert desk.viewer.overlay_visible("shape")
    desk.press(Key.Key_Escape)
    assert not desk.viewer.overlay_visible("shape")


def test_a_project_without_a_prior_says_so_in_one_line(open_window, tmp_path, qtbot):
    make_project(tmp_path / "plain", 1).close()
    window = open_window(tmp_path / "plain")
    desk = Desk(window, qtbot)
    desk.press(Key.Key_D)
    assert not desk.correcting.active
    assert not window.actions_by_name["correct"].isChecked()
    assert NO_PRIOR in window.banner.text


def test_who_corrects_is_asked_first(open_window, project, settings_file, qtbot):
    QSettings(str(settings_file), QSettings.Format.IniFormat).remove("reviewer")
    window = open_window(project)
    desk = Desk(window, qtbot)
    desk.press(Key.Key_D)
    assert not desk.correcting.active
    dialog = window.review.introduction.dialog
    dialog.line.setText("Dr New")
    dialog.use.click()
    assert desk.correcting.active
    desk.press(Key.Key_Up)
    desk.press(Key.Key_Return)
    assert window.project.correction(desk.identifier).who == "Dr New"


def test_corrections_wait_until_pairs_are_looked_at(desk):
    name = desk.identifier
    desk.press(Key.Key_D)
    desk.press(Key.Key_Up)
    desk.window.show_welcome()
    assert not desk.window.actions_by_name["correct"].isEnabled()
    assert desk.window.project.correction(name) is not None
