"""Reasons that need no measuring: markers missing, shared, or belonging to no landmark."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Reason
from engine.assess.labelling import Labelling
from engine.assess.plausibility import Plausibility
from engine.assess.shape_statistics import ShapeStatistics
from engine.assess.verdict import landmark_names, shared_candidates
from engine.heatmap import Candidates

# A marker missing or too many outweighs any measurement that strays by less than that many limits.
_MARKER_WEIGHT = 14.0
_SHARED_WEIGHT = 100.0
NOTHING_ELSE_WEIGHT = 1000.0
# Two peaks this near (mm) are one marker that noise has split.
_SPLIT_MARKER = 2.0


@dataclass(frozen=True)
class Weighed:
    """A reason, and how much it weighs against others of the same pair."""

    weight: float
    reason: Reason


@dataclass(frozen=True)
class Case:
    """One labelled pair with what was measured on it; `measured` holds a batch of this one."""

    candidates: Candidates
    labelling: Labelling
    measured: Plausibility
    statistics: ShapeStatistics
    anatomy: Anatomy


def marker_reasons(case: Case) -> Iterator[Weighed]:
    """What is wrong with the markers of a case, and that no pose fits them."""
    yield from _missing(case)
    for reason in shared_candidates(case.labelling.chosen, case.anatomy):
        yield Weighed(_SHARED_WEIGHT + len(reason.landmarks), reason)
    if case.measured.alignment.found[0]:
        yield from _too_many(case)
    else:
        text = "the mean shape could not be laid onto the landmarks, no size and pose fits them"
        yield Weighed(_MARKER_WEIGHT / 2, Reason("no-match", text))


def _missing(case: Case) -> Iterator[Weighed]:
    lost = case.labelling.chosen < 0
    if lost.all():
        text = f"there are {len(case.candidates)} markers, and none can be told apart"
        value = float(len(case.candidates))
        everything = tuple(range(len(lost)))
        reason = Reason("too-few-candidates", text, everything, value, float(len(lost)))
        yield Weighed(NOTHING_ELSE_WEIGHT, reason)
        return
    for group in case.anatomy.groups:
        own = [landmark for landmark in group.landmarks if lost[landmark]]
        if not own:
            continue
        text = f"{landmark_names(own, case.anatomy)} missing"
        if 2 * len(own) > len(group.landmarks):
            share = f"{len(own)} of its {len(group.landmarks)} landmarks"
            text = f"{group.title.lower()} missing ({share})"
        reason = Reason("missing-landmark", text, tuple(own), float(len(own)), 0.0)
        yield Weighed(_MARKER_WEIGHT + len(own), reason)


def _too_many(case: Case) -> Iterator[Weighed]:
    """Markers that belong to no landmark, if they lie within a typical edge of the anatomy."""
    places, known = (
        case.measured.alignment.to_millimetres(case.labelling.landmarks[None])[0],
        (case.labelling.chosen >= 0),
    )
    spare = np.setdiff1d(np.arange(len(case.candidates)), case.labelling.chosen)
    edges = case.statistics.bones
    edges = np.concatenate([edges, _learned_edges(case)])
    edges = edges[known[edges].all(axis=1)]
    if not (len(spare) and len(edges)):
        return
    markers = case.measured.alignment.to_millimetres(case.candidates.positions[None, spare])[0]
    apart = np.linalg.norm(markers[:, None] - places[None], axis=-1)
    apart = np.where(known, apart, np.inf)
    off = _distance_to_segments(markers, places[edges[:, 0]], places[edges[:, 1]]).min(axis=1)
    limit = float(np.exp(np.median(case.statistics.bone_lengths[:, 0])))
    close = (off < limit) & (apart.min(axis=1) > _SPLIT_MARKER)
    nearest = apart.argmin(axis=1)
    groups = [case.anatomy.group_of(int(landmark)) for landmark in nearest]
    for group in case.anatomy.groups:
        rows = [row for row in np.flatnonzero(close) if groups[row] == group]
        if not rows:
            continue
        landmarks = tuple(sorted({int(nearest[row]) for row in rows}))
        text = f"{len(rows)} markers too many at the {group.title.lower()}"
        if len(rows) == 1:
            text = f"two markers for {case.anatomy.landmark_names[landmarks[0]]}"
        reason = Reason("extra-marker", text, landmarks, float(off[rows].min()), limit)
        yield Weighed(_MARKER_WEIGHT + int(close.sum()), reason)


def _learned_edges(case: Case) -> np.ndarray:
    """Edges within a group that is no chain: its outline."""
    joined = [
        pair
        for group in case.anatomy.groups
        if not group.chain
        for pair in zip(group.landmarks, group.landmarks[1:], strict=False)
    ]
    return np.array(joined, dtype=np.int64).reshape(-1, 2)


def _distance_to_segments(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(n, m) distances of points (n, 2) to segments from starts (m, 2) to ends (m, 2)."""
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=-1), 1e-9)
    share = ((points[:, None] - starts) * along).sum(axis=-1) / squared
    foot = starts + np.clip(share, 0, 1)[..., None] * along
    return np.linalg.norm(points[:, None] - foot, axis=-1)
