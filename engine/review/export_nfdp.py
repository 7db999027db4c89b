"""Export what counts as accepted in the folder layout that the public NFDP code reads.

Its reader (jacksonhzx95/NFDP, ``nfdp/datasets/hand_dataset.py``) takes the first column of
``all.csv`` as the id and the rest as numbers, so it stops on a header or a blank line; takes every
line of a split file for an id, so a blank line is an image without a name; and opens
``Images/<id>.jpg`` with ``cv2.imread``, which gives a grey JPEG as three equal channels. An empty
``test.txt`` gives it a test set of no images.
"""

import io
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.assess.copy_statistics import CopyReport
from engine.errors import ProjectError
from engine.review.export_choice import choice_notices, choose_pairs
from engine.review.export_manifest import (
    STATEMENT,
    ExportFacts,
    is_our_export,
    write_manifest,
    write_readme,
)
from engine.review.project import ReviewProject
from engine.review.publishing import published_whole

JPEG_QUALITY = 100
_JPEG_MAGIC = b"\xff\xd8\xff"
_USABLE_ID = re.compile(r"[^\s,\"'/\\.][^,\"'/\\\r\n]*(?<!\s)")


@dataclass(frozen=True)
class RealImages:
    """The real images to export along, as plain data.

    images: by id, a file in any format Ossa reads, or grey pixels (height, width), uint8 or
    floating in [0, 1]. landmarks: by id, (L, 2) in pixels of that image, integers at pixel centres.
    Only what `train_ids` and `test_ids` name is exported.
    """

    images: Mapping[str, Path | np.ndarray]
    landmarks: Mapping[str, np.ndarray]
    train_ids: Sequence[str]
    test_ids: Sequence[str]

    @property
    def exported_ids(self) -> tuple[str, ...]:
        """Train and test ids, each once."""
        return tuple(dict.fromkeys([*self.train_ids, *self.test_ids]))


@dataclass(frozen=True)
class ExportSummary:
    """What an export wrote, and what it left out (identifiers).

    held_out: for want of a landmark; copies: because they copy a training radiograph; suspects:
    exported, but worth a look. copy_report: the copy check on all of them.
    """

    destination: Path
    synthetic: int
    real_train: int
    real_test: int
    held_out: tuple[str, ...]
    copies: tuple[str, ...]
    suspects: tuple[str, ...]
    copy_report: CopyReport
    notices: tuple[str, ...]


def export_nfdp(
    project: ReviewProject,
    destination: str | Path,
    *,
    actor: str,
    real: RealImages | None = None,
    policy: str | None = None,
    overwrite: bool = False,
    include_copies: bool = False,
) -> ExportSummary:
    """Write the pairs that count as accepted, optionally together with real images.

    Synthetic ids go to ``train.txt`` and never to ``test.txt``, which is empty without real images.
    The folder appears whole or not at all, and the export is recorded in the trail.

    Args:
        project: where the pairs are.
        destination: a folder that is missing or empty.
        actor: who exports.
        real: real images to train and test with.
        policy: only pairs that this policy of the gate has judged; None for all.
        overwrite: replace an earlier export of Ossa's at `destination`.
        include_copies: also write pairs that copy a training radiograph.

    Raises:
        ProjectError: nothing to export, a destination that is taken, an id of a real image that
            the layout cannot hold, or trouble with the disk. Nothing half is left.
        DataError: a real image cannot be read.
    """
    place = Path(destination).resolve()
    choice = choose_pairs(project, policy, include_copies)
    exported, landmarks = choice.exported, choice.landmarks
    notices = choice_notices(choice)
    if not exported:
        why = notices[0] if notices else "accept some pairs first"
        raise ProjectError(f"{project.folder} has no pair to export: {why}")
    if real is not None:
        _check_real(real, project.anatomy.landmark_count)
    identifiers = [row.identifier for row in exported]

    def may_replace(folder: Path) -> bool:
        return overwrite and is_our_export(folder)

    def seal() -> None:
        project.record_export(actor, identifiers, place, "nfdp")

    with published_whole(place, may_replace, seal) as folder:
        (folder / "Images").mkdir()
        converted = 0 if real is None else _write_real(folder, real)
        jpeg_error = _write_synthetic(folder, project, identifiers)
        real_landmarks = {} if real is None else {i: real.landmarks[i] for i in real.exported_ids}
        _write_table(folder / "all.csv", {**real_landmarks, **landmarks})
        train_ids = [] if real is None else list(dict.fromkeys(real.train_ids))
        test_ids = [] if real is None else list(dict.fromkeys(real.test_ids))
        _write_split(folder / "cv" / "set1", [*train_ids, *identifiers], test_ids)
        facts = ExportFacts(
            actor=actor,
            exported=exported,
            held_out=choice.held_out,
            copies=choice.copies,
            copy_report=choice.copy_report,
            real_train=len(train_ids),
            real_test=len(test_ids),
            real_converted=converted,
            jpeg_quality=JPEG_QUALITY,
            jpeg_error=jpeg_error,
        )
        write_manifest(folder, project, facts)
        write_readme(folder, project, facts)
    return ExportSummary(
        destination=place,
        synthetic=len(exported),
        real_train=len(train_ids),
        real_test=len(test_ids),
        held_out=tuple(row.identifier for row in choice.held_out),
        copies=tuple(row.identifier for row in choice.copies),
        suspects=tuple(row.identifier for row in choice.suspects),
        copy_report=choice.copy_report,
        notices=notices,
    )


