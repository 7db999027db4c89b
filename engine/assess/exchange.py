"""Two neighbours that hold each other's candidates: the likelier of both ways by the whole shape.

Neighbours are landmarks, or the ends of two chains (the tips of two fingers, or all of them). An
assignment around predictions cannot tell: each landmark is predicted from the other's label.
"""

from itertools import combinations

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.shape_statistics import MEASUREMENT_SIGMA, ShapeStatistics

# Landmarks whose means lie further apart than this (mm) are not mistaken for each other.
_NEIGHBOURS = 15.0
_ROUNDS = 2


def exchange_neighbours(
    chosen: np.ndarray, points_mm: np.ndarray, statistics: ShapeStatistics
) -> np.ndarray:
    """Exchange the labels of neighbours where that makes the shape more probable.

    With deviation d from the mean and precision A, exchanging two landmarks changes d by v in four
    coordinates and the energy dᵀAd by 2 vᵀ(Ad) + vᵀAv.

    Args:
        chosen: (B, L) candidate indices, -1 for none. points_mm: (B, N, 2) aligned candidates.
    """
    chosen = chosen.copy()
    pairs = _neighbours(statistics.mean)
    if not len(pairs):
        return chosen
    precision = _precision(statistics)
    rows = np.arange(len(chosen))
    for _ in range(_ROUNDS):
        change = _energy_changes(chosen, points_mm, pairs, precision, statistics.mean)
        best = change.argmin(axis=1)
        better = rows[change[rows, best] < 0]
        first, second = pairs[best[better]].T
        chosen[better, first], chosen[better, second] = (
            chosen[better, second],
            chosen[better, first],
        )
    return chosen


def exchange_chains(
    chosen: np.ndarray, points_mm: np.ndarray, statistics: ShapeStatistics, anatomy: Anatomy
) -> np.ndarray:
    """Exchange the ends of two chains, of any length, where that makes the shape more probable.

    Args:
        chosen: (B, L) candidate indices, -1 for none. points_mm: (B, N, 2) aligned candidates.
    """
    orders = _chain_exchanges(anatomy)
    if not len(orders):
        return chosen
    precision, rows = _precision(statistics), np.arange(len(chosen))
    for _ in range(_ROUNDS):
        labellings = np.stack([chosen, *(chosen[:, order] for order in orders)], axis=1)
        places = points_mm[rows[:, None, None], labellings]
        deviation = np.where((labellings >= 0)[..., None], places - statistics.mean, 0.0)
        flat = deviation.reshape(*labellings.shape[:2], -1)
        energy = ((flat @ precision) * flat).sum(axis=-1)
        # Dropping a stray from the sum is no gain in probability: both ends have to be whole.
        lacking = (labellings < 0) != (labellings[:, :1] < 0)
        energy = np.where(lacking.any(axis=-1), np.inf, energy)
        chosen = labellings[rows, energy.argmin(axis=1)]
    return chosen


def _chain_exchanges(anatomy: Anatomy) -> list[np.ndarray]:
    """(L,) orders of the landmarks, each with the ends of two chains exchanged."""
    chains = [group.landmarks for group in anatomy.groups if group.chain]
    orders = []
    for one, other in combinations(chains, 2):
        for length in range(2, min(len(one), len(other)) + 1):
            order = np.arange(anatomy.landmark_count)
            first, second = list(one[-length:]), list(other[-length:])
            order[first], order[second] = second, first
            orders.append(order)
    return orders


def _precision(statistics: ShapeStatistics) -> np.ndarray:
    size = len(statistics.covariance)
    return np.linalg.inv(statistics.covariance + MEASUREMENT_SIGMA**2 * np.eye(size))


def _neighbours(mean: np.ndarray) -> np.ndarray:
    apart = np.linalg.norm(mean[:, None] - mean[None], axis=-1)
    return np.argwhere(np.triu(apart < _NEIGHBOURS, k=1))


def _energy_changes(
    chosen: np.ndarray,
    points_mm: np.ndarray,
    pairs: np.ndarray,
    precision: np.ndarray,
    mean: np.ndarray,
) -> np.ndarray:
    """(B, P) change of energy by each exchange; 0 where one of the two has no candidate."""
    known = chosen >= 0
    places = points_mm[np.arange(len(chosen))[:, None], chosen]
    deviation = np.where(known[..., None], places - mean, 0.0).reshape(len(chosen), -1)
    slope = (deviation @ precision).reshape(*chosen.shape, 2)
    first, second = pairs.T
    step = places[:, second] - places[:, first]
    blocks = precision.reshape(len(mean), 2, len(mean), 2).swapaxes(1, 2)
    own = blocks[first, first] + blocks[second, second]
    crossed = blocks[first, second] + blocks[second, first]
    linear = 2 * (step * (slope[:, first] - slope[:, second])).sum(axis=-1)
    quadratic = np.einsum("bpi,pij,bpj->bp", step, own - crossed, step)
    return np.where(known[:, first] & known[:, second], linear + quadratic, 0.0)
