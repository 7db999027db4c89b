"""The rules of policy `paper`, each refusal in a clinician's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Reason
from engine.assess.figures import beside_limit
from engine.assess.labelling import Labelling
from engine.assess.shape_model import Match
from engine.heatmap import Candidates


@dataclass(frozen=True)
class Judged:
    """What a policy finds on one labelled pair.

    match: where it expects every landmark; limits: (L,) mm a residual may reach, NaN for no limit;
    reasons: why the pair is refused, weightiest first, none if it is accepted.
    """

    match: Match
    limits: np.ndarray
    reasons: tuple[Reason, ...]


def judge_paper(
    candidates: Candidates, labelling: Labelling, match: Match, anatomy: Anatomy
) -> Judged:
    """Judge a labelled pair on which the mean shape was matched.

    (i) no two landmarks share a candidate, except the anatomy's coincident pairs; (ii) every
    landmark of the plausibility group lies within its limit of the matched mean shape.
    """
    reasons = (
        *_too_few_candidates(len(candidates), anatomy),
        *_missing_landmarks(labelling, anatomy),
        *shared_candidates(labelling.chosen, anatomy),
        *_no_match(match),
        *_displaced(match.residuals, anatomy),
    )
    return Judged(match, _limits(anatomy), reasons)


def _limits(anatomy: Anatomy) -> np.ndarray:
    limits = np.full(anatomy.landmark_count, np.nan)
    members = anatomy.group(anatomy.plausibility.group).landmarks
    limits[list(members)] = anatomy.plausibility.millimetres
    return limits


def _too_few_candidates(count: int, anatomy: Anatomy) -> Iterator[Reason]:
    needed = anatomy.landmark_count - len(anatomy.coincident_pairs)
    if count < needed:
        text = f"there are {count} markers for {anatomy.landmark_count} landmarks, too few"
        yield Reason("too-few-candidates", text, value=float(count), limit=float(needed))


def _missing_landmarks(labelling: Labelling, anatomy: Anatomy) -> Iterator[Reason]:
    missing = np.flatnonzero(labelling.chosen < 0).tolist()
    if not missing:
        return
    verb = "has no marker" if len(missing) == 1 else "have no marker"
    names = (
        "all landmarks"
        if len(missing) == len(labelling.chosen)
        else landmark_names(missing, anatomy)
    )
    yield Reason("missing-landmark", f"{names} {verb}", tuple(missing), float(len(missing)), 0.0)


def shared_candidates(chosen: np.ndarray, anatomy: Anatomy) -> Iterator[Reason]:
    """A reason for each candidate that landmarks share which are no coincident pair."""
    allowed = {frozenset(pair) for pair in anatomy.coincident_pairs}
    for candidate in np.unique(chosen[chosen >= 0]):
        sharing = np.flatnonzero(chosen == candidate).tolist()
        if all(frozenset(pair) in allowed for pair in combinations(sharing, 2)):
            continue
        text = f"{landmark_names(sharing, anatomy)} were given the same marker"
        yield Reason("shared-candidate", text, tuple(sharing), float(len(sharing)), 1.0)


def _no_match(match: Match) -> Iterator[Reason]:
    if match.transform is None:
        text = "the mean shape could not be laid onto the landmarks, no size and pose fits them"
        yield Reason("no-match", text)


def _displaced(residuals: np.ndarray, anatomy: Anatomy) -> Iterator[Reason]:
    group, limit = anatomy.plausibility.group, anatomy.plausibility.millimetres
    members = np.array(anatomy.group(group).landmarks)
    for landmark in members[np.argsort(-residuals[members], kind="stable")].tolist():
        value = float(residuals[landmark])
        if not value > limit:
            continue
        told, _ = beside_limit(value, limit)
        text = (
            f"{anatomy.landmark_names[landmark]} lies {told} mm from where the "
            f"{anatomy.group(group).title.lower()}'s mean shape expects it (limit {limit:g} mm)"
        )
        yield Reason(f"{group}-displaced", text, (landmark,), value, limit)


def landmark_names(landmarks: list[int], anatomy: Anatomy) -> str:
    """The names of landmarks (at least one) as a phrase."""
    *others, last = (anatomy.landmark_names[landmark] for landmark in landmarks)
    return f"{', '.join(others)} and {last}" if others else last