def _check_real(real: RealImages, landmark_count: int) -> None:
    both = set(real.train_ids) & set(real.test_ids)
    if both:
        raise ProjectError(f"real image '{min(both)}' is to be trained and tested on: choose one")
    for identifier in real.exported_ids:
        if not _USABLE_ID.fullmatch(identifier):
            raise ProjectError(
                f"real image id '{identifier}' cannot be a file name and a table entry: rename it"
            )
        if identifier.lower().startswith("synthetic-"):
            raise ProjectError(
                f"real image id '{identifier}' looks like a synthetic one: rename the image"
            )
        if identifier not in real.images or identifier not in real.landmarks:
            raise ProjectError(f"real image '{identifier}' lacks its image or its landmarks")
        points = np.asarray(real.landmarks[identifier], dtype=np.float64)
        if points.shape != (landmark_count, 2) or not np.isfinite(points).all():
            raise ProjectError(
                f"real image '{identifier}' does not have all of its {landmark_count} landmarks"
            )


def _write_real(folder: Path, real: RealImages) -> int:
    """Copy JPEGs, convert the rest; how many were converted."""
    converted = 0
    for identifier in real.exported_ids:
        image, target = real.images[identifier], folder / "Images" / f"{identifier}.jpg"
        if isinstance(image, Path) and _is_jpeg(image):
            shutil.copyfile(image, target)
            continue
        target.write_bytes(_encode_jpeg(_eight_bit(_pixels(image))))
        converted += 1
    return converted


def _is_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_JPEG_MAGIC)) == _JPEG_MAGIC
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror or error}") from error


def _pixels(image: Path | np.ndarray) -> np.ndarray:
    if not isinstance(image, Path):
        return image
    from engine.data.radiograph import read_radiograph

    return read_radiograph(image).pixels


def _eight_bit(pixels: np.ndarray) -> np.ndarray:
    if pixels.dtype == np.uint8:
        return pixels
    return np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def _write_synthetic(
    folder: Path, project: ReviewProject, identifiers: Sequence[str]
) -> tuple[float, float]:
    """Write the pictures; mean and largest error of compression in grey levels."""
    from PIL import Image

    means, largest = [], 0.0
    for identifier in identifiers:
        levels = _eight_bit((project.pair(identifier).image + 1) / 2)
        jpeg = _encode_jpeg(levels, comment=f"{identifier}: {STATEMENT}")
        (folder / "Images" / f"{identifier}.jpg").write_bytes(jpeg)
        with Image.open(io.BytesIO(jpeg)) as picture:
            error = np.abs(np.asarray(picture, dtype=np.int16) - levels)
        means.append(error.mean())
        largest = max(largest, float(error.max()))
    return float(np.mean(means)), largest


def _encode_jpeg(levels: np.ndarray, comment: str = "") -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(levels)).save(
        buffer, format="JPEG", quality=JPEG_QUALITY, comment=comment.encode()
    )
    return buffer.getvalue()


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
