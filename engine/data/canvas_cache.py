"""Radiographs → canvas set, decoded once and kept in a cache file named by its fingerprint."""

import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from engine.canvas import CANVAS_SIZE, CanvasMap, place_on_canvas
from engine.data.canvas_set import (
    CANVAS_SET_FORMAT,
    GREY_LEVELS,
    CanvasSet,
    read_canvas_set,
    write_canvas_set,
)
from engine.data.dataset import LandmarkDataset
from engine.data.file_integrity import files_of
from engine.data.radiograph import read_radiograph
from engine.errors import DataError

Part = Literal["train", "test", "all"]


def load_canvas_set(
    dataset: LandmarkDataset,
    part: Part = "train",
    cache_folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CanvasSet:
    """Read a part of a data set from the cache, or decode it and leave it there.

    Args:
        dataset: the data set, opened.
        part: the split's training radiographs, its test radiographs, or both.
        cache_folder: where cache files lie; otherwise the environment variable OSSA_CACHE, or the
            user's cache folder. A damaged cache file is made anew, and a folder that cannot be
            written costs only the time to decode again.
        progress: called with (done, total) after each decoded radiograph; what it raises ends the
            loading.

    Raises:
        DataError: a radiograph cannot be read; the text names the file.
    """
    steps = load_canvas_set_steps(dataset, part, cache_folder)
    while True:
        try:
            done, total = next(steps)
        except StopIteration as finished:
            return finished.value
        if progress is not None:
            progress(done, total)


def load_canvas_set_steps(
    dataset: LandmarkDataset,
    part: Part = "train",
    cache_folder: Path | None = None,
    side: int = CANVAS_SIZE,
) -> Generator[tuple[int, int], None, CanvasSet]:
    """`load_canvas_set` for jobs that are generators: yields (done, total), returns the set.

    Closing the generator between two radiographs ends the decoding and leaves no cache file.

    Args:
        side: of the canvas in pixels; only localisers look at another than the usual one.
    """
    ids = _ids_of(dataset, part)
    fingerprint = data_fingerprint(dataset, part)
    if side != CANVAS_SIZE:
        fingerprint = f"{fingerprint}-{side}"
    path = (cache_folder or default_cache_folder()) / f"{fingerprint}.npz"
    cached = _read_if_whole(path, fingerprint)
    if cached is not None:
        return cached
    images = np.empty((len(ids), side, side), dtype=np.uint16)
    sizes = np.empty((len(ids), 2), dtype=np.int64)
    for index, (image, size) in enumerate(_decode(dataset, ids, side)):
        images[index], sizes[index] = image, size
        yield index + 1, len(ids)
    points = [
        CanvasMap(size[0], size[1], side).to_canvas(dataset.landmarks[identifier])
        for identifier, size in zip(ids, sizes.tolist(), strict=True)
    ]
    made = CanvasSet(
        ids=ids,
        images=images,
        points=np.stack(points),
        sizes=sizes,
        fingerprint=fingerprint,
        anatomy=dataset.anatomy.name,
        split=dataset.split,
        part=part,
    )
    _keep(path, made)
    return made


def data_fingerprint(dataset: LandmarkDataset, part: Part = "train") -> str:
    """Hash (BLAKE2b, 32 hexadecimal digits) of a part's image files, landmarks, ids and split.

    Raises:
        DataError: a radiograph cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    for word in (CANVAS_SET_FORMAT, dataset.anatomy.name, dataset.split, part):
        digest.update(word.encode() + b"\0")
    for identifier in _ids_of(dataset, part):
        digest.update(identifier.encode() + b"\0")
        digest.update(np.ascontiguousarray(dataset.landmarks[identifier], dtype="<f8").tobytes())
        try:
            for path in files_of(dataset.images[identifier]):
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "blake2b").digest())
        except OSError as error:
            raise DataError(f"{error.filename} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def default_cache_folder() -> Path:
    """Where canvas sets are cached: OSSA_CACHE, or the user's cache folder."""
    from platformdirs import user_cache_path

    named = os.environ.get("OSSA_CACHE")
    return Path(named) if named else user_cache_path("ossa", appauthor=False)


def decode_radiograph(path: Path, side: int = CANVAS_SIZE) -> tuple[np.ndarray, tuple[int, int]]:
    """A radiograph on the canvas, (side, side) uint16, and its width and height in pixels.

    Raises:
        DataError: it cannot be read.
    """
    pixels = read_radiograph(path).pixels
    grey = np.clip(place_on_canvas(pixels, side), 0, 1) * GREY_LEVELS
    height, width = pixels.shape
    return np.round(grey).astype(np.uint16), (width, height)


def _ids_of(dataset: LandmarkDataset, part: Part) -> tuple[str, ...]:
    parts = {
        "train": dataset.train_ids,
        "test": dataset.test_ids,
        "all": dataset.train_ids + dataset.test_ids,
    }
    return parts[part]


def _decode(
    dataset: LandmarkDataset, ids: Sequence[str], side: int
) -> Iterator[tuple[np.ndarray, tuple[int, int]]]:
    """Each radiograph on the canvas with its width and height, in the order of `ids`."""
    # Few threads: each holds a whole radiograph in memory, and decoding is soon bound by the disk.
    executor = ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1))
    try:
        yield from executor.map(
            partial(decode_radiograph, side=side), [dataset.images[name] for name in ids]
        )
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _read_if_whole(path: Path, fingerprint: str) -> CanvasSet | None:
    try:
        cached = read_canvas_set(path)
    except DataError:
        return None
    return cached if cached.fingerprint == fingerprint else None


def _keep(path: Path, made: CanvasSet) -> None:
    """Cache what can be cached: a full disk or a read-only folder must not end a training run."""
    try:
        write_canvas_set(path, made)
    except OSError:
        return
