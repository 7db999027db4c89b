"""What training shapes say about form: where each landmark lies given all the others.

Shapes laid onto their mean are taken as one Gaussian over all coordinates (mm). Its conditionals
predict every landmark from the rest, sharply, and tell how far off it may be.
Source: the leave-one-out conditional of a Gaussian by blocks of its precision matrix, Rasmussen &
Williams, "Gaussian processes for machine learning", 2006, eqs. 5.10-5.12.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from engine.assess.alignment import Alignment, align
from engine.errors import WeightsError

# Peaks of a heatmap and annotations are known to about a canvas pixel, a millimetre on a hand.
MEASUREMENT_SIGMA = 1.0
# A landmark without a place: known to a metre, that is, not at all.
_UNKNOWN_VARIANCE = 1e6
# Squared Mahalanobis distance in the plane that 99.8 % stay below.
_EXPECTED_SQUARE = 12.0
_PREFIX = "statistics."


@dataclass(frozen=True, eq=False)
class ShapeStatistics:
    """L landmarks, E edges of the topology, M bones, G lengths of groups; all in mm.

    mean: (L, 2) mean of the aligned shapes; spreads: (L,) root mean square distance from it.
    covariance: (2L, 2L) of the aligned coordinates, shrunk towards its diagonal.
    edge_vectors: (E, 2) mean vector of each edge as it lies on the canvas (mean scale);
    edge_covariances: (E, 2, 2).
    bones: (M, 2) landmark indices; bone_lengths: (M, 2) mean and spread of the log length, size
    taken out. group_lengths: (G, 2) the same for each chain of the anatomy.
    group_shifts: (G', 2, 2) covariance of each group's mean distance from where all other groups
    expect it, G' counts every group.
    limits: (5,) largest plausible standardised value: of a landmark's residual, a bone's length, a
    chain's length, a group's shift and the whole shape's Mahalanobis distance.
    """

    mean: np.ndarray
    spreads: np.ndarray
    covariance: np.ndarray
    edge_vectors: np.ndarray
    edge_covariances: np.ndarray
    bones: np.ndarray
    bone_lengths: np.ndarray
    group_lengths: np.ndarray
    group_shifts: np.ndarray
    limits: np.ndarray

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShapeStatistics) and all(
            np.array_equal(array, other.to_arrays()[name])
            for name, array in self.to_arrays().items()
        )

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Every field as an array under its name, prefixed."""
        return {_PREFIX + f.name: np.array(getattr(self, f.name), order="C") for f in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "ShapeStatistics | None":
        """What `to_arrays` wrote; None from a prior of before there were statistics.

        Raises:
            WeightsError: some arrays are there and others missing, or not finite.
        """
        names = [field.name for field in fields(cls)]
        if not any(_PREFIX + name in arrays for name in names):
            return None
        found = {}
        for name in names:
            if _PREFIX + name not in arrays:
                raise WeightsError(f"the prior lacks '{_PREFIX + name}': fit it again")
            kind = np.int64 if name == "bones" else np.float64
            found[name] = arrays[_PREFIX + name].astype(kind)
            if not np.isfinite(found[name]).all():
                raise WeightsError(f"the prior's {_PREFIX + name} is not finite: fit it again")
        statistics = cls(**found)
        statistics._check()
        return statistics

    def _check(self) -> None:
        landmarks, edges = self.spreads.size, len(self.edge_covariances)
        bones, chains, groups = (
            self.bones.size // 2,
            len(self.group_lengths),
            len(self.group_shifts),
        )
        expected = {
            "mean": (landmarks, 2),
            "spreads": (landmarks,),
            "covariance": (2 * landmarks, 2 * landmarks),
            "edge_vectors": (edges, 2),
            "edge_covariances": (edges, 2, 2),
            "bones": (bones, 2),
            "bone_lengths": (bones, 2),
            "group_lengths": (chains, 2),
            "group_shifts": (groups, 2, 2),
            "limits": (5,),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise WeightsError(
                    f"the prior's {_PREFIX}{name} is not an array of {shape} but one of "
                    f"{getattr(self, name).shape}: fit it again"
                )
        if bones and not (self.bones.min() >= 0 and self.bones.max() < landmarks):
            raise WeightsError("the prior's bones name landmarks it does not have: fit it again")
        if (self.limits <= 0).any():
            raise WeightsError("the prior's limits are not positive numbers: fit it again")


@dataclass(frozen=True)
class Prediction:
    """Where the other landmarks expect each one, in the frame of the mean shape.

    expected: (B, L, 2) mm; covariances: (B, L, 2, 2) mm² of that expectation.
    """

    expected: np.ndarray
    covariances: np.ndarray


def aligned_moments(points_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (L, 2), spreads (L,) and shrunk covariance (2L, 2L) of aligned shapes (n, L, 2)."""
    count, landmarks = points_mm.shape[:2]
    mean = points_mm.mean(axis=0)
    flat = (points_mm - mean).reshape(count, -1)
    covariance = flat.T @ flat / max(count - 1, 1)
    # The fewer the shapes, the less their correlations can be believed.
    shrinkage = landmarks / (count + landmarks)
    covariance = (1 - shrinkage) * covariance + shrinkage * np.diag(np.diag(covariance))
    spreads = np.sqrt((flat.reshape(count, -1, 2) ** 2).sum(axis=-1).mean(axis=0))
    return mean, np.maximum(spreads, MEASUREMENT_SIGMA), covariance


def align_to(points: np.ndarray, statistics: ShapeStatistics) -> Alignment:
    """The mean of the statistics laid onto landmarks (B, L, 2) in canvas pixels, NaN for none."""
    return align(points, statistics.mean, statistics.spreads)


def predict(
    points_mm: np.ndarray, mean: np.ndarray, covariance: np.ndarray, variances: np.ndarray
) -> Prediction:
    """Each landmark from all the others.

    Args:
        points_mm: (B, L, 2) aligned, NaN for landmarks without a place.
        mean: (L, 2). covariance: (2L, 2L). variances: (B, L) mm² by which each place may be wrong.
    """
    batch, count = variances.shape
    known = np.isfinite(points_mm).all(axis=-1)
    noise = np.where(known, np.minimum(variances, _UNKNOWN_VARIANCE), _UNKNOWN_VARIANCE)
    deviation = np.where(known[..., None], points_mm - mean, 0.0)
    distinct, which = _distinct_rows(noise)
    diagonal = np.repeat(distinct, 2, axis=1)[:, None, :] * np.eye(2 * count)
    inverses = np.linalg.inv(covariance + diagonal)
    precision = inverses[which]
    weighted = (precision @ deviation.reshape(batch, -1, 1)).reshape(batch, count, 2)
    index = np.arange(count)
    own = precision.reshape(batch, count, 2, count, 2)[:, index, :, index].swapaxes(0, 1)
    spread = np.linalg.inv(own)
    residual = (spread @ weighted[..., None])[..., 0]
    expected = mean + deviation - residual
    covariances = spread - noise[..., None, None] * np.eye(2)
    return Prediction(expected, covariances)


def predict_robustly(
    points_mm: np.ndarray, statistics: ShapeStatistics, tolerance: float
) -> Prediction:
    """`predict`, but landmarks that the others do not expect where they are count less for them.

    Args:
        points_mm: (B, L, 2) aligned, NaN for none. tolerance: mm by which any place may be wrong.
    """
    trusted = np.full(points_mm.shape[:2], tolerance**2)
    variances = trusted
    for _ in range(2):
        found = predict(points_mm, statistics.mean, statistics.covariance, variances)
        spread = found.covariances + tolerance**2 * np.eye(2)
        outlying = np.nan_to_num(mahalanobis(points_mm - found.expected, spread), nan=0.0)
        variances = trusted * np.maximum(outlying**2 / _EXPECTED_SQUARE, 1) ** 2
    return predict(points_mm, statistics.mean, statistics.covariance, variances)


def predict_groups(
    points_mm: np.ndarray,
    mean: np.ndarray,
    covariance: np.ndarray,
    groups: Sequence[np.ndarray],
) -> np.ndarray:
    """(B, G, 2) mean distance in mm of each group from where the landmarks outside expect it.

    NaN where the group has no landmark with a place.
    """
    known = np.isfinite(points_mm).all(axis=-1)
    deviation = np.where(known[..., None], points_mm - mean, 0.0)
    shifts = np.full((len(points_mm), len(groups), 2), np.nan)
    for column, group in enumerate(groups):
        outside = np.delete(np.arange(len(mean)), group)
        inner, outer = _coordinates(group), _coordinates(outside)
        noise = np.where(known[:, outside], MEASUREMENT_SIGMA**2, _UNKNOWN_VARIANCE)
        system = covariance[np.ix_(outer, outer)] + np.repeat(noise, 2, axis=1)[
            :, None, :
        ] * np.eye(len(outer))
        flat = deviation[:, outside].reshape(len(points_mm), -1, 1)
        explained = covariance[np.ix_(inner, outer)] @ np.linalg.solve(system, flat)
        residual = deviation[:, group] - explained.reshape(len(points_mm), -1, 2)
        counted = known[:, group]
        total = counted.sum(axis=1)
        with np.errstate(invalid="ignore"):
            shifts[:, column] = (residual * counted[..., None]).sum(axis=1) / np.where(
                total > 0, total, np.nan
            )[:, None]
    return shifts


def mahalanobis(vectors: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """(…) sqrt(vᵀ C⁻¹ v) of vectors (…, 2) with covariances (…, 2, 2)."""
    a, b, d = covariances[..., 0, 0], covariances[..., 0, 1], covariances[..., 1, 1]
    x, y = vectors[..., 0], vectors[..., 1]
    squared = (d * x**2 - 2 * b * x * y + a * y**2) / np.maximum(a * d - b**2, 1e-9)
    return np.sqrt(np.maximum(squared, 0))


def _distinct_rows(noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of (B, L) that differ, and which of them each row is.

    Most shapes of a batch have nothing missing and nothing off, so that one inverse serves them
    all. Sorting a single shape, as the window asks for, would cost more than its inverse.
    """
    if len(noise) == 1:
        return noise, np.zeros(1, dtype=np.intp)
    distinct, which = np.unique(noise, axis=0, return_inverse=True)
    return distinct, which.ravel()


def _coordinates(landmarks: np.ndarray) -> np.ndarray:
    return np.stack([2 * landmarks, 2 * landmarks + 1], axis=1).ravel()
