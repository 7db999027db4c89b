"""Landmark shapes on the canvas, and which of them come with a radiograph."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy
from engine.canvas import CanvasMap
from engine.data.landmark_table import read_landmark_table

_MARGINS = (0.02, 0.08)  # of the shape's extent, where there is no radiograph to learn them from


@dataclass(frozen=True)
class PlacedShapes:
    """ids; points (n, L, 2) canvas pixels; pictured: (n,) whether the radiograph is at hand."""

    ids: tuple[str, ...]
    points: np.ndarray
    pictured: np.ndarray


def place_shapes(table: Path, images: Path | None, anatomy: Anatomy, seed: int = 0) -> PlacedShapes:
    """Put every shape of a table on a canvas.

    Shapes with a radiograph in the data set `images` (``all.csv``, ``Images``) lie as that
    radiograph has them. The others get margins drawn from those, or of some per cent without any.
    """
    shapes = read_landmark_table(table, anatomy.landmark_count)
    known = {} if images is None else _with_radiograph(images, anatomy)
    margins = [_margins(points, size) for points, size in known.values()]
    rng = np.random.default_rng(seed)
    placed = []
    for identifier, points in shapes.items():
        if identifier in known:
            own, size = known[identifier]
            placed.append(CanvasMap(*size).to_canvas(own))
            continue
        drawn = margins[rng.integers(len(margins))] if margins else rng.uniform(*_MARGINS, 4)
        placed.append(_with_margins(points, drawn))
    pictured = np.array([identifier in known for identifier in shapes])
    return PlacedShapes(tuple(shapes), np.stack(placed), pictured)


def _with_radiograph(
    folder: Path, anatomy: Anatomy
) -> dict[str, tuple[np.ndarray, tuple[int, int]]]:
    from PIL import Image

    found = {}
    for identifier, points in read_landmark_table(
        folder / "all.csv", anatomy.landmark_count
    ).items():
        path = folder / "Images" / f"{identifier}.jpg"
        if path.exists():
            with Image.open(path) as image:
                found[identifier] = (points, image.size)
    return found


def _margins(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Left, top, right and bottom, in parts of the shape's extent."""
    low, high = points.min(axis=0), points.max(axis=0)
    return np.concatenate([low, np.array(size) - 1 - high]) / (high - low).max()


def _with_margins(points: np.ndarray, margins: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0), points.max(axis=0)
    before, after = np.split(margins * (high - low).max(), 2)
    width, height = np.maximum(np.ceil(high - low + before + after).astype(int) + 1, 1)
    return CanvasMap(int(width), int(height)).to_canvas(points - low + before)
