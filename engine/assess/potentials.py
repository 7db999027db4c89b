"""The factors of policy `paper`: how well a candidate suits a landmark, and two suit an edge.

Both are factors (they multiply), not log-potentials.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.assess.prior import Prior
from engine.assess.student_t import student_t_density
from engine.heatmap import Candidates


@dataclass(frozen=True)
class Potentials:
    """A pairwise Markov random field over candidates, or a batch of them.

    unary: (…, L, K) factors; binary: (…, E, K, K) factors, first index for `edges[:, 0]`;
    edges: (E, 2) landmark indices; exists: (…, L, K) False where a candidate only pads.
    """

    unary: np.ndarray
    binary: np.ndarray
    edges: np.ndarray
    exists: np.ndarray

    def __len__(self) -> int:
        return len(self.unary)

    def __getitem__(self, row: int) -> "Potentials":
        """One field of a batch."""
        return Potentials(self.unary[row], self.binary[row], self.edges, self.exists[row])


def paper_potentials(
    candidates: Sequence[Candidates], prior: Prior, unary_sigma_mm: float
) -> Potentials:
    """The factors for a batch of B pairs.

    U_i(c) = value(c) · exp(-|x_c - m_i|² / 2 sigma²) with the mean position m_i;
    B_ij(c, d) = t_ij(|x_c - x_d|) + 2 exp(-|d_gt,ij - |x_c - x_d||) with the edge's Student-t and
    mean training length. Lengths are millimetres by the prior's mean scale.

    Returns:
        Potentials with K the landmark count, so that a pair's factors do not depend on its batch.
    """
    positions, values, exists = _padded(candidates, prior.landmark_count)
    scale = prior.millimetres_per_pixel
    squared = _squared_distances(prior.mean_positions[None], positions) * scale**2
    unary = values[:, None, :] * np.exp(-squared / (2 * unary_sigma_mm**2))
    lengths = np.sqrt(_squared_distances(positions, positions)) * scale
    lengths = np.broadcast_to(
        lengths[:, None], (len(positions), len(prior.edges), *lengths.shape[1:])
    )
    binary = student_t_density(lengths, prior.edge_t)
    binary += 2 * np.exp(-np.abs(prior.edge_lengths[:, None, None] - lengths))
    return Potentials(unary, binary, prior.edges, np.broadcast_to(exists[:, None, :], unary.shape))


def _padded(
    candidates: Sequence[Candidates], count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions (B, K, 2), values (B, K) and existence (B, K) of ragged candidates."""
    positions = np.zeros((len(candidates), count, 2))
    values = np.zeros((len(candidates), count))
    exists = np.zeros((len(candidates), count), dtype=bool)
    for row, peaks in enumerate(candidates):
        kept = min(len(peaks), count)
        positions[row, :kept] = peaks.positions[:kept]
        values[row, :kept] = peaks.values[:kept]
        exists[row, :kept] = True
    return positions, values, exists


def _squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(…, n, m) squared distances of points (…, n, 2) and (…, m, 2)."""
    return ((first[..., :, None, :] - second[..., None, :, :]) ** 2).sum(axis=-1)
