"""Both palettes: text and marks stand out from what they stand on, for every kind of eyes."""

import itertools
import re
from dataclasses import fields
from importlib import resources

import pytest

from app.theme import DARK, LIGHT, Colours
from tests.app.colour_vision import EYES, contrast, difference

TEXT, GRAPHICS = 4.5, 3.0
APART = 15.0  # CIEDE2000; about 2 can just be told apart side by side
CHROME = ("background", "surface", "raised", "hover")
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.scheme)


def worst(theme, fronts, backs):
    """The lowest contrast of any front on any back, with the names of the two."""
    pairs = itertools.product(fronts, backs)
    return min((contrast(getattr(theme, a), getattr(theme, b)), a, b) for a, b in pairs)


@THEMES
def test_text_is_readable_on_all_chrome(theme):
    assert worst(theme, ("text", "muted"), CHROME)[0] >= TEXT


@THEMES
def test_words_in_a_meanings_colour_are_readable_on_all_chrome(theme):
    assert worst(theme, ("accent", "accept", "reject", "warning"), CHROME)[0] >= TEXT


@THEMES
@pytest.mark.parametrize("meaning", ["accent", "accept", "reject"])
def test_text_is_readable_on_a_meanings_fill_also_under_the_mouse(theme, meaning):
    assert worst(theme, ("text",), (f"{meaning}_fill", f"{meaning}_hover"))[0] >= TEXT


@THEMES
def test_a_fills_edge_shows_what_it_means(theme):
    for meaning in ("accent", "accept", "reject"):
        assert worst(theme, (meaning,), (f"{meaning}_fill", *CHROME))[0] >= GRAPHICS


@THEMES
def test_the_edge_of_a_field_and_the_handle_of_a_scroll_bar_can_be_seen(theme):
    assert worst(theme, ("outline", "handle", "handle_hover"), CHROME[:2])[0] >= GRAPHICS


@THEMES
def test_what_is_disabled_can_still_be_read(theme):
    assert worst(theme, ("disabled",), CHROME[:2])[0] >= GRAPHICS


@THEMES
@pytest.mark.parametrize("eyes", EYES)
def test_the_colours_of_the_verdicts_are_apart_for_every_kind_of_eyes(theme, eyes):
    assert difference(theme.accept, theme.reject, eyes) >= APART


@THEMES
def test_every_colour_of_a_theme_is_written_in_full(theme):
    hexes = [getattr(theme, field.name) for field in fields(Colours) if field.name != "scheme"]
    assert all(re.fullmatch("#[0-9a-f]{6}", one) for one in hexes)


def test_the_stylesheet_takes_every_colour_from_the_theme():
    sheet = (resources.files("resources") / "styles" / "window.qss").read_text(encoding="utf-8")
    assert set(re.findall(r"#[0-9a-fA-F]{6}\b", sheet)) == {"#000000"}  # the stage
    names = {field.name for field in fields(Colours)} | {"icons"}
    assert set(re.findall(r"@(\w+)", sheet)) <= names
