"""What else lies on a film: lead markers, taped-over names, stamps, collimation borders."""

from dataclasses import dataclass

import numpy as np

from engine.data.phantom.solid import Grid

_TRIES = 30
_CLEARANCE = 10.0  # mm between a marker and the nearest landmark
_FONT = {
    "L": ("1000", "1000", "1000", "1000", "1000", "1000", "1111"),
    "O": ("0110", "1001", "1001", "1001", "1001", "1001", "0110"),
    "C": ("0111", "1000", "1000", "1000", "1000", "1000", "0111"),
    "V": ("1001", "1001", "1001", "1001", "1001", "0110", "0110"),
    "F": ("1111", "1000", "1000", "1110", "1000", "1000", "1000"),
    "E": ("1111", "1000", "1000", "1110", "1000", "1000", "1111"),
    "H": ("1001", "1001", "1001", "1111", "1001", "1001", "1001"),
    "J": ("0011", "0001", "0001", "0001", "0001", "1001", "0110"),
    "T": ("1111", "0110", "0110", "0110", "0110", "0110", "0110"),
    "1": ("0010", "0110", "0010", "0010", "0010", "0010", "0111"),
    "3": ("1110", "0001", "0001", "0110", "0001", "0001", "1110"),
    "7": ("1111", "0001", "0010", "0010", "0100", "0100", "0100"),
    "8": ("0110", "1001", "1001", "0110", "1001", "1001", "0110"),
}


@dataclass(frozen=True)
class _Box:
    """A turned rectangle: centre and half-sides in mm, angle in radians."""

    centre: np.ndarray
    half: np.ndarray
    angle: float

    def local(self, grid: Grid) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray]:
        """Its window, and places in it as shares of the half-sides."""
        reach = float(np.hypot(*self.half))
        window = grid.window(self.centre - reach, self.centre + reach)
        x, y = grid.places(window)
        dx, dy = x - self.centre[0], y - self.centre[1]
        c, s = np.cos(self.angle), np.sin(self.angle)
        return window, (c * dx + s * dy) / self.half[0], (c * dy - s * dx) / self.half[1]


def add_furniture(
    grey: np.ndarray, grid: Grid, landmarks: np.ndarray, rng: np.random.Generator
) -> None:
    """Put markers and borders on a film, in place, never over a landmark.

    Args:
        grey: (height, width) grey levels.
        landmarks: (37, 2) mm.
    """
    if rng.random() < 0.45:
        _tape(grey, grid, landmarks, rng)
    if rng.random() < 0.35:
        _tape_at_edge(grey, grid, landmarks, rng)
    if rng.random() < 0.3:
        _letters(grey, grid, landmarks, rng)
    if rng.random() < 0.45:
        _border(grey, grid, landmarks, rng)
    _dust(grey, rng)


def _free_box(
    grid: Grid, landmarks: np.ndarray, half: np.ndarray, angle: float, rng: np.random.Generator
) -> _Box | None:
    size = np.array([grid.width, grid.height]) * grid.pitch
    for _ in range(_TRIES):
        # Technicians put markers at the sides: beside the wrist, the thumb, the little finger.
        x = rng.choice([rng.uniform(0, 0.16), rng.uniform(0.84, 1.0)]) * size[0]
        centre = np.array([x, rng.uniform(0.05, 0.97) * size[1]])
        if _clear(_Box(centre, half, angle), landmarks):
            return _Box(centre, half, angle)
    return None


def _clear(box: _Box, landmarks: np.ndarray) -> bool:
    offset = landmarks - box.centre
    c, s = np.cos(box.angle), np.sin(box.angle)
    turned = np.stack([c * offset[:, 0] + s * offset[:, 1], c * offset[:, 1] - s * offset[:, 0]], 1)
    return not bool((np.abs(turned) < box.half + _CLEARANCE).all(axis=1).any())


def _tape(grey: np.ndarray, grid: Grid, landmarks: np.ndarray, rng: np.random.Generator) -> None:
    """A marker of plastic with a hole whose lettering was blackened."""
    half = np.array([rng.uniform(7, 11), rng.uniform(13, 22)])
    box = _free_box(grid, landmarks, half, float(rng.normal(0, 0.06)), rng)
    if box is None:
        return
    window, u, v = box.local(grid)
    on = (np.abs(u) < 1) & (np.abs(v) < 1)
    hole = np.hypot(u * half[0], (v + 0.75) * half[1]) < 2.2
    view = grey[window]
    view[on] += 14
    view[on & hole] -= 18
    covered = (np.abs(u - 0.08) < 1.02) & (v > rng.uniform(-0.75, -0.35) + 0.05 * u) & (v < 1.05)
    _blacken(view, covered, rng)


