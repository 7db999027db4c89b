"""A data set on the canvas: every radiograph decoded and letterboxed once, kept in a cache file.

Training reads this and nothing else, so a GPU server without an image library can train from the
cache file alone (`read_canvas_set`). `engine.data.canvas_cache` makes and keeps such files.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from engine.canvas import CanvasMap
from engine.errors import DataError

CANVAS_SET_FORMAT = "ossa-canvas-set-1"
GREY_LEVELS = 65535


@dataclass(frozen=True)
class CanvasSet:
    """n radiographs with L landmarks each, on the canvas; arrays are read-only.

    ids: as in the data set, training ids before test ids when both are here.
    images: (n, s, s) uint16, the grey range [0, 1] on 0 … 65535; s is 256 but for localisers.
    points: (n, L, 2) float64 canvas pixels (x, y).
    sizes: (n, 2) int64 width and height of the radiograph files in pixels.
    fingerprint: hash of what went in: image files, landmarks, split; names the cache file.
    anatomy, split, part: whose landmarks these are, and which part of which split.
    """

    ids: tuple[str, ...]
    images: np.ndarray = field(repr=False)
    points: np.ndarray = field(repr=False)
    sizes: np.ndarray = field(repr=False)
    fingerprint: str
    anatomy: str
    split: str
    part: str

    def __post_init__(self) -> None:
        count = len(self.ids)
        shapes = {
            "images": (self.images.shape, (count, *self.images.shape[1:2] * 2)),
            "points": (self.points.shape, (count, *self.points.shape[1:2], 2)),
            "sizes": (self.sizes.shape, (count, 2)),
        }
        for name, (shape, expected) in shapes.items():
            if shape != expected:
                raise ValueError(f"{name} has shape {shape}, expected {expected}")
        types = {"images": np.uint16, "points": np.float64, "sizes": np.int64}
        for name, dtype in types.items():
            array = np.array(getattr(self, name), dtype=dtype)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def side(self) -> int:
        """Side of the canvas in pixels."""
        return self.images.shape[1]

    @property
    def landmark_count(self) -> int:
        """L, landmarks per radiograph."""
        return self.points.shape[1]

    def images_in_range(self, selection: slice | Sequence[int] | np.ndarray) -> np.ndarray:
        """The selected radiographs as the network sees them, (m, 256, 256) float32 in [-1, 1]."""
        return in_range(self.images[selection])

    def canvas_map(self, index: int) -> CanvasMap:
        """Where radiograph number `index` lies on the canvas."""
        width, height = self.sizes[index].tolist()
        return CanvasMap(width, height, self.side)


def in_range(levels: np.ndarray) -> np.ndarray:
    """Grey levels 0 … 65535 as the network sees them, float32 in [-1, 1]."""
    return levels.astype(np.float32) * (2 / GREY_LEVELS) - 1


def write_canvas_set(path: Path, canvas_set: CanvasSet) -> None:
    """Write a canvas set as an ``.npz`` of plain arrays, beside `path` first and then replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    arrays = {f.name: np.asarray(getattr(canvas_set, f.name)) for f in fields(CanvasSet)}
    arrays["format"] = np.array(CANVAS_SET_FORMAT)
    try:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_canvas_set(path: Path) -> CanvasSet:
    """Read a canvas set; nothing is unpickled.

    Raises:
        DataError: no such file, or not a whole canvas set.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if str(arrays["format"]) != CANVAS_SET_FORMAT:
                raise ValueError(f"its format is not {CANVAS_SET_FORMAT}")
            values = {f.name: arrays[f.name] for f in fields(CanvasSet)}
        words = {n: str(values[n]) for n in ("fingerprint", "anatomy", "split", "part")}
        return CanvasSet(**{**values, **words, "ids": tuple(values["ids"].tolist())})
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    except Exception as error:
        # Damaged bytes surface as whatever zipfile, zlib, tokenize or numpy stumble over.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} is not a whole canvas set: {reason}") from error
