"""The blinded reading in the window: answered by keys, kept at once, told when it is through."""

import shutil
from operator import sub
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel

from app.reading_results import HIDDEN, NOTHING_YET
from engine.review.project import ReviewProject, Verdict
from tests.app.conftest import REVIEWER
from tests.app.stick_hands import draw_hand, hand_points

COUNT = 4


@pytest.fixture(scope="session")
def _films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films") / "real"
    (folder / "Images").mkdir(parents=True)
    rows = []
    for seed in range(6):
        grey = (draw_hand(hand_points(900 + seed), seed) + 1) * 127.5
        Image.fromarray(grey.astype(np.uint8)).save(folder / "Images" / f"patient{seed}.png")
        points = hand_points(900 + seed).ravel()
        rows.append(f"patient{seed}," + ",".join(f"{v:.2f}" for v in points))
    (folder / "all.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def films(_films, tmp_path):
    return Path(shutil.copytree(_films, tmp_path / "films"))


@pytest.fixture
def begin(qtbot, films):
    """Begins a series in a window and waits for its first picture."""

    def begin(window, folder=None, resume=False):
        window.actions_by_name["show_reading"].trigger()
        page = window.studies.reading
        page.start.data.line.setText(str(folder or films))
        page.start.count.setValue(COUNT)
        button = page.start.resume if resume else page.start.begin
        with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        return page

    return begin


def press(qtbot, page, *keys):
    for key in keys:
        qtbot.keyClick(page, key)


def readings(folder):
    with ReviewProject.open(folder) as project:
        return project.readings()


def texts(widget):
    return " ".join(one.text() for one in widget.findChildren(QLabel) if not one.isHidden())


def test_two_keys_answer_and_the_answer_is_kept_at_once(window, project, qtbot, begin):
    page = begin(window)
    assert page.stage.progress.text() == f"Picture 1 of {COUNT}"
    press(qtbot, page, Qt.Key.Key_R)
    assert readings(project) == []
    press(qtbot, page, Qt.Key.Key_4)
    (kept,) = readings(project)
    assert (kept.said_real, kept.confidence, kept.who) == (True, 4, REVIEWER)
    assert kept.seconds >= 0
    press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_1)
    assert [one.said_real for one in readings(project)] == [True, False]
    assert page.stage.progress.text() == f"Picture 3 of {COUNT}"


def test_keys_that_answer_switch_no_overlay_and_decide_on_no_pair(window, project, qtbot, begin):
    page = begin(window)
    switches = ("heatmap", "landmarks", "labels", "edges", "shape")
    before = [window.actions_by_name[name].isChecked() for name in switches]
    keys = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5)
    press(qtbot, page, *keys, Qt.Key.Key_R, *keys[:2])
    assert [window.actions_by_name[name].isChecked() for name in switches] == before
    with ReviewProject.open(project) as opened:
        assert all(row.decision is None for row in opened.rows())
    assert len(readings(project)) == 1  # a confidence without an answer before it says nothing


def test_the_kind_can_be_taken_back_until_the_confidence_is_said(window, project, qtbot, begin):
    page = begin(window)
    press(qtbot, page, Qt.Key.Key_R, Qt.Key.Key_Backspace, Qt.Key.Key_3)
    assert readings(project) == []
    press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_3)
    assert [one.said_real for one in readings(project)] == [False]


def test_buttons_answer_as_keys_do(window, project, qtbot, begin):
    page = begin(window)
    buttons = {one.accessibleName(): one for one in page.stage.findChildren(type(page.start.begin))}
    assert not buttons["certain"].isEnabled()
    qtbot.mouseClick(buttons["Generated"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(buttons["certain"], Qt.MouseButton.LeftButton)
    (kept,) = readings(project)
    assert (kept.said_real, kept.confidence) == (False, 5)


def test_nothing_on_the_page_names_a_picture_or_its_kind(window, project, qtbot, begin):
    page = begin(window)
    names = [path.stem for path in (project / "pairs").iterdir()]
    for _ in range(COUNT - 1):
        shown = texts(window) + window.windowTitle() + page.stage.toolTip()
        assert not any(name[:22] in shown for name in names)
        assert "patient" not in shown
        assert "SYNTHETIC" not in texts(page)
        press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_2)
    assert "%" not in texts(page.stage)


def test_no_result_is_shown_before_the_series_is_through(window, qtbot, begin):
    page = begin(window)
    press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_2)
    page.show_start()
    assert page.start.results.verdict.text() == HIDDEN
    assert "of 1" not in texts(page.start.results)
    page = begin(window, resume=True)
    for _ in range(COUNT - 1):
        press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_2)
    assert not page.reading
    assert f"of {COUNT} right" in page.start.results.verdict.text()
    assert REVIEWER in texts(page.start.results)


