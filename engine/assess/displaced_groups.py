"""A group shifted as a whole (a wrist against its fingers) is found as a whole.

Landmark by landmark a shifted group takes its neighbours' candidates. All its members agree on one
shift, though, and every candidate votes for those that would explain it.
"""

import numpy as np

from engine.anatomy import LandmarkGroup
from engine.assess.shape_statistics import (
    MEASUREMENT_SIGMA,
    ShapeStatistics,
    align_to,
    predict_robustly,
)

_FARTHEST = 40.0  # mm a group may be shifted
_AGREEMENT = 5.0  # mm between a shifted member and its candidate
_NEEDED = 0.75  # share of the members that must agree
_BESIDE = 25.0  # mm from the group: landmarks that may be mistaken for its members
_BATCH = 64


def find_shifted(
    chosen: np.ndarray,
    points_mm: np.ndarray,
    statistics: ShapeStatistics,
    group: LandmarkGroup,
) -> np.ndarray | None:
    """The candidates of a group under the shift that explains most of its members.

    Args:
        chosen: (L,) candidate indices of one pair, -1 for none. points_mm: (n, 2) its aligned
            candidates.

    Returns:
        (members,) candidates, -1 for none; None unless that explains more members than no shift.
    """
    members = np.array(group.landmarks)
    points_mm, expected = _expect_from_afar(chosen, points_mm, statistics, members)
    expected = expected[members]
    shifts = (points_mm[:, None] - expected[None]).reshape(-1, 2)
    shifts = shifts[np.linalg.norm(shifts, axis=1) < _FARTHEST]
    if not len(shifts):
        return None
    votes = np.concatenate(
        [
            _explained(points_mm, expected, shifts[start : start + _BATCH])
            for start in range(0, len(shifts), _BATCH)
        ]
    )
    unshifted = _explained(points_mm, expected, np.zeros((1, 2)))[0]
    best = int(votes.argmax())
    if votes[best] < _NEEDED * len(members) or votes[best] < unshifted + 1:
        return None
    return _nearest(points_mm, expected + shifts[best], 2 * _AGREEMENT)


def relabel_around(
    chosen: np.ndarray,
    shifted: np.ndarray,
    points_mm: np.ndarray,
    statistics: ShapeStatistics,
    group: LandmarkGroup,
) -> np.ndarray:
    """(L,) candidates when a group has those of its shift, and the others the best of the rest."""
    members = np.array(group.landmarks)
    others = np.setdiff1d(np.arange(len(chosen)), members)
    free = np.setdiff1d(np.arange(len(points_mm)), shifted)
    points_mm, expected = _expect_from_afar(chosen, points_mm, statistics, members)
    expected = expected[others]
    relabelled = np.full(len(chosen), -1)
    relabelled[members] = shifted
    if len(free):
        found = _nearest(points_mm[free], expected, _FARTHEST)
        relabelled[others] = np.where(found >= 0, free[found], -1)
    return relabelled


def _expect_from_afar(
    chosen: np.ndarray, points_mm: np.ndarray, statistics: ShapeStatistics, members: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Candidates (n, 2) aligned anew, and (L, 2) where landmarks far from the group expect all.

    Those beside a shifted group may have been given its candidates, so they have no say.
    """
    mean = statistics.mean
    apart = np.linalg.norm(mean[:, None] - mean[members][None], axis=-1).min(axis=1)
    trusted = (chosen >= 0) & (apart > _BESIDE)
    afar = np.where(trusted[:, None], points_mm[chosen], np.nan)[None]
    alignment = align_to(afar, statistics)
    afar, aligned = alignment.to_millimetres(afar), alignment.to_millimetres(points_mm[None])[0]
    return aligned, predict_robustly(afar, statistics, MEASUREMENT_SIGMA).expected[0]


def _explained(points: np.ndarray, expected: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """(s,) members with a candidate where a shift puts them; a nearer one counts a little more."""
    places = expected[None] + shifts[:, None]
    apart = np.linalg.norm(places[:, :, None] - points[None, None], axis=-1).min(axis=-1)
    return np.clip(1.5 - apart / _AGREEMENT, 0, 1).sum(axis=1)


def _nearest(points: np.ndarray, places: np.ndarray, reach: float) -> np.ndarray:
    """(p,) the point of each place, one to one, -1 where that lies out of reach."""
    from scipy.optimize import linear_sum_assignment

    apart = np.linalg.norm(places[:, None] - points[None], axis=-1)
    rows, columns = linear_sum_assignment(np.minimum(apart, reach) ** 2)
    found = np.full(len(places), -1)
    near = apart[rows, columns] < reach
    found[rows[near]] = columns[near]
    return found
