"""Policy `refined`: which candidate is which landmark, none for a landmark without a marker.

1. Loopy belief propagation on few candidates per landmark and a state "missing"; edges know their
   direction as well as their length. Landmarks get different candidates by an assignment on the
   log-beliefs.
2. The shape statistics are laid onto that labelling; each landmark is expected where all the
   others say, with the hand's own millimetres, and the assignment is made anew around those
   places, with a tolerance that shrinks from 25 to 6 mm.
3. Neighbours are exchanged where that makes the shape more probable, chains out of proportion are
   completed, and landmarks of a coincident pair under one merged blob share it.
"""

from collections.abc import Sequence

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.alignment import Alignment
from engine.assess.belief_propagation import Beliefs, belief_propagation
from engine.assess.chains import complete_chains
from engine.assess.displaced_groups import find_shifted, relabel_around
from engine.assess.exchange import exchange_chains, exchange_neighbours
from engine.assess.labelling import Labelling
from engine.assess.potentials import Potentials
from engine.assess.potentials_refined import Peaks, padded, refined_potentials
from engine.assess.prior import Prior
from engine.assess.shape_statistics import (
    MEASUREMENT_SIGMA,
    Prediction,
    ShapeStatistics,
    align_to,
    mahalanobis,
    predict_robustly,
)
from engine.heatmap import Candidates

_MAX_SWEEPS = 20
_TOLERANCE = 1e-3
_SCHEDULE = (25.0, 12.0, 6.0, 6.0)
# Beyond this many tolerances a candidate is not the landmark's.
_REACH = 6.0
_IMPOSSIBLE = 1e9
# Half a squared Mahalanobis distance: a landmark may be 17 spreads off before it counts as missing,
# so that one out of place is labelled, and refused for that.
_MISSING_COST = 150.0
_CERTAIN = 30.0  # log-odds that say enough


def label_refined(
    candidates: Sequence[Candidates], prior: Prior, anatomy: Anatomy
) -> list[Labelling]:
    """Label a batch of pairs; a landmark without a plausible candidate stays without one."""
    statistics = prior.require_statistics()
    peaks = padded(candidates)
    if not peaks.exists.any():
        return [_nothing(prior) for _ in candidates]
    field, kept = refined_potentials(candidates, prior, anatomy.unary_sigma)
    beliefs = propagate_refined(field)
    chosen = _assign_beliefs(beliefs.marginals, kept, peaks)
    for tolerance in _SCHEDULE:
        alignment, prediction = _expect(chosen, peaks, statistics, tolerance)
        chosen = _assign_all(_costs(alignment, prediction, peaks, tolerance))
    alignment, prediction = _expect(chosen, peaks, statistics, _SCHEDULE[-1])
    aligned = alignment.to_millimetres(peaks.positions)
    chosen = exchange_neighbours(chosen, aligned, statistics)
    chosen = exchange_chains(chosen, aligned, statistics, anatomy)
    for row in np.flatnonzero(_doubtful(chosen, aligned, prediction, statistics)):
        markers = aligned[row, peaks.exists[row]]
        chosen[row] = _repair(chosen[row], markers, statistics, anatomy)
    chosen = _share_merged(chosen, alignment, prediction, peaks, anatomy, statistics.limits[0])
    log_odds = _log_odds(_costs(alignment, prediction, peaks, _SCHEDULE[-1]), chosen)
    scales = np.where(alignment.found, alignment.millimetres_per_pixel, prior.millimetres_per_pixel)
    return [
        _labelling(chosen[row], peaks.positions[row], log_odds[row], scales[row], beliefs, row)
        for row in range(len(candidates))
    ]


def propagate_refined(field: Potentials) -> Beliefs:
    """Belief propagation as this policy runs it: a start for the shape, so it may end early."""
    return belief_propagation(
        field.unary,
        field.binary,
        field.edges,
        mask=field.exists,
        max_sweeps=_MAX_SWEEPS,
        tolerance=_TOLERANCE,
    )


def _nothing(prior: Prior) -> Labelling:
    count = prior.landmark_count
    return Labelling(
        chosen=np.full(count, -1),
        landmarks=np.full((count, 2), np.nan),
        beliefs=np.full(count, np.nan),
        millimetres_per_pixel=prior.millimetres_per_pixel,
        converged=True,
        sweeps=0,
    )


def _assign_beliefs(marginals: np.ndarray, kept: np.ndarray, peaks: Peaks) -> np.ndarray:
    batch, landmarks = kept.shape[:2]
    costs = np.full((batch, landmarks, peaks.exists.shape[1]), _IMPOSSIBLE)
    logs = -np.log(np.maximum(marginals, 1e-12))
    np.put_along_axis(costs, kept, logs[..., :-1], axis=-1)
    costs = np.where(peaks.exists[:, None], costs, _IMPOSSIBLE)
    return np.stack([_assign(one, none) for one, none in zip(costs, logs[..., -1], strict=True)])


