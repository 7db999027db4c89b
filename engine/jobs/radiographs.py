"""Read a user's radiographs onto the canvas, as every job that needs them does."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.anatomy import Anatomy, load_anatomy
from engine.canvas import CANVAS_SIZE
from engine.events import Event, Notice

if TYPE_CHECKING:
    from engine.data.canvas_cache import Part
    from engine.data.canvas_set import CanvasSet


def read_canvas_radiographs(
    data: Path, anatomy_name: str, split: str | None, part: "Part", side: int = CANVAS_SIZE
) -> "Generator[Event, None, tuple[CanvasSet, Anatomy]]":
    """The radiographs of one part of a split, letterboxed onto the canvas.

    Args:
        data: a landmark data set's folder, or a canvas file (``.npz``) written from one.
        part: ``train``, ``test`` or ``all``; side: of the canvas in pixels.

    Returns:
        the radiographs and the anatomy of their landmarks.
    """
    from engine.data.canvas_cache import load_canvas_set_steps
    from engine.data.canvas_set import read_canvas_set
    from engine.data.dataset import open_dataset

    anatomy = load_anatomy(anatomy_name)
    if data.suffix == ".npz":
        return read_canvas_set(data), anatomy
    dataset = open_dataset(data, anatomy, split)
    for text in dataset.notices:
        yield Notice(text)
    decoding = load_canvas_set_steps(dataset, part, side=side)
    while True:
        try:
            done, total = next(decoding)
        except StopIteration as finished:
            return finished.value, anatomy
        if done == 1:
            yield Notice(f"Decoding {total} radiographs once")
