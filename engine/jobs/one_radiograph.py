"""One of a user's radiographs, brought onto the canvas by itself."""

from pathlib import Path

import numpy as np

from engine.canvas import place_on_canvas
from engine.errors import DataError


def read_one_radiograph(data: Path, identifier: str) -> np.ndarray:
    """A radiograph as a generator trained on it saw it, without the rest of its data set.

    Args:
        data: a landmark data set's folder, or a canvas file (``.npz``) written from one.
        identifier: its name in the data set.

    Returns:
        (256, 256) float32 in [-1, 1], rounded to 16 bits as the canvas cache has it.

    Raises:
        DataError: no such radiograph there, or it cannot be read.
    """
    if data.suffix == ".npz":
        return _from_canvas_file(data, identifier)
    from engine.data.canvas_set import GREY_LEVELS
    from engine.data.radiograph import identifier_of, is_radiograph_name, read_radiograph

    folder = data / "Images"
    try:
        files = {identifier_of(path.name): path for path in folder.iterdir()
                 if is_radiograph_name(path.name)}  # fmt: skip
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}") from error
    if identifier not in files:
        raise DataError(f"{folder} holds no radiograph '{identifier}'")
    grey = np.clip(place_on_canvas(read_radiograph(files[identifier]).pixels), 0, 1)
    return (np.round(grey * GREY_LEVELS) * (2 / GREY_LEVELS) - 1).astype(np.float32)


def _from_canvas_file(path: Path, identifier: str) -> np.ndarray:
    from engine.data.canvas_set import read_canvas_set

    known = read_canvas_set(path)
    if identifier not in known.ids:
        raise DataError(f"{path} holds no radiograph '{identifier}'")
    return known.images_in_range([known.ids.index(identifier)])[0]
