"""How plausible a labelled shape is: standardised values, and limits from training shapes.

A value is compared with its own spread in training; the limit on the largest of a kind is the
quantile that shapes reach which took no part in the fit (k folds).
"""

from dataclasses import dataclass, replace

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.alignment import Alignment, align
from engine.assess.shape_statistics import (
    MEASUREMENT_SIGMA,
    Prediction,
    ShapeStatistics,
    align_to,
    aligned_moments,
    mahalanobis,
    predict_groups,
    predict_robustly,
)

_FOLDS = 5
# Each of the five kinds may refuse this share of training shapes that it has not seen.
_REFUSED = 0.004
_SMALLEST_LOG_SPREAD = 0.02


@dataclass(frozen=True)
class Plausibility:
    """Standardised values of B shapes, NaN where a landmark they need has no place.

    landmarks: (B, L) of the distance to where the others expect it; bones: (B, M) and groups:
    (B, G) of the log length, signed; shifts: (B, G') of each group's mean displacement;
    shape: (B,) root mean square over all coordinates (Mahalanobis).
    bone_ratios, group_ratios: length over the mean in training; shift_lengths: (B, G') mm.
    alignment, prediction: the mean shape laid onto them, and where each landmark is expected.
    """

    landmarks: np.ndarray
    bones: np.ndarray
    groups: np.ndarray
    shifts: np.ndarray
    shape: np.ndarray
    bone_ratios: np.ndarray
    group_ratios: np.ndarray
    shift_lengths: np.ndarray
    alignment: Alignment
    prediction: Prediction

    def largest(self) -> np.ndarray:
        """(B, 5) the largest value of each kind, in the order of `ShapeStatistics.limits`."""
        kinds = (self.landmarks, self.bones, self.groups, self.shifts, self.shape[:, None])
        return np.stack([np.nan_to_num(np.abs(k)).max(axis=1, initial=0.0) for k in kinds], axis=1)


def measure(points: np.ndarray, statistics: ShapeStatistics, anatomy: Anatomy) -> Plausibility:
    """Compare shapes (B, L, 2) in canvas pixels, NaN for no place, with the training shapes."""
    alignment = align_to(points, statistics)
    aligned = alignment.to_millimetres(points)
    prediction = predict_robustly(aligned, statistics, MEASUREMENT_SIGMA)
    spread = prediction.covariances + MEASUREMENT_SIGMA**2 * np.eye(2)
    bones = _log_lengths(aligned, statistics.bones)
    groups = _chain_lengths(aligned, anatomy)
    shifts = predict_groups(aligned, statistics.mean, statistics.covariance, _members(anatomy))
    return Plausibility(
        landmarks=mahalanobis(aligned - prediction.expected, spread),
        bones=_standardised(bones, statistics.bone_lengths),
        groups=_standardised(groups, statistics.group_lengths),
        shifts=mahalanobis(shifts, statistics.group_shifts),
        shape=_shape_distance(aligned, statistics),
        bone_ratios=np.exp(bones - statistics.bone_lengths[:, 0]),
        group_ratios=np.exp(groups - statistics.group_lengths[:, 0]),
        shift_lengths=np.linalg.norm(shifts, axis=-1),
        alignment=alignment,
        prediction=prediction,
    )


def fit_statistics(
    points: np.ndarray,
    scales: np.ndarray,
    edges: np.ndarray,
    mean_shape: np.ndarray,
    anatomy: Anatomy,
) -> ShapeStatistics:
    """Statistics of training shapes (n, L, 2) in canvas pixels, and their limits.

    Args:
        scales: (n,) mm per pixel. edges: (E, 2) topology. mean_shape: (L, 2) Procrustes mean, mm.
    """
    reached = []
    fold = np.arange(len(points)) % _FOLDS
    for held_out in range(_FOLDS):
        part = _fit(points[fold != held_out], scales[fold != held_out], edges, mean_shape, anatomy)
        reached.append(measure(points[fold == held_out], part, anatomy).largest())
    limits = np.quantile(np.concatenate(reached), 1 - _REFUSED, axis=0)
    whole = _fit(points, scales, edges, mean_shape, anatomy)
    return replace(whole, limits=np.maximum(limits, 1.0))


