"""Copies on the contact sheet: a badge with a shape of its own, and words."""

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage

from engine.assess.copy_risk import CopyLevel
from tests.app.judged_hands import make_checked_project

LEVELS = [CopyLevel.COPY, CopyLevel.SUSPECT, CopyLevel.NONE, None]


@pytest.fixture
def sheet(open_window, tmp_path, qtbot):
    """The sheet with a copy, a suspect, a pair that is neither and one that was not checked."""
    make_checked_project(tmp_path / "checked", LEVELS).close()
    sheet = open_window(tmp_path / "checked").review.sheet
    names = [sheet.pairs.row_at(place).identifier for place in range(len(LEVELS))]
    qtbot.waitUntil(lambda: sheet.thumbnails.has_all(names))
    return sheet


def corner(sheet, place):
    """(21, 21) grey levels of the corner where a pair's copy badge is."""
    cell = sheet.visualRect(sheet.pairs.index(place))
    where = QRect(cell.x() + 11, cell.y() + 89, 21, 21)
    grabbed = sheet.viewport().grab(where).toImage().scaled(21, 21)
    grey = grabbed.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.array([[grey.pixelColor(x, y).value() for x in range(21)] for y in range(21)])


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, "Copy of a training radiograph: held out of an export"),
        (1, "Suspiciously near a training radiograph"),
    ],
)
def test_what_is_flagged_says_so_in_words(sheet, place, words):
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        assert words in sheet.pairs.index(place).data(role)


@pytest.mark.parametrize("place", [2, 3])
def test_what_is_not_flagged_says_nothing_of_copies(sheet, place):
    assert "training" not in sheet.pairs.index(place).data(Qt.ItemDataRole.ToolTipRole)


def test_copy_and_suspect_have_badges_that_differ_without_colour(sheet):
    copied, suspect, neither, unchecked = (corner(sheet, place) for place in range(len(LEVELS)))
    assert copied.mean() > 100  # filled
    assert suspect.mean() < 100  # outlined
    assert suspect.max() > 150
    assert neither.max() < 100
    assert unchecked.max() < 100


def test_the_bar_promises_no_export_of_a_copy(sheet):
    window = sheet.window()
    assert "Accepted by the gate: held out as a copy" in window.review.bar.text
    window.actions_by_name["next"].trigger()
    assert "Accepted by the gate: it will be exported" in window.review.bar.text
