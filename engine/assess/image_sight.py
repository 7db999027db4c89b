"""Where a localiser sees the landmarks on a pair's image, and how far that may lie from its labels.

Plain data: it is kept with the assessment, so that labels which a person moves are compared with
the image again without the localiser.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ImageLimits:
    """Millimetres that a localiser's points may lie from labels that are right.

    ellipses: (L, 2, 2) of each landmark, in the direction in which it lies off: e mm are on the
    limit where e^T ellipse e = 1; group: (G,) of the mean shift of each group of the anatomy;
    shift: of the mean shift of all landmarks; distance: of their mean distance.
    """

    ellipses: np.ndarray
    group: np.ndarray
    shift: float
    distance: float

    def excess(self, errors: np.ndarray) -> np.ndarray:
        """(L,) how many times its limit each landmark lies off, errors (L, 2) in mm; NaN where an
        error is."""
        return np.sqrt(np.einsum("li,lij,lj->l", errors, self.ellipses, errors))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain lists and numbers."""
        return {
            "ellipses": self.ellipses.tolist(),
            "group": self.group.tolist(),
            "shift": self.shift,
            "distance": self.distance,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ImageLimits":
        """What `to_dict` wrote."""
        ellipses, group = (np.array(data[name], dtype=float) for name in ("ellipses", "group"))
        return cls(ellipses, group, data["shift"], data["distance"])


@dataclass(frozen=True)
class ImageSight:
    """What a localiser that was shown the image alone says.

    localiser: hash of its file; points: (L, 2) canvas pixels; limits: what follows from its errors
    on radiographs that it was not trained on.
    """

    localiser: str
    points: np.ndarray
    limits: ImageLimits

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain lists and numbers."""
        return {
            "localiser": self.localiser,
            "points": self.points.tolist(),
            "limits": self.limits.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ImageSight":
        """What `to_dict` wrote."""
        points = np.array(data["points"], dtype=np.float64).reshape(-1, 2)
        return cls(data["localiser"], points, ImageLimits.from_dict(data["limits"]))
