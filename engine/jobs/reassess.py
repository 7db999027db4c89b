"""The job that judges a project's pairs again: another policy, other limits. It writes nothing.

What it finds is shown first; `apply_reassessment` puts it beside the older verdicts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ProjectError
from engine.events import CancelToken, Event, JobFinished, JobStarted, PairAssessed

if TYPE_CHECKING:
    from engine.assess.assessment import Assessment
    from engine.assess.prior import Prior
    from engine.pair import Pair
    from engine.review.project import PairRow, ReviewProject


@dataclass(frozen=True)
class ReassessRequest:
    """All that judging again needs.

    limits: those that are to be others than the project's, by the names in
    `engine.assess.policy_limits`.
    localiser: looks at every image anew; None leaves what was seen on it.
    """

    project: Path
    policy: str = "refined"
    limits: Mapping[str, float] | None = None
    localiser: Path | None = None


def reassess(request: ReassessRequest, token: CancelToken) -> Iterator[Event]:
    """Judge every pair of a project again, without keeping the verdicts.

    A pair that the same policy has judged keeps its labels, so that limits alone make the
    difference; under another policy it is labelled anew. What the copy check said stays. What a
    localiser saw on the image stays, too, and other labels are compared with that.

    Yields:
        `JobStarted`, `PairAssessed`, `JobFinished` with ``changes``: a dictionary for each pair
        whose verdict changes, ``policy`` and ``limits``: all that are to be the project's own, and
        ``why``: what was tried, in words for the trail.

    Raises:
        OssaError: in one line, why the project cannot be judged that way.
    """
    from engine.review.project import ReviewProject

    with ReviewProject.open(request.project) as project:
        judging = _Judging(request, project)
        rows = project.rows()
        yield JobStarted("Judging again", "pair", len(rows))
        changes = []
        for index, row in enumerate(rows):
            token.wait_while_paused()
            if token.stopped:
                break
            pair, before = project.pair(row.identifier), project.assessment(row.identifier)
            after = judging.judge(row, pair, before)
            if after.accepted != before.accepted:
                changes.append(_change(row, before, after))
            yield PairAssessed(row.identifier, index, pair, after)
        summary = {"policy": request.policy, "limits": judging.limits, "changes": changes}
    yield JobFinished({**summary, "why": what_was_tried(request)})


def what_was_tried(request: ReassessRequest) -> str:
    """Policy and limits in words, as the trail keeps them."""
    limits = [f"{name} limit {value:g}" for name, value in (request.limits or {}).items()]
    seen = [] if request.localiser is None else [f"images seen by {request.localiser.name}"]
    return ", ".join([f"policy {request.policy}", *limits, *seen])


def apply_reassessment(
    project_folder: Path,
    judgements: "Mapping[str, Assessment]",
    actor: str,
    summary: Mapping[str, Any],
) -> str:
    """Put new verdicts beside the gate's older ones; what reviewers said stays. What is judged in
    the project from now on is judged by the same limits.

    Args:
        judgements: by identifier; summary: both as `reassess` gave them.

    Returns:
        The group that the rows in the trail share.

    Raises:
        ProjectError: the project cannot be written, or has no such pair; then nothing is kept.
    """
    from engine.review.project import ReviewProject

    with ReviewProject.open(project_folder) as project:
        limits = (summary["policy"], summary["limits"])
        return project.reassess(judgements, actor, summary["why"], limits)


class _Judging:
    """The gate under the policy and the limits of a request."""

    def __init__(self, request: ReassessRequest, project: "ReviewProject") -> None:
        from engine.assess.correction import LandmarkJudge
        from engine.assess.gate import check_fit, find_policy
        from engine.assess.policy_limits import with_limits
        from engine.jobs.image_check import image_checker_of

        self._policy = find_policy(request.policy)
        prior = _prior_of(project)
        check_fit(prior, project.anatomy)
        self._policy.check(prior)
        self.limits = project.limits(request.policy) | dict(request.limits or {})
        self._prior, self._anatomy = with_limits(
            request.policy, prior, project.anatomy, self.limits
        )
        self._project = project
        self._checker = image_checker_of(request.localiser, project.anatomy)
        self._of_labels = LandmarkJudge(self._prior, self._anatomy, request.policy)

    def judge(self, row: "PairRow", pair: "Pair", before: "Assessment") -> "Assessment":
        from engine.assess.gate import assess
        from engine.assess.image_check import with_image_sight

        if self._checker is not None:
            before = self._checker.check(before, pair)
        if before.policy == self._policy.name:
            return self._of_labels.judge(before, before.landmarks)
        seed = self._project.origin(row.identifier).index
        found = assess(pair, self._prior, self._anatomy, self._policy.name, seed)
        found = replace(found, copy_risk=before.copy_risk)
        return with_image_sight(found, before.image, self._anatomy)


def _prior_of(project: "ReviewProject") -> "Prior":
    from engine.assess.prior import Prior

    arrays = project.prior_arrays()
    if arrays is None:
        raise ProjectError(f"{project.folder} holds no prior to judge by: generate a pair into it")
    return Prior.from_arrays(arrays)


def _change(row: "PairRow", before: "Assessment", after: "Assessment") -> dict[str, Any]:
    """What changes on a pair: its number in the project, both verdicts, the reasons of the one
    that refuses, and what counts: a reviewer's decision if there is one."""
    refusal = before if after.accepted else after
    return {
        "identifier": row.identifier,
        "ordinal": row.ordinal,
        "before": "accept" if before.accepted else "reject",
        "after": "accept" if after.accepted else "reject",
        "reasons": [reason.text for reason in refusal.reasons],
        "decision": None if row.decision is None else str(row.decision),
        "corrected": row.corrected_verdict is not None,
    }
