"""The gate's policies: how each finds candidates, labels them and judges what it labelled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.labelling import Labelling, label_paper
from engine.assess.labelling_refined import label_refined
from engine.assess.prior import Prior
from engine.assess.shape_model import match_again, match_mean_shape
from engine.assess.verdict import Judged, judge_paper
from engine.assess.verdict_refined import MIRRORED, judge_refined
from engine.errors import SettingsError
from engine.heatmap import Candidates, find_candidates

# Policy `refined` looks at some peaks beyond the landmarks: markers that belong to nobody.
_SPARE_CANDIDATES = 15
# Peaks lower than this are the noise between markers; those of a sampler stay below a tenth.
_FAINTEST = 0.2


@dataclass(frozen=True)
class Policy:
    """How the gate labels and what it refuses.

    at_once: pairs to label together; needs_statistics: whether the prior must hold those of form;
    find: the candidates of a heatmap; label: a batch of candidates to as many labellings; judge:
    a batch of those, each with its seed; judge_moved: one of which a person has moved landmarks,
    by the assessment of before and which (L,) landmarks are still where that has them.
    """

    name: str
    summary: str
    at_once: int
    needs_statistics: bool
    find: Callable[[np.ndarray, Anatomy], Candidates]
    label: Callable[[Sequence[Candidates], Prior, Anatomy], list[Labelling]]
    judge: Callable[
        [Sequence[Candidates], Sequence[Labelling], Sequence[int], Prior, Anatomy],
        list[Judged],
    ]
    judge_moved: Callable[[Assessment, np.ndarray, Candidates, Labelling, Prior, Anatomy], Judged]

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
) -> list[Judged]:
    judged = []
    for one, labelling, seed in zip(peaks, labellings, seeds, strict=True):
        match = match_mean_shape(labelling.landmarks, prior, anatomy.match_threshold, seed)
        judged.append(judge_paper(one, labelling, match, anatomy))
    return judged


def _judge_refined(
    peaks: Sequence[Candidates],
    labellings: Sequence[Labelling],
    _seeds: Sequence[int],
    prior: Prior,
    anatomy: Anatomy,
) -> list[Judged]:
    return judge_refined(peaks, labellings, prior, anatomy)


def _judge_moved_paper(
    before: Assessment,
    unmoved: np.ndarray,
    peaks: Candidates,
    labelling: Labelling,
    prior: Prior,
    anatomy: Anatomy,
) -> Judged:
    relied_on = before.inliers & unmoved
    moved = np.isfinite(labelling.landmarks).all(axis=1) & ~unmoved
    match = match_again(labelling.landmarks, prior, anatomy.match_threshold, relied_on, moved)
    return judge_paper(peaks, labelling, match, anatomy)


def _judge_moved_refined(
    before: Assessment,
    _unmoved: np.ndarray,
    peaks: Candidates,
    labelling: Labelling,
    prior: Prior,
    anatomy: Anatomy,
) -> Judged:
    # Labelling the markers from behind would take longer than all the rest.
    mirrored = any(reason.code == MIRRORED for reason in before.reasons)
    return judge_refined([peaks], [labelling], prior, anatomy, mirrored)[0]


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
            judge_moved=_judge_moved_paper,
        ),
        Policy(
            name="refined",
            summary="labelled around the fitted shape, every landmark, bone and finger plausible",
            at_once=64,
            needs_statistics=True,
            find=_find_visible,
            label=label_refined,
            judge=_judge_refined,
            judge_moved=_judge_moved_refined,
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
