"""The assessment job: judge annotated radiographs, or the pairs of a project, with the gate.

Annotated radiographs are drawn as heatmaps and labelled like generated ones, which says how well
the labelling does where the truth is known. Their annotated landmarks are judged as they are, too:
that finds slips of annotation (two landmarks at one point, a landmark far off).
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError, ProjectError, SettingsError
from engine.events import CancelToken, Event, JobFinished, JobStarted, Notice, PairAssessed
from engine.pair import Pair

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.assess.assessment import Assessment
    from engine.assess.prior import Prior
    from engine.data.canvas_cache import Part

RIGHT_WITHIN = 2.0  # mm from the truth
BARE_MARGIN = 0.06  # of a shape's extent, around shapes that come without an image


@dataclass(frozen=True)
class AssessRequest:
    """All that an assessment needs.

    data: a landmark data set's folder, a canvas file (``.npz``) or a landmark table alone
    (``.csv``); or project: a review project. weights: whose prior to judge by; without, it is the
    project's own, or fitted on the data's training part. exact: also solve each labelling exactly.
    """

    data: Path | None = None
    project: Path | None = None
    weights: Path | None = None
    split: str | None = None
    part: "Part" = "all"
    policy: str = "paper"
    anatomy: str = "hand"
    exact: bool = False


@dataclass(frozen=True)
class _Case:
    """One thing to judge; truth: (L, 2) canvas pixels where it is known."""

    identifier: str
    pair: Pair
    truth: np.ndarray | None


def assess(request: AssessRequest, token: CancelToken) -> Iterator[Event]:
    """Judge every case and sum up.

    Yields:
        `JobStarted`, `Notice`, `PairAssessed`, `JobFinished`.

    Raises:
        OssaError: in one line, what cannot be read or judged.
    """
    if request.exact and request.policy != "paper":
        raise SettingsError("--exact compares the labelling of policy paper: say --policy paper")
    from engine.assess.gate import assess as judge
    from engine.assess.gate import assess_landmarks as judge_landmarks

    cases, prior, anatomy, total = yield from _cases(request)
    yield JobStarted("Assessing", "pair", total)
    rows = []
    for index, case in enumerate(cases):
        if token.stopped:
            break
        assessment = judge(case.pair, prior, anatomy, request.policy, seed=index)
        row = _row(case, assessment)
        if case.truth is not None:
            annotated = judge_landmarks(case.truth, prior, anatomy, request.policy, seed=index)
            row["slips"] = [reason.text for reason in annotated.reasons]
        if request.exact:
            row["exact"] = _compare_exactly(case.pair, prior, anatomy)
        rows.append(row)
        yield PairAssessed(case.identifier, index, case.pair, assessment)
    yield JobFinished(_summary(request, rows))


def _cases(
    request: AssessRequest,
) -> Generator[Event, None, tuple[Iterator[_Case], "Prior", "Anatomy", int]]:
    if request.project is not None:
        return _project_cases(request)
    anatomy, ids, points, images, training = yield from _annotated(request)
    prior = _prior_of_weights(request.weights)
    if prior is None:
        from engine.assess.prior import fit_prior

        prior = fit_prior(points[training], anatomy)
        yield Notice(f"The prior is fitted on {training.sum()} shapes of this data")
    return _annotated_cases(ids, points, images), prior, anatomy, len(ids)


def _project_cases(
    request: AssessRequest,
) -> tuple[Iterator[_Case], "Prior", "Anatomy", int]:
    from engine.assess.prior import Prior
    from engine.review.project import ReviewProject

    assert request.project is not None
    project = ReviewProject.open(request.project)
    prior = _prior_of_weights(request.weights)
    if prior is None:
        arrays = project.prior_arrays()
        if arrays is None:
            raise ProjectError(f"{request.project} holds no prior: name the weights with --weights")
        prior = Prior.from_arrays(arrays)
    rows = project.rows()

    def cases() -> Iterator[_Case]:
        with project:
            for row in rows:
                yield _Case(row.identifier, project.pair(row.identifier), None)

    return cases(), prior, project.anatomy, len(rows)


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


def _row(case: _Case, assessment: "Assessment") -> dict[str, Any]:
    row: dict[str, Any] = {"id": case.identifier, **assessment.to_dict()}
    if case.truth is not None:
        errors = np.linalg.norm(assessment.landmarks - case.truth, axis=1)
        right = errors * assessment.millimetres_per_pixel < RIGHT_WITHIN
        row["labelled_right"] = int(right.sum())
        row["mislabelled"] = np.flatnonzero(~right).tolist()
    return row


def _compare_exactly(pair: Pair, prior: "Prior", anatomy: "Anatomy") -> dict[str, Any]:
    """Log-scores of the labelling the gate took and of the exact best on pruned candidates."""
    from engine.assess.belief_propagation import belief_propagation
    from engine.assess.graphical_model import exact_labelling, log_score
    from engine.assess.potentials import paper_potentials
    from engine.heatmap import find_candidates

    candidates = find_candidates(pair.heatmap, anatomy.landmark_count)
    if not len(candidates):
        return {"differs": [], "log_score": None, "exact_log_score": None}
    field = paper_potentials([candidates], prior, anatomy.unary_sigma)
    beliefs = belief_propagation(field.unary, field.binary, field.edges, mask=field.exists)
    marginals, single = beliefs.marginals[0], field[0]
    chosen = marginals.argmax(axis=1)
    best = exact_labelling(single, marginals)
    return {
        "differs": np.flatnonzero(best.chosen != chosen).tolist(),
        "log_score": log_score(single, chosen),
        "exact_log_score": best.log_score,
    }


def _summary(request: AssessRequest, rows: list[dict[str, Any]]) -> dict[str, Any]:
    accepted = sum(row["accepted"] for row in rows)
    summary: dict[str, Any] = {
        "policy": request.policy,
        "count": len(rows),
        "accepted": accepted,
        "acceptance": accepted / len(rows) if rows else None,
        "assessments": rows,
    }
    known = [row for row in rows if "labelled_right" in row]
    if known:
        landmarks = sum(len(row["landmarks"]) for row in known)
        summary["landmarks_right"] = sum(row["labelled_right"] for row in known) / landmarks
        summary["wholly_right"] = sum(not row["mislabelled"] for row in known)
    if request.exact:
        summary["same_as_exact"] = sum(not row["exact"]["differs"] for row in rows)
    return summary
