"""The factors of policy `refined`: few candidates a landmark, edges that know their direction.

Every landmark has one state more than candidates, the last: "missing".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.assess.potentials import Potentials
from engine.assess.prior import Prior
from engine.assess.shape_statistics import ShapeStatistics, mahalanobis
from engine.heatmap import Candidates

# How many of the nearest candidates a landmark may choose from at first.
_KEPT = 10
# Factors of the state "missing", beside factors that are 1 at their best.
_MISSING_UNARY = 1e-3
_MISSING_EDGE = 0.05
# An edge may be wrong without condemning both its ends.
_EDGE_FLOOR = 1e-4
_EDGE_DEGREES = 4.0


@dataclass(frozen=True)
class Peaks:
    """Candidates of a batch, padded: positions (B, N, 2), values (B, N), exists (B, N)."""

    positions: np.ndarray
    values: np.ndarray
    exists: np.ndarray


def padded(candidates: Sequence[Candidates]) -> Peaks:
    """Ragged candidates of a batch as arrays."""
    count = max((len(peaks) for peaks in candidates), default=0)
    positions = np.zeros((len(candidates), count, 2))
    values, exists = np.zeros(positions.shape[:2]), np.zeros(positions.shape[:2], dtype=bool)
    for row, peaks in enumerate(candidates):
        positions[row, : len(peaks)] = peaks.positions
        values[row, : len(peaks)] = peaks.values
        exists[row, : len(peaks)] = True
    return Peaks(positions, values, exists)


def refined_potentials(
    candidates: Sequence[Candidates], prior: Prior, unary_sigma_mm: float
) -> tuple[Potentials, np.ndarray]:
    """The factors for a batch of B pairs, which need at least one candidate between them.

    U_i(c) = value(c) · exp(-|x_c - m_i - s|² / 2 sigma²) with the shift s between the middle of the
    candidates and that of the mean positions; B_ij(c, d) a Student-t of the vector x_d - x_c. The
    last state of each landmark is "missing".

    Returns:
        Potentials over K + 1 states, and (B, L, K) which candidates they are.
    """
    peaks = padded(candidates)
    statistics, scale = prior.require_statistics(), prior.millimetres_per_pixel
    # A hand may lie anywhere on its canvas, so its middle is taken out first.
    shift = _middles(peaks) - np.median(prior.mean_positions, axis=0)
    places = prior.mean_positions[None] + shift[:, None]
    apart = ((places[:, :, None] - peaks.positions[:, None]) ** 2).sum(axis=-1) * scale**2
    apart = np.where(peaks.exists[:, None], apart, np.inf)
    width = min(_KEPT, apart.shape[-1])
    kept = np.argpartition(apart, width - 1, axis=-1)[..., :width]
    near = np.take_along_axis(apart, kept, axis=-1)
    rows = np.arange(len(apart))[:, None, None]
    unary = peaks.values[rows, kept] * np.exp(-near / (2 * unary_sigma_mm**2))
    unary = np.concatenate([unary, np.full((*near.shape[:2], 1), _MISSING_UNARY)], axis=-1)
    exists = np.concatenate([np.isfinite(near), np.ones((*near.shape[:2], 1), bool)], axis=-1)
    binary = _edge_factors(peaks.positions[rows, kept] * scale, kept, prior, statistics)
    return Potentials(unary, binary, prior.edges, exists), kept


def _middles(peaks: Peaks) -> np.ndarray:
    return np.array(
        [
            np.median(positions[exists], axis=0) if exists.any() else np.zeros(2)
            for positions, exists in zip(peaks.positions, peaks.exists, strict=True)
        ]
    )


def _edge_factors(
    places: np.ndarray, kept: np.ndarray, prior: Prior, statistics: ShapeStatistics
) -> np.ndarray:
    """(B, E, K + 1, K + 1) Student-t of the edge's vector, at most 1; no candidate serves twice."""
    first, second = prior.edges.T
    vectors = places[:, second][:, :, None, :] - places[:, first][:, :, :, None]
    deviation = vectors - statistics.edge_vectors[:, None, None]
    squared = mahalanobis(deviation, statistics.edge_covariances[:, None, None]) ** 2
    factors = (1 + squared / _EDGE_DEGREES) ** (-(_EDGE_DEGREES + 2) / 2) + _EDGE_FLOOR
    same = kept[:, first][:, :, :, None] == kept[:, second][:, :, None, :]
    factors = np.where(same, _EDGE_FLOOR**2, factors)
    padded = np.full(
        (*factors.shape[:2], factors.shape[2] + 1, factors.shape[3] + 1), _MISSING_EDGE
    )
    padded[..., :-1, :-1] = factors
    return padded
