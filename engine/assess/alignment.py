"""Similarity transforms of many shapes at once, and the landmarks they should not rely on.

A shape is a complex vector, x + iy, and a similarity is p = a·m + b with complex a and b: one
division finds the best one. Mirroring is no similarity.
"""

from dataclasses import dataclass

import numpy as np

_ROUNDS = 6
# A landmark three spreads off counts a quarter, one ten spreads off nothing to speak of.
_TOLERATED_SPREADS = 3.0
_MINIMUM_KNOWN = 3
_NO_SIZE = 1e-6


@dataclass(frozen=True)
class Alignment:
    """Shapes of a batch of B pairs laid onto a mean shape.

    turn: (B,) complex a, pixels per mm and rotation; shift: (B,) complex b in pixels;
    found: (B,) whether enough distinct landmarks were known. Where not, a is 1 and b 0.
    """

    turn: np.ndarray
    shift: np.ndarray
    found: np.ndarray

    @property
    def millimetres_per_pixel(self) -> np.ndarray:
        """(B,) the scale of each shape."""
        return 1 / np.abs(self.turn)

    def to_millimetres(self, points: np.ndarray) -> np.ndarray:
        """(B, n, 2) canvas pixels to the frame of the mean shape in mm."""
        complex_points = (as_complex(points) - self.shift[:, None]) / self.turn[:, None]
        return as_points(complex_points)

    def to_canvas(self, points: np.ndarray) -> np.ndarray:
        """(B, n, 2) or (n, 2) mm in the frame of the mean shape to canvas pixels (B, n, 2)."""
        return as_points(as_complex(points) * self.turn[:, None] + self.shift[:, None])


def align(points: np.ndarray, mean: np.ndarray, spreads: np.ndarray) -> Alignment:
    """Lay a mean shape onto labelled landmarks by iteratively reweighted least squares.

    Args:
        points: (B, L, 2) canvas pixels, NaN for landmarks without a place.
        mean: (L, 2) in mm. spreads: (L,) how far in mm each landmark strays from it in training.
    """
    known = np.isfinite(points).all(axis=-1)
    target = as_complex(np.where(known[..., None], points, 0))
    source = as_complex(mean)
    weights = known / spreads**2
    for _ in range(_ROUNDS):
        turn, shift, found = _fit(source, target, weights)
        residual = np.abs((target - shift[:, None]) / turn[:, None] - source)
        outlying = (residual / (_TOLERATED_SPREADS * spreads)) ** 2
        weights = known / (spreads * (1 + outlying)) ** 2
    return Alignment(turn, shift, found)


def as_complex(points: np.ndarray) -> np.ndarray:
    """(…, 2) points as (…) complex numbers."""
    return points[..., 0] + 1j * points[..., 1]


def as_points(numbers: np.ndarray) -> np.ndarray:
    """(…) complex numbers as (…, 2) points."""
    return np.stack([numbers.real, numbers.imag], axis=-1)


def _fit(
    source: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    total = weights.sum(axis=1)
    share = weights / np.where(total > 0, total, 1)[:, None]
    source_centre, target_centre = share @ source, (share * target).sum(axis=1)
    centred = source - source_centre[:, None]
    extent = (share * np.abs(centred) ** 2).sum(axis=1)
    product = (share * centred.conj() * (target - target_centre[:, None])).sum(axis=1)
    turn = product / np.where(extent > 0, extent, 1)
    found = ((weights > 0).sum(axis=1) >= _MINIMUM_KNOWN) & (np.abs(turn) > _NO_SIZE)
    turn = np.where(found, turn, 1)
    return turn, np.where(found, target_centre - turn * source_centre, 0), found
