"""Landmarks → heatmap → candidate peaks.

One heatmap holds all landmarks: Gaussians of sigma 1 canvas pixel, joined by maximum so that near
ones keep their peaks, scaled to [-1, 1] (1 at a landmark's centre, -1 far from all).
"""

from dataclasses import dataclass

import numpy as np

from engine.canvas import CANVAS_SIZE

HEATMAP_SIGMA = 1.0
_REACH = 6  # sigmas; beyond, a blob is below float32's resolution of the [-1, 1] range


def draw_heatmap(
    points: np.ndarray,
    size: int = CANVAS_SIZE,
    sigma: float = HEATMAP_SIGMA,
    amplitudes: np.ndarray | None = None,
) -> np.ndarray:
    """Draw landmarks as one heatmap.

    Args:
        points: (n, 2) canvas coordinates; points off the canvas leave what falls inside.
        size: side of the heatmap in pixels.
        sigma: standard deviation of a blob in pixels.
        amplitudes: (n,) peak heights in [0, 1]; 1 for all when left out.

    Returns:
        (size, size) float32 in [-1, 1].
    """
    heat = np.zeros((size, size), dtype=np.float64)
    heights = np.ones(len(points)) if amplitudes is None else np.asarray(amplitudes)
    reach = int(np.ceil(_REACH * sigma))
    for (x, y), height in zip(np.asarray(points, dtype=np.float64), heights, strict=True):
        columns = np.arange(max(0, round(x) - reach), min(size, round(x) + reach + 1))
        rows = np.arange(max(0, round(y) - reach), min(size, round(y) + reach + 1))
        if not (columns.size and rows.size):
            continue
        blob = height * np.outer(
            np.exp(-((rows - y) ** 2) / (2 * sigma**2)),
            np.exp(-((columns - x) ** 2) / (2 * sigma**2)),
        )
        window = heat[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        np.maximum(window, blob, out=window)
    return (2 * heat - 1).astype(np.float32)


@dataclass(frozen=True)
class Candidates:
    """Peaks of a heatmap, highest first.

    positions: (n, 2) canvas coordinates (x, y), sub-pixel.
    values: (n,) heights in [0, 1].
    """

    positions: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)


def find_candidates(heatmap: np.ndarray, count: int) -> Candidates:
    """The `count` highest local maxima (3 × 3 maximum filter, no threshold) of a heatmap.

    A blob whose top is flat (it lies halfway between pixels, or was clipped at 1) is one candidate.

    Args:
        heatmap: (height, width) in [-1, 1]; values that are not finite count as -1.
        count: how many peaks to keep at most. A flat heatmap has none.
    """
    from skimage.feature import peak_local_max

    heat = np.nan_to_num(heatmap.astype(np.float64), nan=-1.0, posinf=1.0, neginf=-1.0)
    heat = np.clip((heat + 1) / 2, 0, 1)
    peaks = peak_local_max(heat, min_distance=1, exclude_border=False)
    peaks = _one_per_plateau(peaks, heat.shape)[:count]
    values = heat[peaks[:, 0], peaks[:, 1]]
    return Candidates(positions=_refine(heat, peaks), values=values)


def _one_per_plateau(peaks: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Of peaks that touch, and are therefore equally high, the one nearest to their middle.

    Args:
        peaks: (n, 2) rows and columns, highest first; so they stay.
    """
    from scipy import ndimage

    marked = np.zeros(shape, dtype=bool)
    marked[tuple(peaks.T)] = True
    labels, count = ndimage.label(marked, structure=np.ones((3, 3)))
    plateau = labels[tuple(peaks.T)] - 1
    members = np.bincount(plateau, minlength=count)
    middles = np.stack([np.bincount(plateau, axis, count) / members for axis in peaks.T], axis=1)
    distances = np.linalg.norm(peaks - middles[plateau], axis=1)
    nearest_first = np.lexsort((distances, plateau))
    _, first = np.unique(plateau[nearest_first], return_index=True)
    return peaks[np.sort(nearest_first[first])]


def _refine(heat: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Sub-pixel (x, y) of integer (row, column) peaks.

    The logarithm of a Gaussian is a parabola, so the vertex of the parabola through a peak and its
    two neighbours is exact for an isolated blob, along each axis.
    """
    log_heat = np.log(np.pad(heat, 1, mode="edge") + 1e-6)
    rows, columns = peaks[:, 0] + 1, peaks[:, 1] + 1
    centre = log_heat[rows, columns]
    x = columns - 1 + _vertex(log_heat[rows, columns - 1], centre, log_heat[rows, columns + 1])
    y = rows - 1 + _vertex(log_heat[rows - 1, columns], centre, log_heat[rows + 1, columns])
    return np.stack([x, y], axis=1)


def _vertex(before: np.ndarray, centre: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Offset in [-0.5, 0.5] of the vertex of the parabola through three equidistant samples."""
    curvature = before - 2 * centre + after
    offset = 0.5 * (before - after) / np.where(curvature < 0, curvature, -np.inf)
    return np.clip(offset, -0.5, 0.5)
