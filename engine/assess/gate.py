"""The gate: from a heatmap to labelled landmarks, residuals and a verdict with its reasons."""

from collections.abc import Sequence

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.labelling import Labelling
from engine.assess.policies import POLICIES, Policy, find_policy
from engine.assess.prior import Prior
from engine.errors import WeightsError
from engine.heatmap import Candidates
from engine.pair import Pair

__all__ = ["POLICIES", "assess", "assess_batch", "assess_landmarks", "check_fit", "find_policy"]

# Two landmarks nearer than this (canvas pixels) would be one peak of a heatmap.
SAME_MARKER = 1.0


def assess(
    pair: Pair | np.ndarray, prior: Prior, anatomy: Anatomy, policy: str = "refined", seed: int = 0
) -> Assessment:
    """Label one pair and judge it. Whatever the heatmap holds, there is a verdict.

    Args:
        pair: a pair, or a heatmap (height, width) in [-1, 1].
        prior: fitted on the training shapes of this anatomy.
        policy: one of `POLICIES`.
        seed: makes RANSAC's samples those of this pair.

    Raises:
        SettingsError: no such policy.
        WeightsError: the prior is one of another anatomy.
    """
    return assess_batch([pair], prior, anatomy, policy, [seed])[0]


def assess_batch(
    pairs: Sequence[Pair | np.ndarray],
    prior: Prior,
    anatomy: Anatomy,
    policy: str = "refined",
    seeds: Sequence[int] | None = None,
) -> list[Assessment]:
    """`assess` for many pairs at once; `seeds` holds one each (0 for all when left out)."""
    rules = find_policy(policy)
    check_fit(prior, anatomy)
    rules.check(prior)
    seeds = [0] * len(pairs) if seeds is None else seeds
    if len(seeds) != len(pairs):
        raise ValueError(f"{len(seeds)} seeds for {len(pairs)} pairs")
    assessments = []
    for start in range(0, len(pairs), rules.at_once):
        part = slice(start, start + rules.at_once)
        peaks = [rules.find(_heatmap(pair), anatomy) for pair in pairs[part]]
        labellings = rules.label(peaks, prior, anatomy)
        assessments += _conclude(rules, peaks, labellings, seeds[part], prior, anatomy)
    return assessments


def assess_landmarks(
    points: np.ndarray, prior: Prior, anatomy: Anatomy, policy: str = "refined", seed: int = 0
) -> Assessment:
    """Judge landmarks that are already labelled: an annotation, or what a clinician dragged.

    The same shape match and verdict as `assess`; there is nothing to label. Landmarks within one
    canvas pixel of each other count as one marker, as they would in a heatmap.

    Args:
        points: (L, 2) canvas pixels, NaN for a landmark without a place.

    Raises:
        SettingsError, WeightsError: as `assess`.
    """
    rules = find_policy(policy)
    check_fit(prior, anatomy)
    rules.check(prior)
    peaks, labelling = _as_labelled(np.asarray(points, dtype=np.float64), prior)
    return _conclude(rules, [peaks], [labelling], [seed], prior, anatomy)[0]


def _conclude(
    rules: Policy,
    peaks: Sequence[Candidates],
    labellings: Sequence[Labelling],
    seeds: Sequence[int],
    prior: Prior,
    anatomy: Anatomy,
) -> list[Assessment]:
    judged = rules.judge(peaks, labellings, seeds, prior, anatomy)
    return [
        Assessment(
            policy=rules.name,
            accepted=not found.reasons,
            reasons=found.reasons,
            candidates=candidates,
            chosen=labelling.chosen,
            landmarks=labelling.landmarks,
            beliefs=labelling.beliefs,
            expected=found.match.expected,
            residuals=found.match.residuals,
            limits=found.limits,
            inliers=found.match.inliers,
            edges=prior.edges,
            millimetres_per_pixel=labelling.millimetres_per_pixel,
            converged=labelling.converged,
            sweeps=labelling.sweeps,
        )
        for candidates, labelling, found in zip(peaks, labellings, judged, strict=True)
    ]


def _heatmap(pair: Pair | np.ndarray) -> np.ndarray:
    return pair.heatmap if isinstance(pair, Pair) else pair


def _as_labelled(points: np.ndarray, prior: Prior) -> tuple[Candidates, Labelling]:
    """Every known landmark as a candidate, and who has which; near ones have the first's."""
    known = np.isfinite(points).all(axis=1)
    peaks = Candidates(positions=points[known], values=np.ones(known.sum()))
    apart = np.linalg.norm(peaks.positions[:, None] - peaks.positions[None], axis=-1)
    chosen = np.full(len(points), -1)
    chosen[known] = np.argmax(apart < SAME_MARKER, axis=1) if len(peaks) else -1
    labelling = Labelling(
        chosen=chosen,
        landmarks=np.where(known[:, None], points, np.nan),
        beliefs=np.where(known, 1.0, np.nan),
        millimetres_per_pixel=prior.millimetres_per_pixel,
        converged=True,
        sweeps=0,
    )
    return peaks, labelling


def check_fit(prior: Prior, anatomy: Anatomy) -> None:
    """Refuse a prior of another landmark set.

    Raises:
        WeightsError: anatomy or number of landmarks differ.
    """
    if prior.anatomy != anatomy.name or prior.landmark_count != anatomy.landmark_count:
        raise WeightsError(
            f"the prior was fitted for anatomy '{prior.anatomy}' with {prior.landmark_count} "
            f"landmarks, not for '{anatomy.name}' with {anatomy.landmark_count}"
        )
