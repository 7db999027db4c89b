"""The learned graph as a table: which landmarks an edge joins, how long it is, how it varies."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.prior import Prior


@dataclass(frozen=True)
class EdgeRow:
    """One edge; lengths in mm. variation: the standard deviation relative to the mean.

    standard_deviation, variation: None where the length's Student-t has none (two degrees of
    freedom or fewer).
    """

    first: int
    second: int
    names: tuple[str, str]
    mean: float
    standard_deviation: float | None
    variation: float | None

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers and text."""
        return asdict(self)


def topology_table(prior: Prior, anatomy: Anatomy) -> list[EdgeRow]:
    """The prior's edges, the relatively steadiest first.

    The standard deviation is that of the fitted Student-t, scale · √(n / (n - 2)) with n degrees
    of freedom, so that weights tell it without their training shapes.
    """
    rows = [
        _row(edge, float(mean), student_t, anatomy)
        for edge, mean, student_t in zip(
            prior.edges.tolist(), prior.edge_lengths, prior.edge_t, strict=True
        )
    ]
    return sorted(rows, key=lambda row: np.inf if row.variation is None else row.variation)


def _row(edge: list[int], mean: float, student_t: np.ndarray, anatomy: Anatomy) -> EdgeRow:
    degrees, _, scale = student_t
    spread = float(scale * np.sqrt(degrees / (degrees - 2))) if degrees > 2 else None
    first, second = edge
    return EdgeRow(
        first=first,
        second=second,
        names=(anatomy.landmark_names[first], anatomy.landmark_names[second]),
        mean=mean,
        standard_deviation=spread,
        variation=None if spread is None or mean <= 0 else spread / mean,
    )
