"""What an assessment judges and by which prior: annotated radiographs, or pairs of a project."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError, ProjectError
from engine.events import Event, Notice
from engine.pair import Pair

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.assess.copy_risk import CopyRisk
    from engine.assess.image_sight import ImageSight
    from engine.assess.prior import Prior
    from engine.data.canvas_cache import Part
    from engine.review.project import ReviewProject

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
class Case:
    """One thing to judge; truth: (L, 2) canvas pixels where it is known; copy_risk, image: what a
    project holds of an earlier copy check and of a localiser's look at the image."""

    identifier: str
    pair: Pair
    truth: np.ndarray | None
    copy_risk: "CopyRisk | None" = None
    image: "ImageSight | None" = None


def cases_of(
    request: AssessRequest,
) -> Generator[Event, None, tuple[Iterator[Case], "Prior", "Anatomy", int]]:
    """The cases, the prior and the anatomy they are judged by, and how many they are.

    Raises:
        OssaError: in one line, what cannot be read.
    """
    if request.project is not None:
        return _project_cases(request)
    anatomy, ids, points, images, training = yield from _annotated(request)
    prior = prior_of_weights(request.weights)
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
) -> tuple[Iterator[Case], "Prior", "Anatomy", int]:
    from engine.review.project import ReviewProject
    from engine.review.project_limits import judged_by

    assert request.project is not None
    project = ReviewProject.open(request.project)
    prior, anatomy = judged_by(project, request.policy, prior_of_project(project, request))
    rows = project.rows()

    def cases() -> Iterator[Case]:
        with project:
            for row in rows:
                held = project.assessment(row.identifier)
                pair = project.pair(row.identifier)
                yield Case(row.identifier, pair, None, held.copy_risk, held.image)

    return cases(), prior, anatomy, len(rows)


def prior_of_project(project: "ReviewProject", request: AssessRequest) -> "Prior":
    """Of the request's weights, else the project's own.

    Raises:
        ProjectError: neither has one.
    """
    from engine.assess.prior import Prior

    prior = prior_of_weights(request.weights)
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
) -> Iterator[Case]:
    from engine.heatmap import draw_heatmap

    for index, identifier in enumerate(ids):
        heatmap = draw_heatmap(points[index])
        image = np.full_like(heatmap, -1) if images is None else images[index]
        yield Case(identifier, Pair(image, heatmap), points[index])


def prior_of_weights(weights: Path | None) -> "Prior | None":
    """The prior in a file of weights; None where none is named."""
    from engine.assess.prior import Prior
    from engine.generate.weights import read_prior_arrays

    return None if weights is None else Prior.from_arrays(read_prior_arrays(weights))
