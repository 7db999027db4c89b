"""The landmark table: one row per radiograph, ``id,x0,y0,x1,y1,…``, no header line."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import DataError


@dataclass(frozen=True)
class LandmarkRow:
    """One row: its line number in the file (from 1), the identifier, (L, 2) image pixels."""

    number: int
    identifier: str
    points: np.ndarray


def read_landmark_table(path: Path, landmark_count: int) -> dict[str, np.ndarray]:
    """Landmarks by identifier, each (L, 2) float64 image pixels (x, y), in the file's order.

    Raises:
        DataError: as `read_landmark_rows`.
    """
    return {row.identifier: row.points for row in read_landmark_rows(path, landmark_count)}


def read_landmark_rows(path: Path, landmark_count: int) -> list[LandmarkRow]:
    """All rows of a landmark table; blank lines are skipped.

    Raises:
        DataError: no such file, no rows, a wrong number of columns, a coordinate that is not a
            finite number, an identifier that is empty or there twice. The text names file and row.
    """
    rows: list[LandmarkRow] = []
    first_seen: dict[str, int] = {}
    for number, cells in _cells(path):
        place = f"{path}, row {number}"
        identifier = cells[0].strip()
        if len(cells) != 1 + 2 * landmark_count:
            raise DataError(
                f"{place} has {len(cells)} columns, expected {1 + 2 * landmark_count}: "
                f"an id and x, y of {landmark_count} landmarks"
            )
        if not identifier:
            raise DataError(f"{place} has an empty id in its first column")
        if identifier in first_seen:
            raise DataError(f"{place} repeats id '{identifier}' of row {first_seen[identifier]}")
        first_seen[identifier] = number
        values = [_coordinate(cell, place, column) for column, cell in enumerate(cells[1:], 2)]
        points = np.array(values).reshape(landmark_count, 2)
        points.flags.writeable = False
        rows.append(LandmarkRow(number, identifier, points))
    if not rows:
        raise DataError(f"{path} is empty, expected a row 'id,x0,y0,…' for each radiograph")
    return rows


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not a text table of comma-separated values") from error


def _coordinate(cell: str, place: str, column: int) -> float:
    try:
        value = float(cell.replace("_", "?"))
    except ValueError:
        hint = " (the table has no header line)" if place.endswith("row 1") else ""
        raise DataError(
            f"{place}, column {column}: '{cell.strip()[:40]}' is not a number{hint}"
        ) from None
    if not math.isfinite(value):
        raise DataError(f"{place}, column {column}: {cell.strip()} is not a coordinate")
    return value
