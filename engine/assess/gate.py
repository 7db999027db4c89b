"""The gate: from a heatmap to labelled landmarks, residuals and a verdict with its reasons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment, Reason
from engine.assess.labelling import Labelling, label_paper
from engine.assess.labelling_refined import label_refined
from engine.assess.prior import Prior
from engine.assess.shape_model import Match, match_mean_shape
from engine.assess.verdict import judge_paper
from engine.assess.verdict_refined import judge_refined
from engine.errors import SettingsError, WeightsError
from engine.heatmap import Candidates, find_candidates
from engine.pair import Pair

# Two landmarks nearer than this (canvas pixels) would be one peak of a heatmap.
_SAME_MARKER = 1.0
# Policy `refined` looks at some peaks beyond the landmarks: markers that belong to nobody.
_SPARE_CANDIDATES = 15
# Peaks lower than this are the noise between markers; those of a sampler stay below a tenth.
_FAINTEST = 0.2


@dataclass(frozen=True)
class Policy:
    """How the gate labels and what it refuses.

    at_once: pairs to label together; needs_statistics: whether the prior must hold those of form;
    find: the candidates of a heatmap; label: a batch of candidates to as many labellings; judge:
    for each of a batch (with its seed) the matched shape and why it is refused, nothing if it is
    accepted.
    """

    name: str
    summary: str
    at_once: int
    needs_statistics: bool
    find: Callable[[np.ndarray, Anatomy], Candidates]
    label: Callable[[Sequence[Candidates], Prior, Anatomy], list[Labelling]]
    judge: Callable[
        [Sequence[Candidates], Sequence[Labelling], Sequence[int], Prior, Anatomy],
        list[tuple[Match, tuple[Reason, ...]]],
    ]

    def check(self, prior: Prior) -> None:
        """Refuse a prior that this policy cannot judge by.

        Raises:
            WeightsError: one without the statistics that the policy needs.
        """
        if self.needs_statistics:
            prior.require_statistics()


def _find_as_many(heatmap: np.ndarray, anatomy: Anatomy) -> Candidates:
    return find_candidates(heatmap, anatomy.landmark_count)


def _find_visible(heatmap: np.ndarray, anatomy: Anatomy) -> Candidates:
    peaks = find_candidates(heatmap, anatomy.landmark_count + _SPARE_CANDIDATES)
    visible = peaks.values >= _FAINTEST
    return Candidates(peaks.positions[visible], peaks.values[visible])


def _judge_paper(
    peaks: Sequence[Candidates],
    labellings: Sequence[Labelling],
    seeds: Sequence[int],
    prior: Prior,
    anatomy: Anatomy,
) -> list[tuple[Match, tuple[Reason, ...]]]:
    judged = []
    for one, labelling, seed in zip(peaks, labellings, seeds, strict=True):
        match = match_mean_shape(labelling.landmarks, prior, anatomy.match_threshold, seed)
        judged.append((match, judge_paper(one, labelling, match, anatomy)))
    return judged


def _judge_refined(
    peaks: Sequence[Candidates],
    labellings: Sequence[Labelling],
    _seeds: Sequence[int],
    prior: Prior,
    anatomy: Anatomy,
) -> list[tuple[Match, tuple[Reason, ...]]]:
    return judge_refined(peaks, labellings, prior, anatomy)


POLICIES = {
    policy.name: policy
    for policy in (
        Policy(
            name="paper",
            summary="as published: belief propagation, no shared marker, wrist within its limit",
            # Factors of more pairs fall out of the processor's cache and cost more, not less.
            at_once=4,
            needs_statistics=False,
            find=_find_as_many,
            label=label_paper,
            judge=_judge_paper,
        ),
        Policy(
            name="refined",
            summary="labelled around the fitted shape, every landmark, bone and finger plausible",
            at_once=64,
            needs_statistics=True,
            find=_find_visible,
            label=label_refined,
            judge=_judge_refined,
        ),
    )
}


def find_policy(name: str) -> Policy:
    """The policy of that name.

    Raises:
        SettingsError: there is none.
    """
    if name not in POLICIES:
        raise SettingsError(f"there is no policy '{name}': choose one of {', '.join(POLICIES)}")
    return POLICIES[name]


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
            accepted=not reasons,
            reasons=reasons,
            candidates=candidates,
            chosen=labelling.chosen,
            landmarks=labelling.landmarks,
            beliefs=labelling.beliefs,
            expected=match.expected,
            residuals=match.residuals,
            inliers=match.inliers,
            edges=prior.edges,
            millimetres_per_pixel=labelling.millimetres_per_pixel,
            converged=labelling.converged,
            sweeps=labelling.sweeps,
        )
        for candidates, labelling, (match, reasons) in zip(peaks, labellings, judged, strict=True)
    ]


def _heatmap(pair: Pair | np.ndarray) -> np.ndarray:
    return pair.heatmap if isinstance(pair, Pair) else pair


def _as_labelled(points: np.ndarray, prior: Prior) -> tuple[Candidates, Labelling]:
    """Every known landmark as a candidate, and who has which; near ones have the first's."""
    known = np.isfinite(points).all(axis=1)
    peaks = Candidates(positions=points[known], values=np.ones(known.sum()))
    apart = np.linalg.norm(peaks.positions[:, None] - peaks.positions[None], axis=-1)
    chosen = np.full(len(points), -1)
    chosen[known] = np.argmax(apart < _SAME_MARKER, axis=1) if len(peaks) else -1
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
