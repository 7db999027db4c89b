"""The viewer: overlays over a radiograph, each where the assessment says."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QLabel, QSlider

from app.viewer import SWITCHES
from tests.app.stick_hands import make_assessment, make_pair, make_project


@pytest.fixture(scope="module")
def two_hands(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "hands"
    make_project(folder, 2).close()
    return folder


@pytest.fixture
def project(two_hands, tmp_path):
    """A smaller project than the others need."""
    return shutil.copytree(two_hands, tmp_path / "hands")


@pytest.fixture
def viewer(window):
    return window.review.viewer


def drawn(item):
    """(n, 2) positions an overlay of points draws."""
    return np.stack(item.getData(), axis=1)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_shows_and_hides_its_overlay_and_no_other(window, viewer, name):
    before = {other: viewer.overlay_visible(other) for other in SWITCHES}
    window.actions_by_name[name].trigger()
    changed = [other for other in SWITCHES if viewer.overlay_visible(other) != before[other]]
    assert changed == [name]
    window.actions_by_name[name].trigger()
    assert {other: viewer.overlay_visible(other) for other in SWITCHES} == before


@pytest.mark.parametrize(("key", "name"), list(enumerate(SWITCHES, start=1)))
def test_a_number_key_switches_an_overlay(window, viewer, qtbot, key, name):
    before = viewer.overlay_visible(name)
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + key))
    assert viewer.overlay_visible(name) is not before


def test_holding_h_hides_every_overlay_and_letting_go_brings_them_back(window, viewer, qtbot):
    for name in SWITCHES:
        window.actions_by_name[name].setChecked(True)
    qtbot.keyPress(window.review.sheet, Qt.Key.Key_H)
    assert not any(viewer.overlay_visible(name) for name in SWITCHES)
    qtbot.keyRelease(window.review.sheet, Qt.Key.Key_H)
    assert all(viewer.overlay_visible(name) for name in SWITCHES)


def test_overlays_come_back_when_the_window_is_left_while_h_is_held(window, viewer, qtbot):
    qtbot.keyPress(window.review.sheet, Qt.Key.Key_H)
    QCoreApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert viewer.overlay_visible("landmarks")


def test_switches_and_zoom_stay_from_pair_to_pair(window, viewer, qtbot):
    window.actions_by_name["edges"].trigger()
    viewer.view.setRange(xRange=(100, 140), yRange=(90, 130), padding=0)
    before = np.array(viewer.view.viewRange())
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.review.sheet.place == 1
    assert np.allclose(viewer.view.viewRange(), before)
    assert viewer.overlay_visible("edges")


def test_fit_shows_the_whole_radiograph(viewer, window, qtbot):
    viewer.view.setRange(xRange=(100, 140), yRange=(90, 130), padding=0)
    qtbot.keyClick(window, Qt.Key.Key_F)
    for low, high in viewer.view.viewRange():
        assert low <= -0.5
        assert high >= 255.5


def test_landmarks_numbers_and_mean_shape_lie_where_the_assessment_says(window, viewer):
    found = window.project.assessment(window.review.sheet.current.identifier)
    assert np.array_equal(drawn(viewer.overlays["landmarks"]), found.landmarks)
    assert np.array_equal(viewer.overlays["labels"].points, found.landmarks)
    assert np.array_equal(drawn(viewer.overlays["shape"]), found.expected)


def test_edges_join_the_landmarks_of_the_topology(viewer):
    found = make_assessment(0)
    viewer.show_pair(make_pair(0), found)
    ends = drawn(viewer.overlays["edges"]).reshape(-1, 2, 2)
    assert np.array_equal(ends, found.landmarks[found.edges])


def test_a_landmark_without_a_place_is_not_drawn_and_neither_are_its_edges(viewer):
    found = make_assessment(0)
    landmarks = found.landmarks.copy()
    landmarks[[3, 15]] = np.nan
    viewer.show_pair(make_pair(0), replace(found, landmarks=landmarks))
    there = np.isfinite(landmarks).all(axis=1)
    assert np.array_equal(drawn(viewer.overlays["landmarks"]), landmarks[there])
    ends = drawn(viewer.overlays["edges"])
    assert np.isfinite(ends).all()
    assert len(ends) == 2 * int(there[found.edges].all(axis=1).sum())
    viewer.stage.grab()


def test_a_ring_for_a_missing_landmark_stands_where_it_is_expected(viewer):
    found = make_assessment(0)
    landmarks = found.landmarks.copy()
    landmarks[3] = np.nan
    viewer.show_pair(make_pair(0), replace(found, landmarks=landmarks))
    viewer.highlight((3, 4))
    assert np.allclose(drawn(viewer.rings), [found.expected[3], landmarks[4]])


def test_a_pair_without_a_matched_mean_shape_is_shown_without_one(window, viewer):
    found = make_assessment(2)
    nowhere = np.full_like(found.expected, np.nan)
    unknown = np.full_like(found.residuals, np.nan)
    for name in SWITCHES:
        window.actions_by_name[name].setChecked(True)
    viewer.show_pair(make_pair(2), replace(found, expected=nowhere, residuals=unknown))
    viewer.highlight((6,))
    assert len(drawn(viewer.overlays["shape"])) == 0
    viewer.stage.grab()


def test_image_and_heatmap_are_the_pairs_own(window, viewer):
    pair = window.project.pair(window.review.sheet.current.identifier)
    heat = viewer.overlays["heatmap"].image
    assert heat.shape == pair.heatmap.shape
    assert np.abs(heat / 127.5 - 1 - pair.heatmap).max() < 1 / 127


def test_synthetic_research_use_only_stands_where_pictures_are_shown(window):
    for show in (window.show_review, window.show_welcome):
        show()
        assert any(
            "SYNTHETIC" in found.text() and "RESEARCH USE ONLY" in found.text()
            for found in window.findChildren(QLabel)
            if found.isVisible()
        )


def test_candidates_that_no_landmark_has_are_marked_and_the_others_are_not(viewer):
    found = make_assessment(0)
    chosen = found.chosen.copy()
    chosen[[4, 9]] = -1
    viewer.show_pair(make_pair(0), replace(found, chosen=chosen))
    marked = drawn(viewer.overlays["candidates"])
    assert np.array_equal(marked, found.candidates.positions[[4, 9]])


def test_landmarks_that_were_moved_show_where_they_were(viewer):
    found = make_assessment(0)
    moved = found.landmarks.copy()
    moved[8] += (6, 0)
    viewer.show_pair(make_pair(0), replace(found, landmarks=moved), found.landmarks)
    assert np.array_equal(viewer.stage.ghosts, found.landmarks[[8]])
    viewer.show_pair(make_pair(0), found)
    assert len(viewer.stage.ghosts) == 0


def test_the_legend_names_every_group_in_its_own_colour_and_the_marks_that_are_shown(
    window, viewer
):
    texts = [found.text() for found in viewer.legend.findChildren(QLabel)]
    for group in window.project.anatomy.groups:
        assert any(group.colour in text and group.title in text for text in texts)
    assert not any("not chosen" in text for text in texts)
    window.actions_by_name["candidates"].trigger()
    texts = [found.text() for found in viewer.legend.findChildren(QLabel)]
    assert any("not chosen" in text for text in texts)


def test_the_heatmaps_opacity_can_be_set_by_keyboard(viewer, qtbot):
    slider = viewer.findChild(QSlider)
    before = viewer.overlays["heatmap"].opacity()
    qtbot.keyClick(slider, Qt.Key.Key_Down)
    assert viewer.overlays["heatmap"].opacity() < before


def test_a_stage_that_shows_the_whole_radiograph_still_does_in_another_size(window, viewer):
    window.resize(1400, 1000)
    for low, high in viewer.view.viewRange():
        assert low <= -0.5
        assert high >= 255.5
