"""How near a pair comes to a training radiograph: the copy check's word on one pair.

A risk report, never anonymisation: what is not flagged has not been shown to be nobody's picture.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

COPY_RATIO = 1 / 3  # d1/d2 of a copy lies below


class CopyLevel(StrEnum):
    """`copy`: held out of an export unless asked for; `suspect`: worth a look; `none`: neither."""

    COPY = "copy"
    SUSPECT = "suspect"
    NONE = "none"


@dataclass(frozen=True)
class CopyRisk:
    """The nearest training radiographs of a pair.

    level: what follows from the figures below (`engine.assess.copy_check`).
    nearest: identifier of the training radiograph that looks most alike; distance: d1, how unlike
    the two are, 0 (the same) … 2; ratio: d1/d2, d2 being the distance of the second nearest.
    nearer_than: share of held-out real radiographs that come nearer to a training radiograph.
    shape_nearest, shape_distance, shape_ratio: the same for the landmarks alone; their distance is
    the root mean square over landmarks in mm, after Procrustes alignment.
    """

    level: CopyLevel
    nearest: str
    distance: float
    ratio: float
    nearer_than: float
    shape_nearest: str
    shape_distance: float
    shape_ratio: float

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {**asdict(self), "level": str(self.level)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "CopyRisk":
        """What `to_dict` wrote."""
        return cls(**{**data, "level": CopyLevel(data["level"])})