def _tape_at_edge(
    grey: np.ndarray, grid: Grid, landmarks: np.ndarray, rng: np.random.Generator
) -> None:
    """The patient's name, blackened, at a border of the film."""
    size = np.array([grid.width, grid.height]) * grid.pitch
    half = np.array([rng.uniform(14, 34), rng.uniform(5, 16)])
    for _ in range(_TRIES):
        top = rng.random() < 0.7
        y = rng.uniform(0, 0.5) * half[1] if top else size[1] - rng.uniform(0, 0.5) * half[1]
        x = rng.choice([rng.uniform(-0.05, 0.25), rng.uniform(0.75, 1.05)]) * size[0]
        box = _Box(np.array([x, y]), half, float(rng.normal(0, 0.02)))
        if _clear(box, landmarks):
            window, u, v = box.local(grid)
            _blacken(grey[window], (np.abs(u) < 1) & (np.abs(v) < 1), rng)
            return


def _blacken(view: np.ndarray, covered: np.ndarray, rng: np.random.Generator) -> None:
    stripes = np.abs(rng.standard_normal(view.shape[1])).cumsum() % 7
    black = rng.uniform(1, 9) + 0.5 * stripes[None, :]
    view[covered] = np.broadcast_to(black, view.shape)[covered]


def _letters(grey: np.ndarray, grid: Grid, landmarks: np.ndarray, rng: np.random.Generator) -> None:
    """A lead L with the technician's initials below, on plastic."""
    half = np.array([8.5, 15.0]) * rng.uniform(0.8, 1.1)
    box = _free_box(grid, landmarks, half, float(rng.normal(0, 0.1)), rng)
    if box is None:
        return
    window, u, v = box.local(grid)
    view = grey[window]
    view[(np.abs(u) < 1) & (np.abs(v) < 1)] += rng.uniform(8, 22)
    initials = rng.choice(list("OCVFEHJT1378"), 2)
    lead = _glyph("L", (u + 0.45) / 0.9, (v + 0.62) / 0.82)
    for place, letter in enumerate(initials):
        lead |= _glyph(letter, (u + 0.6 - 0.65 * place) / 0.52, (v - 0.36) / 0.42)
    view[lead] = 252


def _glyph(letter: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Where a letter of the pixel font covers places; u and v run from 0 to 1 over it."""
    table = np.array([[cell == "1" for cell in row] for row in _FONT[letter]])
    inside = (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    row = np.clip((v * 7).astype(int), 0, 6)
    column = np.clip((u * 4).astype(int), 0, 3)
    return inside & table[row, column]


def _border(grey: np.ndarray, grid: Grid, landmarks: np.ndarray, rng: np.random.Generator) -> None:
    """Unexposed film beyond the collimator: white, with a soft edge, at one or two sides."""
    height, width = grey.shape
    size = np.array([width, height]) * grid.pitch
    low, high = landmarks.min(axis=0), size - landmarks.max(axis=0)
    room = {"top": low[1], "left": low[0], "right": high[0], "bottom": high[1]}
    for side in rng.permutation(["top", "left", "right"])[: rng.integers(1, 3)]:
        reach = rng.uniform(0, min(7.0, max(room[str(side)] - 1.5, 0)))
        soft = rng.uniform(0.3, 3.0)
        across = np.arange(height if side == "top" else width) * grid.pitch
        if side == "right":
            across = across[::-1]
        share = 1 / (1 + np.exp(np.clip((across - reach) / soft * 4, -30, 30)))
        share = share[:, None] if side == "top" else share[None, :]
        grey += (rng.uniform(215, 253) - grey) * share.astype(grey.dtype)


def _dust(grey: np.ndarray, rng: np.random.Generator) -> None:
    for _ in range(rng.poisson(1.5)):
        y, x = (int(rng.integers(0, side - 2)) for side in grey.shape)
        grey[y : y + 2, x : x + int(rng.integers(1, 3))] = rng.choice([235.0, 20.0])