def test_a_series_goes_on_after_a_restart_with_the_picture_it_was_at(
    open_window, project, qtbot, begin
):
    first = open_window(project)
    page = begin(first)
    press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_2)
    first.close()
    window = open_window(project)
    window.actions_by_name["show_reading"].trigger()
    assert "1 of 4 pictures are answered" in texts(window.studies.reading.start)
    page = begin(window, resume=True)
    assert page.stage.progress.text() == f"Picture 2 of {COUNT}"
    for _ in range(COUNT - 1):
        press(qtbot, page, Qt.Key.Key_R, Qt.Key.Key_2)
    kept = readings(project)
    assert len({one.item for one in kept}) == len(kept) == COUNT
    assert len({one.session for one in kept}) == 1


def test_going_on_later_keeps_what_was_answered(window, project, qtbot, begin):
    page = begin(window)
    press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_2)
    page.stage.left.emit()
    assert not page.reading
    assert page.start.resume.text() == "Go on with picture 2"
    assert len(readings(project)) == 1


def test_another_reader_is_offered_no_series_of_somebody_elses(window, qtbot, begin):
    page = begin(window)
    press(qtbot, page, Qt.Key.Key_G, Qt.Key.Key_2)
    window.settings.reviewer = "Dr Other"
    window.habits.setting_changed.emit("reviewer")
    assert not page.reading
    assert page.start.results.verdict.text() == NOTHING_YET
    assert not page.start.resume.isVisible()


def test_too_few_pictures_are_told_in_the_banner_and_one_can_begin_anew(window, project, begin):
    with ReviewProject.open(project) as opened:
        rows = opened.rows()
        opened.decide([row.identifier for row in rows], Verdict.REJECT, "Ben")
    page = begin(window)
    assert not page.reading
    assert "0 generated pairs that count as accepted" in texts(window.banner)
    assert page.start.begin.isEnabled()


def test_without_a_folder_the_page_says_what_is_missing(window, qtbot):
    window.actions_by_name["show_reading"].trigger()
    page = window.studies.reading
    page.start.data.line.clear()
    qtbot.mouseClick(page.start.begin, Qt.MouseButton.LeftButton)
    assert "Choose the folder" in page.start.problem.text()
    assert not page.start.problem.isHidden()


def test_the_page_waits_for_a_project(open_window):
    window = open_window(None)
    assert not window.actions_by_name["show_reading"].isEnabled()
    assert not window.actions_by_name["show_agreement"].isEnabled()
    assert not window.actions_by_name["reassess"].isEnabled()


@pytest.mark.parametrize("size", [(1280, 800), (2560, 1440)])
def test_form_and_results_stand_side_by_side_in_the_middle(window, qtbot, size):
    window.resize(*size)
    window.actions_by_name["show_reading"].trigger()
    start = window.studies.reading.start

    def edges(card):
        left = card.mapTo(start, QPoint()).x()
        return left, start.width() - left - card.width()

    def margins():
        cards = [one for one in start.findChildren(QFrame, "card") if one.isVisible()]
        lefts, rights = zip(*map(edges, cards), strict=True)
        return min(lefts), min(rights)

    qtbot.waitUntil(lambda: start.width() == window.width() and abs(sub(*margins())) <= 2)
    used = window.width() - sum(margins())
    assert 0.6 * window.width() < used <= 1600
    assert start.results.width() > 0.6 * used
