"""Export what counts as accepted in the folder layout that the public NFDP code reads.

Its reader (jacksonhzx95/NFDP, ``nfdp/datasets/hand_dataset.py``) takes the first column of
``all.csv`` as the id and the rest as numbers, so it stops on a header or a blank line; takes every
line of a split file for an id, so a blank line is an image without a name; and opens
``Images/<id>.jpg`` with ``cv2.imread``, which gives a grey JPEG as three equal channels. An empty
``test.txt`` gives it a test set of no images.
"""

import io
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from engine.canvas import CANVAS_SIZE
from engine.review.export_choice import GoingPair, Wanted
from engine.review.export_folder import (
    ExportFormat,
    Exporting,
    ExportSummary,
    exporting,
    to_the_end,
)
from engine.review.export_manifest import STATEMENT, Written
from engine.review.export_pictures import JPEG_QUALITY, eight_bit, encode_jpeg
from engine.review.export_real import RealImages, check_real, write_real
from engine.review.project import ReviewProject

NEEDS_TEST_IMAGES = (
    "test.txt is empty, since a synthetic picture is never tested on: NFDP's trainer measures on "
    "it as it goes, so for training export together with real radiographs (--real)"
)


def export_nfdp(
    project: ReviewProject,
    destination: str | Path,
    *,
    actor: str,
    wanted: Wanted | None = None,
    real: RealImages | None = None,
    overwrite: bool = False,
) -> ExportSummary:
    """`exporting_nfdp`, run to its end."""
    return to_the_end(
        exporting_nfdp(
            project, destination, actor=actor, wanted=wanted, real=real, overwrite=overwrite
        )
    )


def exporting_nfdp(
    project: ReviewProject,
    destination: str | Path,
    *,
    actor: str,
    wanted: Wanted | None = None,
    real: RealImages | None = None,
    overwrite: bool = False,
) -> Exporting[ExportSummary]:
    """Write the pairs that count as accepted, optionally together with real images; yields as
    `exporting` does.

    Synthetic ids go to ``train.txt`` and never to ``test.txt``, which is empty without real images.

    Args:
        project: where the pairs are.
        destination: a folder that is missing or empty.
        actor: who exports.
        wanted: what is to go out.
        real: real images to train and test with.
        overwrite: replace an earlier export of Ossa's at `destination`.

    Raises:
        ProjectError: as `export_folder`, or an id of a real image that the layout cannot hold.
        DataError: a real image cannot be read.
    """
    real = real or RealImages({}, {}, (), ())
    check_real(real, project.anatomy.landmark_count)
    layout = ExportFormat("nfdp", partial(_write, real), others=len(real.exported_ids))
    summary = yield from exporting(
        project, destination, layout, actor=actor, wanted=wanted, overwrite=overwrite
    )
    train, test = len(set(real.train_ids)), len(set(real.test_ids))
    notices = summary.notices if test else (*summary.notices, NEEDS_TEST_IMAGES)
    return replace(summary, real_train=train, real_test=test, notices=notices)


def _write(
    real: RealImages, folder: Path, project: ReviewProject, going: Sequence[GoingPair]
) -> Generator[None, None, Written]:
    (folder / "Images").mkdir()
    converted = yield from write_real(folder / "Images", real)
    jpeg_error = yield from _write_pictures(folder / "Images", project, going)
    landmarks = {identifier: real.landmarks[identifier] for identifier in real.exported_ids}
    landmarks |= {pair.row.identifier: pair.landmarks for pair in going}
    _write_table(folder / "all.csv", landmarks)
    train_ids, test_ids = list(dict.fromkeys(real.train_ids)), list(dict.fromkeys(real.test_ids))
    synthetic_ids = [pair.row.identifier for pair in going]
    _write_split(folder / "cv" / "set1", [*train_ids, *synthetic_ids], test_ids)
    last = project.anatomy.landmark_count - 1
    return Written(
        files=(
            ("Images/<id>.jpg", f"8-bit grey; synthetic ones {CANVAS_SIZE} x {CANVAS_SIZE} pixels"),
            ("all.csv", f"id,x0,y0,...,x{last},y{last} without a header"),
            ("cv/set1/train.txt", "ids to train on"),
            ("cv/set1/test.txt", "ids to test on: real images only"),
        ),
        prose=(_picture_text(jpeg_error), _real_text(len(train_ids), len(test_ids), converted)),
        manifest={
            "jpeg": {
                "quality": JPEG_QUALITY,
                "mean_error_grey_levels": round(jpeg_error[0], 4),
                "largest_error_grey_levels": jpeg_error[1],
            },
            "real_train": len(train_ids),
            "real_test": len(test_ids),
        },
        picture="Images/{}.jpg",
    )


def _write_pictures(
    folder: Path, project: ReviewProject, going: Sequence[GoingPair]
) -> Generator[None, None, tuple[float, float]]:
    """Write the synthetic pictures, and yield after each; mean and largest error of compression in
    grey levels."""
    from PIL import Image

    means, largest = [], 0.0
    for pair in going:
        identifier = pair.row.identifier
        levels = eight_bit((project.pair(identifier).image + 1) / 2)
        jpeg = encode_jpeg(levels, comment=f"{identifier}: {STATEMENT}")
        (folder / f"{identifier}.jpg").write_bytes(jpeg)
        with Image.open(io.BytesIO(jpeg)) as picture:
            error = np.abs(np.asarray(picture, dtype=np.int16) - levels)
        means.append(error.mean())
        largest = max(largest, float(error.max()))
        yield
    return float(np.mean(means)), largest


def _write_table(path: Path, landmarks: Mapping[str, np.ndarray]) -> None:
    rows = (f"{identifier},{_numbers(points)}\n" for identifier, points in landmarks.items())
    path.write_text("".join(rows), encoding="utf-8", newline="\n")


def _numbers(points: np.ndarray) -> str:
    """Coordinates with at least 4 decimals, and as many more as it takes to be exact."""
    values = np.asarray(points, dtype=np.float64).ravel()
    return ",".join(np.format_float_positional(value, min_digits=4) for value in values)


def _write_split(folder: Path, train_ids: Sequence[str], test_ids: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    for name, identifiers in (("train.txt", train_ids), ("test.txt", test_ids)):
        lines = "".join(f"{identifier}\n" for identifier in identifiers)
        (folder / name).write_text(lines, encoding="utf-8", newline="\n")


def _picture_text(jpeg_error: tuple[float, float]) -> str:
    return (
        f"Synthetic pictures are JPEGs of quality {JPEG_QUALITY} that carry this statement in "
        "their comment: their grey levels differ from the generated ones by "
        f"{jpeg_error[0]:.2f} on average and {jpeg_error[1]:.0f} at most (of 255)."
    )


def _real_text(train: int, test: int, converted: int) -> str:
    if train + test == 0:
        return (
            "No real images were exported, so test.txt is empty: a synthetic picture is never "
            "tested on. NFDP's trainer measures on it as it goes and does not run on this folder "
            "as it stands: export again with real radiographs (ossa export --real FOLDER)."
        )
    return (
        f"Real images: {train} to train on, {test} to test on, with their coordinates as given. "
        f"JPEG files are copied byte for byte; {converted} others were converted to 8-bit grey "
        "JPEGs."
    )
