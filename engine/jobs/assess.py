"""The assessment job: judge annotated radiographs, or the pairs of a project, with the gate.

Annotated radiographs are drawn as heatmaps and labelled like generated ones, which says how well
the labelling does where the truth is known. Their annotated landmarks are judged as they are, too:
that finds slips of annotation (two landmarks at one point, a landmark far off).
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError, ProjectError, SettingsError
from engine.events import CancelToken, Event, JobFinished, JobStarted, Notice, PairAssessed
from engine.jobs.copies import copy_check_of, with_copy_risk
from engine.jobs.image_check import ImageChecker, image_checker_of
from engine.pair import Pair

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.assess.assessment import Assessment
    from engine.assess.copy_risk import CopyRisk
    from engine.assess.image_sight import ImageSight
    from engine.assess.prior import Prior
    from engine.assess.training_descriptors import CopyCheck
    from engine.data.canvas_cache import Part
    from engine.review.project import ReviewProject

RIGHT_WITHIN = 2.0  # mm from the truth
BARE_MARGIN = 0.06  # of a shape's extent, around shapes that come without an image


@dataclass(frozen=True)
class AssessRequest:
    """All that an assessment needs.

    data: a landmark data set's folder, a canvas file (``.npz``) or a landmark table alone
    (``.csv``); or project: a review project. weights: whose prior to judge by; without, it is the
    project's own, or fitted on the data's training part. exact: also solve each labelling exactly.
    localiser: looks at every image alone, and what lies elsewhere is refused; None leaves images as
    they are: what a project's pairs were told of theirs stays.
    """

    data: Path | None = None
    project: Path | None = None
    weights: Path | None = None
    split: str | None = None
    part: "Part" = "all"
    policy: str = "refined"
    anatomy: str = "hand"
    exact: bool = False
    localiser: Path | None = None


@dataclass(frozen=True)
class _Case:
    """One thing to judge; truth: (L, 2) canvas pixels where it is known; copy_risk, image: what a
    project holds of an earlier copy check and of a localiser's look at the image."""

    identifier: str
    pair: Pair
    truth: np.ndarray | None
    copy_risk: "CopyRisk | None" = None
    image: "ImageSight | None" = None


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

    cases, prior, anatomy, total = yield from _cases(request)
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
            prior, anatomy = _prior_of_project(project, request), project.anatomy
    elif request.data is not None:
        _, prior, anatomy, _ = yield from _cases(request)
    else:
        known, anatomy = _prior_of_weights(request.weights), load_anatomy(request.anatomy)
        if known is None:
            raise SettingsError("there is no prior to show: name data, a project or weights")
        prior = known
    check_fit(prior, anatomy)
    edges = [row.to_dict() for row in topology_table(prior, anatomy)]
    summary = {"shapes": prior.shape_count, "edges": edges, "prior": prior, "anatomy": anatomy}
    yield JobFinished(summary)


def _cases(
    request: AssessRequest,
) -> Generator[Event, None, tuple[Iterator[_Case], "Prior", "Anatomy", int]]:
    if request.project is not None:
        return _project_cases(request)
    anatomy, ids, points, images, training = yield from _annotated(request)
    prior = _prior_of_weights(request.weights)
    if prior is None:
        prior = yield from _fit(points[training], anatomy)
    return _annotated_cases(ids, points, images), prior, anatomy, len(ids)


def _fit(points: np.ndarray, anatomy: "Anatomy") -> Generator[Event, None, "Prior"]:
    from engine.assess.prior import fit_prior

    prior = fit_prior(points, anatomy)
    yield Notice(f"The prior is fitted on {len(points)} shapes of this data")
    return prior


def _project_cases(
    request: AssessRequest,
) -> tuple[Iterator[_Case], "Prior", "Anatomy", int]:
    from engine.review.project import ReviewProject
    from engine.review.project_limits import judged_by

    assert request.project is not None
    project = ReviewProject.open(request.project)
    prior, anatomy = judged_by(project, request.policy, _prior_of_project(project, request))
    rows = project.rows()

    def cases() -> Iterator[_Case]:
        with project:
            for row in rows:
                held = project.assessment(row.identifier)
                pair = project.pair(row.identifier)
                yield _Case(row.identifier, pair, None, held.copy_risk, held.image)

    return cases(), prior, anatomy, len(rows)


def _prior_of_project(project: "ReviewProject", request: AssessRequest) -> "Prior":
    from engine.assess.prior import Prior

    prior = _prior_of_weights(request.weights)
    if prior is not None:
        return prior
    arrays = project.prior_arrays()
    if arrays is None:
        raise ProjectError(f"{request.project} holds no prior: name the weights with --weights")
    return Prior.from_arrays(arrays)


def _annotated(request: AssessRequest) -> Generator[Event, None, tuple]:
    """Anatomy, ids, points (n, L, 2), images (n, 256, 256) or None, and which are for training."""
    assert request.data is not None
    if request.data.suffix == ".csv":
        return _bare_shapes(request.data, request.anatomy)
    from engine.jobs.radiographs import read_canvas_radiographs

    radiographs, anatomy = yield from read_canvas_radiographs(
        request.data, request.anatomy, request.split, request.part
    )
    training = np.ones(len(radiographs.ids), dtype=bool)
    if request.part == "all" and request.data.is_dir():
        known, _ = yield from read_canvas_radiographs(
            request.data, request.anatomy, request.split, "train"
        )
        training = np.isin(radiographs.ids, known.ids)
    images = radiographs.images_in_range(slice(None))
    return anatomy, radiographs.ids, radiographs.points, images, training


def _bare_shapes(table: Path, anatomy_name: str) -> tuple:
    """Shapes without images, each centred on a canvas of its own with a margin around it."""
    from engine.anatomy import load_anatomy
    from engine.canvas import CANVAS_SIZE
    from engine.data.landmark_table import read_landmark_table

    anatomy = load_anatomy(anatomy_name)
    shapes = read_landmark_table(table, anatomy.landmark_count)
    points = np.stack(list(shapes.values()))
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    extent = (high - low).max(axis=2, keepdims=True)
    if not (extent > 0).all():
        worst = list(shapes)[int(np.argmin(extent))]
        raise DataError(f"{table}: all landmarks of '{worst}' lie at one point")
    scale = (CANVAS_SIZE - 1) / ((1 + 2 * BARE_MARGIN) * extent)
    placed = (points - (low + high) / 2) * scale + (CANVAS_SIZE - 1) / 2
    return anatomy, tuple(shapes), placed, None, np.ones(len(placed), dtype=bool)


def _annotated_cases(
    ids: tuple[str, ...], points: np.ndarray, images: np.ndarray | None
) -> Iterator[_Case]:
    from engine.heatmap import draw_heatmap

    for index, identifier in enumerate(ids):
        heatmap = draw_heatmap(points[index])
        image = np.full_like(heatmap, -1) if images is None else images[index]
        yield _Case(identifier, Pair(image, heatmap), points[index])


def _prior_of_weights(weights: Path | None) -> "Prior | None":
    from engine.assess.prior import Prior
    from engine.generate.weights import read_prior_arrays

    return None if weights is None else Prior.from_arrays(read_prior_arrays(weights))


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


def _row(case: _Case, assessment: "Assessment") -> dict[str, Any]:
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
