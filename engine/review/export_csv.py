"""Export what counts as accepted as one table, a row for every pair and landmark."""

import csv
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy
from engine.canvas import CANVAS_SIZE
from engine.review.export_choice import GoingPair
from engine.review.export_folder import ExportFormat
from engine.review.export_manifest import Written
from engine.review.project import ReviewProject

TABLE_NAME = "landmarks.csv"
COLUMNS = (
    "identifier",
    "landmark",
    "name",
    "x",
    "y",
    "visible",
    "verdict",
    "decided_by",
    "gate_verdict",
    "corrected_by",
)


def _write(
    folder: Path, project: ReviewProject, going: Sequence[GoingPair]
) -> Generator[None, None, Written]:
    with (folder / TABLE_NAME).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for pair in going:
            table.writerows(_rows(pair, project.anatomy))
            yield
    return Written(
        files=((TABLE_NAME, "a row for every pair and landmark (from 0), with a header"),),
        prose=(
            f"Coordinates are those of the {CANVAS_SIZE} x {CANVAS_SIZE} pixels of a pair in the "
            "project; no pictures go along. A landmark without a place has visible 0 and no "
            "coordinates. decided_by names the reviewer whose decision counts, or gate: and its "
            "policy where there is none.",
        ),
    )


def _rows(pair: GoingPair, anatomy: Anatomy) -> Iterator[tuple]:
    row = pair.row
    decided_by = row.decided_by or f"gate:{row.policy}"
    judged = (row.counts_as, decided_by, row.gate_verdict, row.corrected_by or "")
    for index, (name, (x, y)) in enumerate(
        zip(anatomy.landmark_names, pair.landmarks, strict=True)
    ):
        there = bool(np.isfinite([x, y]).all())
        place = (float(x), float(y), 1) if there else ("", "", 0)
        yield (row.identifier, index, name, *place, *judged)


# Also pairs that lack a landmark go out.
CSV = ExportFormat("csv", _write, unit="pair")
