"""Real images that go along with an export, so that it trains a localiser as it stands."""

import re
import shutil
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import ProjectError
from engine.review.export_pictures import eight_bit, encode_jpeg

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


def check_real(real: RealImages, landmark_count: int) -> None:
    """Refuse what an export cannot hold.

    Raises:
        ProjectError: one id to train and to test with, an id that is no file name or looks
            synthetic, an image or landmarks that are missing.
    """
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


def write_real(folder: Path, real: RealImages) -> Generator[None, None, int]:
    """Copy JPEGs into `folder` and convert the rest; yields after each, and returns how many were
    converted.

    Raises:
        DataError, ProjectError: an image cannot be read.
    """
    converted = 0
    for identifier in real.exported_ids:
        image, target = real.images[identifier], folder / f"{identifier}.jpg"
        if isinstance(image, Path) and _is_jpeg(image):
            shutil.copyfile(image, target)
        else:
            target.write_bytes(encode_jpeg(eight_bit(_pixels(image))))
            converted += 1
        yield
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