def _assign(costs: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """(L,) candidates of the cheapest assignment, -1 where missing costs less."""
    from scipy.optimize import linear_sum_assignment

    landmarks, candidates = costs.shape
    square = np.full((landmarks, candidates + landmarks), _IMPOSSIBLE)
    square[:, :candidates] = costs
    square[np.arange(landmarks), candidates + np.arange(landmarks)] = missing
    chosen = linear_sum_assignment(square)[1]
    return np.where(chosen < candidates, chosen, -1)


def _expect(
    chosen: np.ndarray, peaks: Peaks, statistics: ShapeStatistics, tolerance: float
) -> tuple[Alignment, Prediction]:
    """Where the others expect each landmark; those that do not fit count less for the others."""
    rows = np.arange(len(chosen))[:, None]
    places = np.where((chosen >= 0)[..., None], peaks.positions[rows, chosen], np.nan)
    alignment = align_to(places, statistics)
    points = alignment.to_millimetres(places)
    # A fifth of the tolerance: labels are mostly right from the start.
    trusted = max(tolerance / 5, MEASUREMENT_SIGMA)
    return alignment, predict_robustly(points, statistics, trusted)


def _costs(
    alignment: Alignment, prediction: Prediction, peaks: Peaks, tolerance: float
) -> np.ndarray:
    """(B, L, N) negative log-likelihood of each candidate, up to each landmark's constant."""
    points = alignment.to_millimetres(peaks.positions)
    # The prediction's own uncertainty already holds most of the tolerance.
    slack = MEASUREMENT_SIGMA**2 + (tolerance / _REACH) ** 2
    spread = prediction.covariances + slack * np.eye(2)
    deviation = points[:, None] - prediction.expected[:, :, None]
    squared = mahalanobis(deviation, spread[:, :, None]) ** 2
    near = (deviation**2).sum(axis=-1) < (_REACH * tolerance) ** 2
    costs = squared / 2 - np.log(np.maximum(peaks.values, 1e-3))[:, None]
    return np.where(peaks.exists[:, None] & near, costs, _IMPOSSIBLE)


def _assign_all(costs: np.ndarray) -> np.ndarray:
    missing = np.full(costs.shape[:2], _MISSING_COST)
    return np.stack([_assign(one, none) for one, none in zip(costs, missing, strict=True)])


def _log_odds(costs: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """(B, L) of each choice against the best other candidate; anything where none was chosen."""
    taken = np.maximum(chosen, 0)[..., None]
    own = np.take_along_axis(costs, taken, axis=-1)[..., 0]
    others = costs.copy()
    np.put_along_axis(others, taken, _IMPOSSIBLE, axis=-1)
    return np.clip(others.min(axis=-1) - own, -_CERTAIN, _CERTAIN)


def _doubtful(
    chosen: np.ndarray, aligned: np.ndarray, prediction: Prediction, statistics: ShapeStatistics
) -> np.ndarray:
    """(B,) whether a landmark is missing, or implausibly far from where the others expect it."""
    places = aligned[np.arange(len(chosen))[:, None], chosen]
    spread = prediction.covariances + MEASUREMENT_SIGMA**2 * np.eye(2)
    strays = mahalanobis(places - prediction.expected, spread) > statistics.limits[0]
    return ((chosen < 0) | strays).any(axis=1) & (chosen >= 0).any(axis=1)


def _repair(
    chosen: np.ndarray, markers: np.ndarray, statistics: ShapeStatistics, anatomy: Anatomy
) -> np.ndarray:
    """A doubtful labelling, seen as one with a group shifted or a chain too long."""
    for group in anatomy.groups:
        shifted = None if group.chain else find_shifted(chosen, markers, statistics, group)
        if shifted is None:
            continue
        relabelled = relabel_around(chosen, shifted, markers, statistics, group)
        if (relabelled < 0).sum() <= (chosen < 0).sum():
            chosen = relabelled
    return complete_chains(chosen, markers, statistics, anatomy)


def _share_merged(
    chosen: np.ndarray,
    alignment: Alignment,
    prediction: Prediction,
    peaks: Peaks,
    anatomy: Anatomy,
    limit: float,
) -> np.ndarray:
    """A missing landmark of a coincident pair takes its partner's blob where that is plausible."""
    chosen = chosen.copy()
    points = alignment.to_millimetres(peaks.positions)
    rows = np.arange(len(chosen))
    for pair in anatomy.coincident_pairs:
        for lost, partner in (pair, pair[::-1]):
            blob = chosen[:, partner]
            spread = prediction.covariances[:, lost] + MEASUREMENT_SIGMA**2 * np.eye(2)
            apart = mahalanobis(points[rows, blob] - prediction.expected[:, lost], spread)
            shares = (chosen[:, lost] < 0) & (blob >= 0) & (apart <= limit)
            chosen[shares, lost] = blob[shares]
    return chosen


def _labelling(
    chosen: np.ndarray,
    positions: np.ndarray,
    log_odds: np.ndarray,
    scale: float,
    beliefs: Beliefs,
    row: int,
) -> Labelling:
    known = chosen >= 0
    return Labelling(
        chosen=chosen,
        landmarks=np.where(known[:, None], positions[chosen], np.nan),
        beliefs=np.where(known, 1 / (1 + np.exp(-log_odds)), np.nan),
        millimetres_per_pixel=float(scale),
        converged=bool(beliefs.converged[row]),
        sweeps=int(beliefs.sweeps[row]),
    )
