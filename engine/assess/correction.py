"""Landmarks that a person has moved, judged under the policy that judged the pair.

What was labelled stays labelled: a landmark that was not moved keeps its marker, and a marker whose
landmark was moved away is explained by that and counts no longer.
"""

from dataclasses import replace

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.gate import SAME_MARKER, check_fit, find_policy
from engine.assess.image_check import with_image_sight
from engine.assess.labelling import Labelling
from engine.assess.prior import Prior
from engine.heatmap import Candidates

# Canvas pixels: what a place may change by on its way through a file without having been moved.
_UNMOVED = 1e-6


class LandmarkJudge:
    """Judges moved landmarks, fast enough to follow a drag (one pair at a time, numpy alone).

    Raises:
        SettingsError: no such policy.
        WeightsError: the prior is one of another anatomy, or lacks what the policy needs.
    """

    def __init__(self, prior: Prior, anatomy: Anatomy, policy: str) -> None:
        check_fit(prior, anatomy)
        self._rules = find_policy(policy)
        self._rules.check(prior)
        self._prior, self._anatomy = prior, anatomy

    def judge(self, original: Assessment, landmarks: np.ndarray) -> Assessment:
        """The verdict on a pair whose landmarks were moved.

        Unmoved landmarks give the original's verdict and residuals again. A landmark that was moved
        has the candidate it now lies on (within a canvas pixel), -1 if there is none, and no
        belief: nobody guessed where it is.

        Args:
            original: the gate's own assessment of the pair.
            landmarks: (L, 2) canvas pixels, NaN for a landmark without a place.
        """
        landmarks = np.asarray(landmarks, dtype=np.float64)
        placed = np.isfinite(landmarks).all(axis=1)
        with np.errstate(invalid="ignore"):
            apart = np.linalg.norm(landmarks - original.landmarks, axis=1)
        unmoved = (apart <= _UNMOVED) & (original.chosen >= 0)
        unmoved |= ~placed & (original.chosen < 0)
        chosen = np.where(unmoved, original.chosen, _lying_on(landmarks, original.candidates))
        landmarks = np.where(placed[:, None], landmarks, np.nan)
        peaks, markers = _markers(original, chosen, landmarks)
        labelling = Labelling(
            chosen=markers,
            landmarks=landmarks,
            beliefs=np.where(unmoved, original.beliefs, np.nan),
            millimetres_per_pixel=original.millimetres_per_pixel,
            converged=original.converged,
            sweeps=original.sweeps,
        )
        found = self._rules.judge_moved(
            original, unmoved, peaks, labelling, self._prior, self._anatomy
        )
        judged = replace(
            original,
            policy=self._rules.name,
            accepted=not found.reasons,
            reasons=found.reasons,
            chosen=chosen,
            landmarks=landmarks,
            beliefs=labelling.beliefs,
            expected=found.match.expected,
            residuals=found.match.residuals,
            limits=found.limits,
            inliers=found.match.inliers,
        )
        return with_image_sight(judged, original.image, self._anatomy)


def _lying_on(landmarks: np.ndarray, candidates: Candidates) -> np.ndarray:
    """(L,) the candidate each landmark lies on, -1 for none."""
    if not len(candidates):
        return np.full(len(landmarks), -1)
    apart = np.linalg.norm(landmarks[:, None] - candidates.positions[None], axis=-1)
    apart = np.where(np.isfinite(apart), apart, np.inf)
    return np.where(apart.min(axis=1) < SAME_MARKER, apart.argmin(axis=1), -1)


def _markers(
    original: Assessment, chosen: np.ndarray, landmarks: np.ndarray
) -> tuple[Candidates, np.ndarray]:
    """The markers to judge by, and (L,) which of them each landmark has, -1 for none.

    The original's candidates without those that were moved away from, and one for every landmark
    that was put where there is none; two put on one spot have one between them.
    """
    peaks = original.candidates
    left = np.setdiff1d(original.chosen[original.chosen >= 0], chosen)
    kept = np.setdiff1d(np.arange(len(peaks)), left)
    index = np.full(len(peaks) + 1, -1)  # the last stands for "none"
    index[kept] = np.arange(len(kept))
    markers = index[chosen]
    free = np.flatnonzero((chosen < 0) & np.isfinite(landmarks).all(axis=1))
    places = landmarks[free]
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    if len(free):
        first, which = np.unique(np.argmax(apart < SAME_MARKER, axis=1), return_inverse=True)
        markers[free] = len(kept) + which.ravel()
        places = places[first]
    positions = np.concatenate([peaks.positions[kept], places])
    values = np.concatenate([peaks.values[kept], np.ones(len(places))])
    return Candidates(positions, values), markers
