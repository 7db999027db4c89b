"""Window and level: which of the radiograph's greys are spread from black to white."""

import math
from dataclasses import dataclass

_FULL_DRAG = 400.0  # screen pixels that take the window across the whole range of greys
_WIDTHS = (0.02, 4.0)
_CENTRES = (-1.5, 1.5)


@dataclass(frozen=True)
class GreyWindow:
    """Greys from centre - width / 2 (black) to centre + width / 2 (white), in image units (-1 … 1).

    What cannot be shown is brought to the nearest that can.
    """

    width: float = 2.0
    centre: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in (("width", _WIDTHS), ("centre", _CENTRES)):
            value = getattr(self, name)
            if not math.isfinite(value):
                raise ValueError(f"the window's {name} is {value}")
            object.__setattr__(self, name, min(max(value, low), high))

    @property
    def levels(self) -> tuple[float, float]:
        """The greys shown black and white."""
        return (self.centre - self.width / 2, self.centre + self.width / 2)

    def dragged(self, right: float, down: float) -> "GreyWindow":
        """The window after a drag by so many screen pixels: to the right it grows wider (less
        contrast), upwards its level sinks (brighter)."""
        share = 2.0 / _FULL_DRAG
        return GreyWindow(self.width + right * share, self.centre + down * share)


FULL = GreyWindow()
PRESETS = {
    "full range": FULL,
    "bone": GreyWindow(1.0, 0.4),
    "soft tissue": GreyWindow(1.1, -0.45),
    "high contrast": GreyWindow(0.7, 0.25),
}


def preset_name(window: GreyWindow) -> str:
    """The preset that a window is, "" for one of the reviewer's own."""
    return next((name for name, preset in PRESETS.items() if _same(preset, window)), "")


def next_preset(window: GreyWindow) -> GreyWindow:
    """The preset after this one; the first after the last and after a window of one's own."""
    names = list(PRESETS)
    name = preset_name(window)
    return PRESETS[names[(names.index(name) + 1) % len(names)] if name else names[0]]


def words(window: GreyWindow) -> str:
    """The window for a reader: the preset, or width and level in per cent of all greys."""
    name = preset_name(window)
    if name:
        return name
    return f"width {50 * window.width:.0f} %, level {50 * (window.centre + 1):.0f} %"


def _same(one: GreyWindow, other: GreyWindow) -> bool:
    """Within what the settings keep of a window."""
    return math.isclose(one.width, other.width, abs_tol=1e-5) and math.isclose(
        one.centre, other.centre, abs_tol=1e-5
    )
