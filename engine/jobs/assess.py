"""The assessment job: judge annotated radiographs, or the pairs of a project, with the gate.

Annotated radiographs are drawn as heatmaps and labelled like generated ones, which says how well
the labelling does where the truth is known. Their annotated landmarks are judged as they are, too:
that finds slips of annotation (two landmarks at one point, a landmark far off).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import SettingsError
from engine.events import CancelToken, Event, JobFinished, JobStarted, PairAssessed
from engine.jobs.assess_cases import (
    AssessRequest,
    Case,
    cases_of,
    prior_of_project,
    prior_of_weights,
)
from engine.jobs.copies import copy_check_of, with_copy_risk
from engine.jobs.image_check import ImageChecker, image_checker_of

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.assess.assessment import Assessment
    from engine.assess.prior import Prior
    from engine.assess.training_descriptors import CopyCheck

RIGHT_WITHIN = 2.0  # mm from the truth


def assess(request: AssessRequest, token: CancelToken) -> Iterator[Event]:
    """Judge every case and sum up.

    Yields:
        `JobStarted`, `Notice`, `PairAssessed`, `JobFinished`.

    Raises:
        OssaError: in one line, what cannot be read or judged.
    """
    from engine.assess.gate import assess as judge
    from engine.assess.gate import assess_landmarks as judge_landmarks
    from engine.assess.image_check import with_image_sight

    cases, prior, anatomy, total = yield from cases_of(request)
    copy_check = _copy_check(request, prior)
    checker = _image_checker(request, anatomy)
    yield JobStarted("Assessing", "pair", total)
    rows = []
    for index, case in enumerate(cases):
        token.wait_while_paused()
        if token.stopped:
            break
        assessment = judge(case.pair, prior, anatomy, request.policy, seed=index)
        assessment = with_copy_risk(assessment, case.pair, copy_check, case.identifier)
        if copy_check is None:
            assessment = replace(assessment, copy_risk=case.copy_risk)
        assessment = (
            with_image_sight(assessment, case.image, anatomy)
            if checker is None
            else checker.check(assessment, case.pair)
        )
        row = _row(case, assessment)
        if case.truth is not None:
            annotated = judge_landmarks(case.truth, prior, anatomy, request.policy, seed=index)
            row["slips"] = [reason.text for reason in annotated.reasons]
        if request.exact:
            row["exact"] = _compare_exactly(assessment, prior, anatomy)
        rows.append(row)
        yield PairAssessed(case.identifier, index, case.pair, assessment)
    yield JobFinished(_summary(request, rows))


def show_topology(request: AssessRequest, _token: CancelToken) -> Iterator[Event]:
    """The graph that the prior of a request has learned; nothing is judged.

    Yields:
        `Notice`, and `JobFinished` with the edges as `engine.assess.topology_table` has them
        (``edges``), how many shapes they come from, the ``prior`` and its ``anatomy``.

    Raises:
        OssaError: in one line, what cannot be read.
    """
    from engine.anatomy import load_anatomy
    from engine.assess.gate import check_fit
    from engine.assess.topology_table import topology_table
    from engine.review.project import ReviewProject

    if request.project is not None:
        with ReviewProject.open(request.project) as project:
            prior, anatomy = prior_of_project(project, request), project.anatomy
    elif request.data is not None:
        _, prior, anatomy, _ = yield from cases_of(request)
    else:
        known, anatomy = prior_of_weights(request.weights), load_anatomy(request.anatomy)
        if known is None:
            raise SettingsError("there is no prior to show: name data, a project or weights")
        prior = known
    check_fit(prior, anatomy)
    edges = [row.to_dict() for row in topology_table(prior, anatomy)]
    summary = {"shapes": prior.shape_count, "edges": edges, "prior": prior, "anatomy": anatomy}
    yield JobFinished(summary)


def _copy_check(request: AssessRequest, prior: "Prior") -> "CopyCheck | None":
    """Of the weights in the request; shapes without images are compared with nothing."""
    from engine.generate.weights import read_weights_info

    bare = request.data is not None and request.data.suffix == ".csv"
    if request.weights is None or bare:
        return None
    info = read_weights_info(request.weights)
    return copy_check_of(info.path, prior, info.metadata)


def _image_checker(request: AssessRequest, anatomy: "Anatomy") -> ImageChecker | None:
    """Of the localiser in the request; shapes without images show nothing to compare with."""
    bare = request.data is not None and request.data.suffix == ".csv"
    if request.localiser is not None and bare:
        raise SettingsError(f"{request.data} holds no images for a localiser to look at")
    return image_checker_of(request.localiser, anatomy)


def _row(case: Case, assessment: "Assessment") -> dict[str, Any]:
    row: dict[str, Any] = {"id": case.identifier, **assessment.to_dict()}
    if case.truth is not None:
        errors = np.linalg.norm(assessment.landmarks - case.truth, axis=1)
        right = errors * assessment.millimetres_per_pixel < RIGHT_WITHIN
        row["labelled_right"] = int(right.sum())
        row["mislabelled"] = np.flatnonzero(~right).tolist()
    return row


def _compare_exactly(
    assessment: "Assessment", prior: "Prior", anatomy: "Anatomy"
) -> dict[str, Any]:
    """Log-scores of belief propagation and of the exact best on pruned candidates, and where the
    two, or the gate's labelling and the exact one, differ."""
    from engine.assess.exact_check import check_exactly

    found = check_exactly(assessment, prior, anatomy)
    if found is None:
        return {"differs": [], "relabelled": [], "log_score": None, "exact_log_score": None}
    return found.to_dict()


def _summary(request: AssessRequest, rows: list[dict[str, Any]]) -> dict[str, Any]:
    from engine.assess.image_check import IMAGE_DISAGREES

    accepted = sum(row["accepted"] for row in rows)
    summary: dict[str, Any] = {
        "policy": request.policy,
        "count": len(rows),
        "accepted": accepted,
        "acceptance": accepted / len(rows) if rows else None,
        "assessments": rows,
    }
    compared = [row["copy_risk"] for row in rows if row["copy_risk"] is not None]
    if compared:
        copies = sum(risk["level"] == "copy" for risk in compared)
        summary |= {"copy_checked": len(compared), "copies": copies}
        summary["suspects"] = sum(risk["level"] == "suspect" for risk in compared)
        summary["copy_rate"] = copies / len(compared)
    seen = [row for row in rows if row["image"] is not None]
    if seen:
        summary["images_checked"] = len(seen)
        summary["images_disagree"] = sum(
            any(reason["code"] == IMAGE_DISAGREES for reason in row["reasons"]) for row in seen
        )
    known = [row for row in rows if "labelled_right" in row]
    if known:
        landmarks = sum(len(row["landmarks"]) for row in known)
        summary["landmarks_right"] = sum(row["labelled_right"] for row in known) / landmarks
        summary["wholly_right"] = sum(not row["mislabelled"] for row in known)
    if request.exact:
        summary["same_as_exact"] = sum(not row["exact"]["differs"] for row in rows)
        solved = [row["exact"] for row in rows if row["exact"]["log_score"] is not None]
        gaps = [one["exact_log_score"] - one["log_score"] for one in solved]
        summary["largest_gap_to_exact"] = max(gaps, default=0.0)
    return summary
