"""What of a review project joins the training of a localiser: what an export would let out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.canvas import CANVAS_SIZE

if TYPE_CHECKING:
    from engine.review.project import ReviewProject


@dataclass(frozen=True)
class Joining:
    """Pairs of a project, counted. Of `generated`, so many were `accepted` (by a reviewer where one
    decided, else by the gate); of those, `copies` and those `lacking` a landmark are held out.

    ids: of those that join, in the order in which they were made.
    """

    generated: int
    accepted: int
    copies: int
    lacking: int
    ids: tuple[str, ...] = field(repr=False)

    @property
    def joined(self) -> int:
        """How many join the real radiographs."""
        return len(self.ids)

    def counts(self) -> dict[str, int]:
        """All of it but the ids."""
        return {
            "generated": self.generated,
            "accepted": self.accepted,
            "copies": self.copies,
            "lacking": self.lacking,
            "joined": self.joined,
        }


def joining_of(project: "ReviewProject", first: int | None = None) -> Joining:
    """Which of the first so many synthetic pairs of a project join, and how many do not and why.

    Those of a smaller `first` are the beginning of those of a larger one.

    Args:
        first: pairs that were generated for the experiment; None for all there are.
    """
    from engine.review.export_choice import Wanted, sort_pairs

    rows = [row for row in project.rows() if not row.is_real][:first]
    # The rules of an export whose format needs every landmark.
    sorting = sort_pairs(rows, project.lacking_landmarks(), Wanted())
    ids = tuple(row.identifier for row in sorting.going)
    copies, lacking = len(sorting.copies), len(sorting.lacking)
    return Joining(len(rows), len(ids) + copies + lacking, copies, lacking, ids)


def read_synthetic(folder: Path, ids: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a project as training images.

    Returns:
        images (n, 256, 256) uint16, [-1, 1] on 0 … 65535, and landmarks (n, L, 2) canvas pixels, as
        a reviewer corrected them where one did.

    Raises:
        ProjectError: the project cannot be read, or lacks one of the pairs.
    """
    from engine.review.planes import sixteen_bit
    from engine.review.project import ReviewProject

    with ReviewProject.open(folder) as project:
        images = np.zeros((len(ids), CANVAS_SIZE, CANVAS_SIZE), np.uint16)
        points = np.zeros((len(ids), project.anatomy.landmark_count, 2))
        for index, identifier in enumerate(ids):
            images[index] = sixteen_bit(project.pair(identifier).image)
            points[index] = project.effective_assessment(identifier).landmarks
    return images, points
