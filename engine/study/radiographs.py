"""The real radiographs of a study: those that train and those that test, and none that do both."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.anatomy import Anatomy
from engine.canvas import CANVAS_SIZE
from engine.errors import DataError
from engine.events import Event

if TYPE_CHECKING:
    from engine.data.canvas_set import CanvasSet


@dataclass(frozen=True)
class StudyRadiographs:
    """Both parts of one split, on the canvas, and whose landmarks they carry."""

    train: "CanvasSet"
    test: "CanvasSet"
    anatomy: Anatomy

    @property
    def fingerprint(self) -> str:
        """Of both parts."""
        return f"{self.train.fingerprint}-{self.test.fingerprint}"


def read_study_radiographs(
    data: Path, anatomy_name: str, split: str | None, side: int = CANVAS_SIZE
) -> Generator[Event, None, StudyRadiographs]:
    """Read both parts of a split onto a canvas of `side` pixels.

    Raises:
        DataError: the data set cannot be read, or a radiograph is in both parts.
    """
    from engine.jobs.radiographs import read_canvas_radiographs

    train, anatomy = yield from read_canvas_radiographs(data, anatomy_name, split, "train", side)
    test, _ = yield from read_canvas_radiographs(data, anatomy_name, split, "test", side)
    both = sorted(set(train.ids) & set(test.ids))
    if both:
        raise DataError(f"{data}: radiograph '{both[0]}' trains and tests; a study needs a split")
    return StudyRadiographs(train, test, anatomy)
