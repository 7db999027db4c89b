"""The guide: it can be read in the window, and what it says of keys and pictures is true."""

import re

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from typer.main import get_command

from app.actions import SPECS
from app.guide_window import guide_file
from app.shortcuts import FIXED_KEYS
from engine.cli.application import application

LARGEST = 150_000  # bytes of a picture
HELD = {"Ctrl", "Shift"}


def text():
    return guide_file().read_text(encoding="utf-8")


def in_code():
    """What stands in code type: keys, and a few commands."""
    return set(re.findall(r"`([^`]+)`", text()))


def commands():
    return {words for words in in_code() if words.split()[0] == "ossa"}


def pictures():
    return [guide_file().parent / name for name in re.findall(r"\]\(([\w-]+\.png)\)", text())]


def test_every_key_it_names_is_one_of_the_window():
    known = {key for spec in SPECS for key in spec.keys} | {key for key, _ in FIXED_KEYS}
    assert in_code() - commands() - HELD - known == set()


def test_every_command_it_names_is_there():
    assert "ossa localise train" in commands()
    for words in commands():
        command = get_command(application)
        for name in words.split()[1:]:
            command = command.commands[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("accept", "accept, and on to the next pair"),
        ("reject", "reject, and on to the next pair"),
        ("undo", "take back what you did last"),
        ("redo", "do it again"),
        ("next_undecided", "go to the next pair that nobody has decided on"),
        ("heatmap", "the heatmap that the landmarks come from"),
        ("candidates", "bright spots of the heatmap that became no landmark"),
    ],
)
def test_a_key_stands_beside_what_it_does(name, words):
    (spec,) = (one for one in SPECS if one.name == name)
    assert f"| `{spec.keys[0]}` | {words} |" in text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("correct", "Press `{}` and drag"),
        ("export", "`{}`, choose a format"),
        ("show_run", "`{}` opens **Train and generate**"),
        ("show_agreement", "`{}` shows how far"),
        ("show_reading", "`{}` is a blinded reading"),
        ("reassess", "`{}` judges all pairs again"),
        ("guide", "`{}` opens this guide"),
        ("shortcuts", "`{}` lists every key"),
        ("pause", "`{}` pauses"),
        ("compare_training", "`{}` shows a pair\nbeside the training radiograph"),
    ],
)
def test_a_key_in_a_sentence_does_what_the_sentence_says(name, words):
    (spec,) = (one for one in SPECS if one.name == name)
    assert words.format(spec.keys[0]) in text()


def test_every_picture_is_there_small_and_of_the_window():
    assert len(pictures()) >= 9
    for picture in pictures():
        assert picture.stat().st_size <= LARGEST
        assert Image.open(picture).size == (1280, 800)


def test_it_opens_beside_the_window_which_stays_usable(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    guide = window.habits.guide
    assert guide.isVisible()
    assert not guide.isModal()
    assert "Ten minutes from first start to export" in guide.page.toPlainText()
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert window.project.counts().decided == 1
    guide.close()
    assert window.habits.guide is None


def test_its_pictures_fit_the_page(window):
    window.actions_by_name["guide"].trigger()
    page = window.habits.guide.page
    assert page.horizontalScrollBar().maximum() == 0
    assert page.document().size().height() > 300 * len(pictures())


def test_it_closes_with_the_window(window):
    window.actions_by_name["guide"].trigger()
    window.close()
    assert window.habits.guide is None
