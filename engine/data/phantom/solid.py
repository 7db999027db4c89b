"""Solids on a picture's grid: how far X-rays run through cortical and through spongy bone.

A solid is seen from the front only. Its depth follows from how far inside its outline a ray passes:
an ellipse's chord, 2 D √(1 − (1 − d/R)²) at distance d from the edge, with half-depth D and
half-width R. The cortex is what lies between that and the same chord of the outline drawn in.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CORTICAL, SPONGY = 0.112, 0.032  # 1/mm beyond soft tissue, at about 55 kV
_OVERLAP = 0.28  # of the lesser attenuation that remains where two bones overlap


@dataclass(frozen=True)
class Grid:
    """A picture of `width` × `height` pixels, each `pitch` mm wide; (0, 0) is a pixel's centre."""

    width: int
    height: int
    pitch: float

    def zeros(self) -> np.ndarray:
        return np.zeros((self.height, self.width), dtype=np.float32)

    def window(self, low: np.ndarray, high: np.ndarray) -> tuple[slice, slice]:
        """Rows and columns that hold the box between two points in mm; may be empty."""
        first = np.floor(np.asarray(low) / self.pitch).astype(int)
        last = np.ceil(np.asarray(high) / self.pitch).astype(int) + 1
        limits = np.array([self.width, self.height])
        first, last = np.clip(first, 0, limits), np.clip(last, 0, limits)
        return slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0]))

    def places(self, window: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
        """x (1, columns) and y (rows, 1) of a window's pixels in mm."""
        rows, columns = window
        x = np.arange(columns.start, columns.stop, dtype=np.float32) * np.float32(self.pitch)
        y = np.arange(rows.start, rows.stop, dtype=np.float32) * np.float32(self.pitch)
        return x[None, :], y[:, None]


@dataclass(frozen=True)
class Tissue:
    """How bone is built: the cortex at mid-shaft and at the ends in mm, spongy density (a share) at
    mid-shaft and at the ends, and how coarse and strong the trabeculae show."""

    cortex: float = 0.45
    end_cortex: float = 0.45
    spongy: float = 1.0
    end_spongy: float = 1.0
    grain: float = 0.22


@dataclass(frozen=True)
class LongBone:
    """A bone along an axis from `base` to `tip`, (2,) mm.

    stations: (k,) places along the axis as shares of its length; left, right: (k,) half-widths in
    mm at them, right being clockwise of the axis. base_round, tip_round: over how many mm the ends
    round off; base_bulge, tip_bulge: how far, in mm, the end's middle stands out beyond its
    borders (negative: hollow). bow: how far the axis' middle lies to the right, mm.
    flatness: depth over width.
    """

    base: np.ndarray
    tip: np.ndarray
    stations: np.ndarray
    left: np.ndarray
    right: np.ndarray
    base_round: float
    tip_round: float
    base_bulge: float = 0.0
    tip_bulge: float = 0.0
    bow: float = 0.0
    flatness: float = 0.85
    tissue: Tissue = Tissue()


@dataclass(frozen=True)
class Plate:
    """A bone given by its closed outline (n, 2) mm and its half-depth in mm.

    edge: over how many mm inwards its depth grows to the whole.
    """

    outline: np.ndarray
    depth: float
    edge: float
    tissue: Tissue = Tissue()


Texture = Callable[[np.ndarray, np.ndarray], np.ndarray]


def add_long_bone(attenuation: np.ndarray, grid: Grid, bone: LongBone, texture: Texture) -> None:
    """Add what a long bone attenuates beyond soft tissue to a picture of line integrals.

    Args:
        attenuation: (height, width), changed in place.
        texture: grey noise of unit spread at places (along, across) in mm.
    """
    along = bone.tip - bone.base
    length = float(np.linalg.norm(along))
    axis = along / length
    widest = float(max(bone.left.max(), bone.right.max())) + abs(bone.bow)
    margin = widest + 1.0
    low, high = np.minimum(bone.base, bone.tip) - margin, np.maximum(bone.base, bone.tip) + margin
    window = grid.window(low, high)
    x, y = grid.places(window)
    if not (x.size and y.size):
        return
    x, y = x - np.float32(bone.base[0]), y - np.float32(bone.base[1])
    s = x * np.float32(axis[0]) + y * np.float32(axis[1])
    u = y * np.float32(axis[0]) - x * np.float32(axis[1])
    share = np.clip(s / length, 0, 1)
    u = u - np.float32(4 * bone.bow) * share * (1 - share)
    half = np.where(u > 0, _profile(share, bone.stations, bone.right),
                    _profile(share, bone.stations, bone.left))  # fmt: skip
    across = np.abs(u) / half
    bend = np.minimum(across, 1.2) ** 2
    from_base = s - np.float32(bone.base_bulge) * bend
    from_tip = length - s - np.float32(bone.tip_bulge) * bend
    border = np.minimum(_rounded(from_base, bone.base_round), _rounded(from_tip, bone.tip_round))
    inside = np.minimum(half * border - np.abs(u), np.minimum(from_base, from_tip))
    middle = (4 * share * (1 - share)) ** 2
    _lay_over(
        attenuation[window],
        _attenuate(
            inside, half, half * np.float32(bone.flatness), middle, bone.tissue, texture(s, u)
        ),
    )


def add_plate(attenuation: np.ndarray, grid: Grid, plate: Plate, texture: Texture) -> None:
    """Add what a bone given by its outline attenuates beyond soft tissue."""
    window = grid.window(plate.outline.min(axis=0) - 1, plate.outline.max(axis=0) + 1)
    x, y = grid.places(window)
    if not (x.size and y.size):
        return
    inside = inside_distance(plate.outline, x, y)
    half = np.full_like(inside, plate.edge)
    depth = np.full_like(inside, plate.depth)
    grain = texture(y + 0 * x, x + 0 * y)
    own = _attenuate(inside, half, depth, np.zeros_like(inside), plate.tissue, grain)
    _lay_over(attenuation[window], own)


def _lay_over(there: np.ndarray, own: np.ndarray) -> None:
    """Join a bone with those in front of it and behind: where two overlap, both are thin."""
    there[:] = np.maximum(there, own) + _OVERLAP * np.minimum(there, own)


def inside_distance(outline: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Distance in mm from a closed outline (n, 2), positive inside, at x (1, w) and y (h, 1)."""
    nearest = np.full((y.shape[0], x.shape[1]), np.inf, dtype=np.float32)
    inside = np.zeros(nearest.shape, dtype=bool)
    corners = outline.astype(np.float32)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        ex, ey = bx - ax, by - ay
        dx, dy = x - ax, y - ay
        share = np.clip((dx * ex + dy * ey) / max(ex * ex + ey * ey, np.float32(1e-9)), 0, 1)
        np.minimum(nearest, (dx - share * ex) ** 2 + (dy - share * ey) ** 2, out=nearest)
        if ey != 0:
            inside ^= ((ay > y) != (by > y)) & (dx < ex / ey * dy)
    distance = np.sqrt(nearest)
    return np.where(inside, distance, -distance)


def smooth_outline(corners: np.ndarray, count: int = 40) -> np.ndarray:
    """A closed smooth curve (count, 2) through corners (n, 2)."""
    from scipy.interpolate import CubicSpline

    closed = np.concatenate([corners, corners[:1]])
    steps = np.sqrt(np.linalg.norm(np.diff(closed, axis=0), axis=1))
    places = np.concatenate([[0], np.cumsum(steps)])
    curve = CubicSpline(places, closed, bc_type="periodic")
    return curve(np.linspace(0, places[-1], count, endpoint=False))


def chord(inside: np.ndarray, half: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Path in mm through an ellipse of half-width `half` and half-depth `depth`."""
    part = 1 - np.clip(inside / np.maximum(half, 1e-3), 0, 1)
    return 2 * depth * np.sqrt(1 - part**2)


def _attenuate(
    inside: np.ndarray,
    half: np.ndarray,
    depth: np.ndarray,
    middle: np.ndarray,
    tissue: Tissue,
    grain: np.ndarray,
) -> np.ndarray:
    """Line integral through cortex and spongiosa; middle: 1 at mid-shaft, 0 at both ends."""
    cortex = tissue.end_cortex + (tissue.cortex - tissue.end_cortex) * middle
    spongy = tissue.end_spongy + (tissue.spongy - tissue.end_spongy) * middle
    whole = chord(inside, half, depth)
    core = chord(inside - cortex, half - cortex, np.maximum(depth - cortex, 0))
    core = np.minimum(core, whole)
    trabeculae = 1 + tissue.grain * grain * np.clip(spongy, 0.4, 1)
    return (CORTICAL * (whole - core) + SPONGY * spongy * core * trabeculae).astype(np.float32)


def _profile(share: np.ndarray, stations: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Half-width at shares of the axis: monotone pieces between the stations."""
    from scipy.interpolate import PchipInterpolator

    fine = np.linspace(0, 1, 129)
    table = PchipInterpolator(stations, widths)(fine)
    return np.interp(share, fine, table).astype(np.float32)


def _rounded(distance: np.ndarray, reach: float) -> np.ndarray:
    """Share of the width at a distance from an end that rounds off over `reach` mm."""
    part = 1 - np.clip(distance / max(reach, 1e-3), 0, 1)
    return np.sqrt(1 - part**2.4)
