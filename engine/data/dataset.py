"""A landmark data set on disk, in the layout of the NFDP and Payer code.

``Images/<id>.<any format>``, ``all.csv`` (see `engine.data.landmark_table`) and ``cv/<split>/``
(see `engine.data.splits`). Opening reads and checks everything but the pixels, so that a job never
starts on a data set it cannot finish.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from engine.anatomy import Anatomy
from engine.data.landmark_table import LandmarkRow, read_landmark_rows
from engine.data.radiograph import identifier_of, is_radiograph_name, read_size
from engine.data.splits import Split, read_split
from engine.errors import DataError


@dataclass(frozen=True)
class LandmarkDataset:
    """A data set and one of its splits; the mappings hold the split's identifiers and no others.

    images: file by identifier. landmarks: (L, 2) image pixels (x, y) by identifier.
    sizes: width and height of the image in pixels by identifier.
    notices: lines about what was left out; nothing is left out silently.
    unreadable: a line for each radiograph that was left out because its file cannot be read.
    """

    folder: Path
    anatomy: Anatomy
    split: str
    train_ids: tuple[str, ...]
    test_ids: tuple[str, ...]
    images: Mapping[str, Path] = field(repr=False)
    landmarks: Mapping[str, np.ndarray] = field(repr=False)
    sizes: Mapping[str, tuple[int, int]] = field(repr=False)
    notices: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


def open_dataset(
    folder: Path, anatomy: Anatomy, split: str | None = None, leave_out_unreadable: bool = False
) -> LandmarkDataset:
    """Open a data set.

    Args:
        folder: holds ``Images``, ``all.csv`` and, if it has splits, ``cv``.
        anatomy: what the landmarks are.
        split: name of a split; otherwise ``set1``, or the first. Without ``cv``, four fifths of the
            radiographs train, always the same.
        leave_out_unreadable: go on without radiographs whose file cannot be read.

    Raises:
        DataError: something is missing, damaged or contradictory; the text names file and row.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; a data set holds Images and all.csv")
    table = folder / "all.csv"
    rows = {r.identifier: r for r in read_landmark_rows(table, anatomy.landmark_count)}
    images, strangers = _find_images(folder / "Images")
    annotated = [identifier for identifier in rows if identifier in images]
    chosen = read_split(folder, split, annotated)
    named = chosen.train_ids + chosen.test_ids
    _check_split(folder, chosen, images, rows)
    sizes, unreadable = _read_sizes(images, named, leave_out_unreadable)
    used = tuple(identifier for identifier in named if identifier in sizes)
    for identifier in used:
        _check_inside(table, rows[identifier], sizes[identifier], anatomy)
    return LandmarkDataset(
        folder=folder,
        anatomy=anatomy,
        split=chosen.name,
        train_ids=tuple(identifier for identifier in chosen.train_ids if identifier in sizes),
        test_ids=tuple(identifier for identifier in chosen.test_ids if identifier in sizes),
        images=MappingProxyType({identifier: images[identifier] for identifier in used}),
        landmarks=MappingProxyType({identifier: rows[identifier].points for identifier in used}),
        sizes=MappingProxyType(sizes),
        notices=_notices(images, rows, set(named), strangers),
        unreadable=unreadable,
    )


def _find_images(folder: Path) -> tuple[dict[str, Path], int]:
    """Radiograph files by identifier, and how many other files lie beside them."""
    if not folder.is_dir():
        raise DataError(f"{folder} is missing: a data set keeps its radiographs there")
    images: dict[str, Path] = {}
    strangers = 0
    for path in sorted(folder.iterdir()):
        if not is_radiograph_name(path.name):
            strangers += path.is_file() and not path.name.startswith(".")
            continue
        identifier = identifier_of(path.name)
        if identifier in images:
            raise DataError(
                f"{folder} has two images of id '{identifier}': "
                f"{images[identifier].name} and {path.name}; keep one"
            )
        images[identifier] = path
    return images, strangers


def _read_sizes(
    images: Mapping[str, Path], named: tuple[str, ...], leave_out_unreadable: bool
) -> tuple[dict[str, tuple[int, int]], tuple[str, ...]]:
    """Width and height by identifier, and a line for each file that cannot be read."""
    sizes, unreadable = {}, []
    for identifier in named:
        try:
            sizes[identifier] = read_size(images[identifier])
        except DataError as error:
            if not leave_out_unreadable:
                raise
            unreadable.append(str(error))
    return sizes, tuple(unreadable)


def _check_split(
    folder: Path, split: Split, images: Mapping[str, Path], rows: Mapping[str, LandmarkRow]
) -> None:
    for name, ids in (("train", split.train_ids), ("test", split.test_ids)):
        for identifier in ids:
            place = f"{folder / 'cv' / split.name / name}.txt: id '{identifier}'"
            if identifier not in rows:
                raise DataError(f"{place} has no row in {folder / 'all.csv'}")
            if identifier not in images:
                raise DataError(f"{place} has no image in {folder / 'Images'}")


def _check_inside(table: Path, row: LandmarkRow, size: tuple[int, int], anatomy: Anatomy) -> None:
    """Pixel centres are integers, so the image reaches from -0.5 to its side minus 0.5."""
    outside = ((row.points < -0.5) | (row.points > np.array(size) - 0.5)).any(axis=1)
    if outside.any():
        index = int(outside.argmax())
        x, y = row.points[index]
        raise DataError(
            f"{table}, row {row.number} (id '{row.identifier}'): landmark {index} "
            f"({anatomy.landmark_names[index]}) at {x:g}, {y:g} lies outside its image of "
            f"{size[0]} x {size[1]} pixels"
        )


def _notices(
    images: Mapping[str, Path], rows: Mapping[str, LandmarkRow], used: set[str], strangers: int
) -> tuple[str, ...]:
    annotated = rows.keys() & images.keys()
    counts = (
        (len(images.keys() - rows.keys()), "image", "without a row in all.csv"),
        (len(rows.keys() - images.keys()), "row", "of all.csv without an image"),
        (len(annotated - used), "annotated image", "in neither part of the split"),
        (strangers, "file", "in Images that cannot be a radiograph, by its name"),
    )
    return tuple(
        f"{count} {noun}{'s' if count > 1 else ''} {where}: ignored"
        for count, noun, where in counts
        if count
    )
