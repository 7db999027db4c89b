"""Themes change while the window is open, everywhere at once, and the stage stays black."""

from collections import Counter

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage
from PySide6.QtWidgets import QWidget

from app.icons import icon
from app.theme import DARK, LIGHT, THEMES, apply_theme, colours, set_theme, theme_signals

CHROME = ("background", "surface", "raised", "hover", "border", "outline", "text", "muted")
FEW = 60
PAGES = ("show_welcome", "show_run", "show_review")


@pytest.fixture(autouse=True)
def _dark_again(qapp):
    apply_theme(qapp)
    yield
    apply_theme(qapp)


def shown(widget: QWidget) -> set[str]:
    """The colours that a widget shows in more places than the soft edges of letters would."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = Counter(image.constBits().cast("I").tolist())
    return {f"#{pixel & 0xFFFFFF:06x}" for pixel, count in pixels.items() if count > FEW}


def chrome_of(theme):
    return {getattr(theme, name) for name in CHROME}


def show_only_chrome(window):
    """Hide what has colours of its own: radiographs with what lies between them, and the mark."""
    for name in ("stage", "stages"):
        for part in window.findChildren(QWidget, name):
            part.hide()


@pytest.mark.usefixtures("without_torch")
@pytest.mark.parametrize("page", PAGES)
def test_no_page_keeps_a_colour_of_the_theme_before(window, page):
    getattr(window, page)()
    show_only_chrome(window)
    assert shown(window) & {DARK.background, DARK.surface, DARK.text}
    set_theme("light")
    assert shown(window) & chrome_of(DARK) - chrome_of(LIGHT) == set()
    assert shown(window) & {LIGHT.background, LIGHT.surface, LIGHT.text}
    set_theme("dark")
    assert shown(window) & chrome_of(LIGHT) - chrome_of(DARK) == set()


@pytest.mark.parametrize("theme", THEMES)
def test_the_stage_is_black_in_every_theme(window, theme):
    set_theme(theme)
    stage = window.review.viewer.stage
    corner = stage.grab().toImage().pixelColor(QPoint(1, 1))
    assert corner.name() == "#000000"


def test_an_icon_is_drawn_in_the_colours_of_the_theme_in_use():
    drawn = QIcon(icon("accept"))
    colour = {}
    for theme in ("dark", "light"):
        set_theme(theme)
        picture = drawn.pixmap(QSize(64, 64), 1.0).toImage()
        colour[theme] = opaque(picture)
    assert colour == {"dark": {DARK.text}, "light": {LIGHT.text}}


def test_an_icon_of_a_disabled_action_is_dimmed():
    picture = icon("accept", "accent").pixmap(QSize(64, 64), 1.0, QIcon.Mode.Disabled).toImage()
    assert opaque(picture) == {DARK.disabled}


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_an_icon_has_every_pixel_of_a_fine_screen(scale):
    drawn = icon("review").pixmap(QSize(20, 20), scale)
    assert drawn.size() == QSize(round(20 * scale), round(20 * scale))
    assert drawn.devicePixelRatio() == scale


def opaque(image):
    """The colours of an image's opaque pixels."""
    spots = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return {spot.name() for spot in spots if spot.alpha() == 255}


def test_the_system_theme_follows_the_system():
    set_theme("system")
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert colours() is LIGHT
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert colours() is DARK


def test_a_chosen_theme_does_not_follow_the_system():
    set_theme("light")
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert colours() is LIGHT


def test_a_change_is_told_once_and_only_when_there_is_one():
    told = []
    theme_signals().changed.connect(lambda: told.append(colours().scheme))
    set_theme("dark")
    set_theme("light")
    set_theme("light")
    theme_signals().changed.disconnect()
    assert told == ["light"]


def test_a_theme_that_nobody_knows_is_the_dark_one():
    set_theme("pink")
    assert colours() is DARK