def _fit(
    points: np.ndarray,
    scales: np.ndarray,
    edges: np.ndarray,
    mean_shape: np.ndarray,
    anatomy: Anatomy,
) -> ShapeStatistics:
    mean, spreads = mean_shape, np.full(len(mean_shape), 5.0)
    for _ in range(2):
        aligned = align(points, mean, spreads).to_millimetres(points)
        mean, spreads, covariance = aligned_moments(aligned)
    vectors = (points[:, edges[:, 1]] - points[:, edges[:, 0]]) * scales.mean()
    deviation = vectors - vectors.mean(axis=0)
    bones = _bones(anatomy, edges)
    members = _members(anatomy)
    shifts = predict_groups(aligned, mean, covariance, members)
    return ShapeStatistics(
        mean=mean,
        spreads=spreads,
        covariance=covariance,
        edge_vectors=vectors.mean(axis=0),
        edge_covariances=_covariances(deviation),
        bones=bones,
        bone_lengths=_mean_and_spread(_log_lengths(aligned, bones)),
        group_lengths=_mean_and_spread(_chain_lengths(aligned, anatomy)),
        group_shifts=_covariances(shifts),
        limits=np.ones(5),
    )


def _covariances(vectors: np.ndarray) -> np.ndarray:
    """(E, 2, 2) of vectors (n, E, 2) around zero, never below the measurement's."""
    return np.einsum("nei,nej->eij", vectors, vectors) / len(vectors) + (
        MEASUREMENT_SIGMA**2 * np.eye(2)
    )


def _members(anatomy: Anatomy) -> list[np.ndarray]:
    return [np.array(group.landmarks) for group in anatomy.groups]


def _bones(anatomy: Anatomy, edges: np.ndarray) -> np.ndarray:
    """(M, 2) landmarks joined by a bone; the learned edges where the anatomy has no chain."""
    joined = [
        pair
        for group in anatomy.groups
        if group.chain
        for pair in zip(group.landmarks, group.landmarks[1:], strict=False)
    ]
    return np.array(joined, dtype=np.int64) if joined else edges


def _log_lengths(points: np.ndarray, bones: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(points[:, bones[:, 1]] - points[:, bones[:, 0]], axis=-1)
    return np.log(np.maximum(lengths, 0.1))


def _chain_lengths(points: np.ndarray, anatomy: Anatomy) -> np.ndarray:
    """(B, G) log of each chain's length along its bones."""
    chains = [list(group.landmarks) for group in anatomy.groups if group.chain]
    lengths = np.zeros((len(points), len(chains)))
    for column, chain in enumerate(chains):
        bones = np.linalg.norm(np.diff(points[:, chain], axis=1), axis=-1)
        lengths[:, column] = bones.sum(axis=1)
    return np.log(np.maximum(lengths, 0.1))


def _mean_and_spread(values: np.ndarray) -> np.ndarray:
    spread = np.maximum(values.std(axis=0), _SMALLEST_LOG_SPREAD)
    return np.stack([values.mean(axis=0), spread], axis=1)


def _standardised(values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    return (values - moments[:, 0]) / moments[:, 1]


def _shape_distance(aligned: np.ndarray, statistics: ShapeStatistics) -> np.ndarray:
    known = np.repeat(np.isfinite(aligned).all(axis=-1), 2, axis=1)
    flat = np.nan_to_num((aligned - statistics.mean).reshape(len(aligned), -1), nan=0.0)
    system = statistics.covariance + MEASUREMENT_SIGMA**2 * np.eye(flat.shape[1])
    # Coordinates without a place get a unit system of their own, in which they are 0.
    both = known[:, :, None] & known[:, None, :]
    system = np.where(both, system, np.eye(flat.shape[1]))
    squared = (flat * np.linalg.solve(system, flat[..., None])[..., 0]).sum(axis=1)
    return np.sqrt(squared / np.maximum(known.sum(axis=1), 1))
