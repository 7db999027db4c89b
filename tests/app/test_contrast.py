"""What is drawn over a radiograph stands out on mid-grey and on black, for every kind of eyes.

No colour stands out from every grey, so every line, mark and text has a dark halo, and it is
counted as part of the graphic: the drawn colour is next to its halo (as that lies over the grey),
and the halo, or on dark grey the colour itself, is next to the image. Ratios are those of WCAG 2.2;
differences are CIEDE2000 under Machado's (2009) matrices for the three kinds of colour blindness.
"""

import itertools

import pytest

from app.landmark_dots import dot_picture
from app.overlay_colours import HALO_OPACITY, LINE_COLOURS, RIM
from engine.anatomy import load_anatomy
from tests.app.colour_vision import EYES, contrast, difference

TEXT, GRAPHICS = 4.5, 3.0
APART = 18.0  # about 2 can just be told apart side by side
BLACK, MID_GREY = 0, 0x80
ANATOMIES = ("hand", "cephalometric")


def grey(level):
    return f"#{level:02x}{level:02x}{level:02x}"


def halo_on(level):
    """The halo as it is seen over a grey."""
    return grey(round(level * (1 - HALO_OPACITY)))


def group_colours(anatomy):
    return [group.colour for group in load_anatomy(anatomy).groups]


GROUP_COLOURS = sorted({*group_colours("hand"), *group_colours("cephalometric")})
OVERLAY_COLOURS = sorted({*GROUP_COLOURS, *LINE_COLOURS})
LINES = sorted({*LINE_COLOURS})


@pytest.mark.parametrize("colour", OVERLAY_COLOURS)
def test_a_text_stands_out_from_its_halo_over_every_grey(colour):
    assert min(contrast(colour, halo_on(level)) for level in range(256)) >= TEXT


@pytest.mark.parametrize("level", [BLACK, MID_GREY])
@pytest.mark.parametrize("colour", OVERLAY_COLOURS)
def test_a_graphic_stands_out_from_black_and_from_mid_grey(colour, level):
    halo = halo_on(level)
    assert contrast(colour, halo) >= GRAPHICS
    assert max(contrast(halo, grey(level)), contrast(colour, grey(level))) >= GRAPHICS


@pytest.mark.parametrize("colour", LINES)
def test_no_grey_swallows_a_line_a_mark_or_the_rim_of_a_dot(colour):
    for level in range(256):
        edges = contrast(halo_on(level), grey(level)), contrast(colour, grey(level))
        assert max(edges) >= GRAPHICS


@pytest.mark.parametrize("colour", GROUP_COLOURS)
@pytest.mark.usefixtures("qapp")
def test_a_dot_is_drawn_with_its_rim_in_its_halo(colour):
    drawn = dot_picture(colour, 10.0, 4.0).toImage()
    middle = drawn.height() // 2
    across = [drawn.pixelColor(x, middle) for x in range(middle, drawn.width())]
    seen = list(dict.fromkeys(pixel.name() for pixel in across if pixel.alpha() > 240))
    rim = seen.index(RIM)
    assert seen[0] == colour.lower()
    assert "#000000" in seen[rim:], "the halo lies outside of the rim"


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("anatomy", ANATOMIES)
def test_the_groups_are_told_apart_by_every_kind_of_eyes(anatomy, eyes):
    pairs = itertools.combinations(group_colours(anatomy), 2)
    assert min(difference(one, other, eyes) for one, other in pairs) >= APART


def test_a_simulation_leaves_grey_as_it_is():
    for eyes, level in itertools.product(EYES, (0, 64, 128, 255)):
        assert difference(grey(level), grey(level), eyes) == 0
        assert difference("#808080", "#818181", eyes) < 1
