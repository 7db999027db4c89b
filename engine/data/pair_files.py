"""Pairs that any generator made: ``<id>-image.png`` and ``<id>-heatmap.png`` in one folder.

Both are square and equally large, grey, 8 or 16 bits deep, black for -1 and white for 1. What is
not canvas-sized is brought onto the canvas.
"""

from pathlib import Path
from typing import Any

import numpy as np

from engine.canvas import CANVAS_SIZE, place_on_canvas
from engine.data.radiograph import LARGEST_SIDE, SMALLEST_SIDE
from engine.errors import DataError
from engine.pair import Pair

_IMAGE, _HEATMAP = "-image.png", "-heatmap.png"


def find_pair_files(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The identifiers that have both files, sorted, and a line for each file that stands alone.

    Raises:
        DataError: the folder cannot be read.
    """
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}") from error
    images = {name.removesuffix(_IMAGE) for name in names if name.endswith(_IMAGE)}
    heatmaps = {name.removesuffix(_HEATMAP) for name in names if name.endswith(_HEATMAP)}
    alone = [f"{folder / (name + _IMAGE)} has no heatmap" for name in sorted(images - heatmaps)]
    alone += [f"{folder / (name + _HEATMAP)} has no image" for name in sorted(heatmaps - images)]
    return tuple(sorted(images & heatmaps)), tuple(f"{line} beside it: left out" for line in alone)


def read_pair_files(folder: Path, identifier: str) -> Pair:
    """One pair on the canvas; the heatmap's highest peak stays as high as it is in the file.

    Raises:
        DataError: a file is damaged, not square, or not as large as the other.
    """
    image_path, heatmap_path = folder / (identifier + _IMAGE), folder / (identifier + _HEATMAP)
    image, heatmap = _read_levels(image_path), _read_levels(heatmap_path)
    if image.shape != heatmap.shape:
        raise DataError(
            f"{heatmap_path} has {len(heatmap)} x {len(heatmap)} pixels, its image "
            f"{len(image)} x {len(image)}: both must be equally large"
        )
    placed = _on_canvas(heatmap)
    # Bringing peaks a pixel wide to another resolution lowers them all alike.
    placed = placed * (heatmap.max() / max(float(placed.max()), np.finfo(np.float32).tiny))
    return Pair(image=2 * _on_canvas(image) - 1, heatmap=np.clip(2 * placed - 1, -1, 1))


def _on_canvas(levels: np.ndarray) -> np.ndarray:
    return levels if len(levels) == CANVAS_SIZE else place_on_canvas(levels)


def _read_levels(path: Path) -> np.ndarray:
    """(side, side) float32 in [0, 1]."""
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            _check_size(path, picture)
            if picture.mode.startswith("I"):
                return np.asarray(picture, dtype=np.float32) / 65535
            return np.asarray(picture.convert("L"), dtype=np.float32) / 255
    except Image.DecompressionBombError as error:
        raise DataError(f"{path} is larger than a pair can be") from error
    except (OSError, SyntaxError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path} cannot be read as a PNG: {reason}") from error


def _check_size(path: Path, picture: Any) -> None:
    width, height = picture.size
    if width != height:
        raise DataError(f"{path} has {width} x {height} pixels: a pair's pictures are square")
    if not SMALLEST_SIDE <= width <= LARGEST_SIDE:
        raise DataError(
            f"{path} has {width} x {width} pixels: a pair's pictures have {SMALLEST_SIDE} to "
            f"{LARGEST_SIDE} on each side"
        )
