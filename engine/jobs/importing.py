"""The import job: pairs that another generator made, or annotated real radiographs, into a project.

Both are judged by the gate as generated pairs are. Real radiographs are marked as real, carry
``real-`` in their identifiers, and never go out with an export.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError
from engine.events import CancelToken, Event, JobFinished, JobStarted, Notice, PairAssessed
from engine.jobs.copies import copy_check_of, with_copy_risk
from engine.jobs.recognising import FolderKind, not_recognised, recognise
from engine.pair import Pair

if TYPE_CHECKING:
    from engine.assess.prior import Prior
    from engine.assess.training_descriptors import CopyCheck
    from engine.review.project import ReviewProject


@dataclass(frozen=True)
class ImportRequest:
    """All that an import needs.

    folder: ``<id>-image.png`` and ``<id>-heatmap.png``, or a landmark data set; project: the review
    project, made if need be. prior_from: weights, a run's folder or a review project whose prior to
    judge by; without it, it is the project's own, or the built-in generator's. split: of a data
    set, whose both parts are taken.
    """

    folder: Path
    project: Path
    prior_from: Path | None = None
    policy: str = "refined"
    anatomy: str = "hand"
    split: str | None = None


@dataclass(frozen=True)
class _Source:
    """What there is to import; `read` raises `DataError` for one that cannot be used. left_out: how
    many more there are that cannot, as was said already."""

    kind: FolderKind
    names: tuple[str, ...]
    read: Callable[[int], Pair]
    left_out: int = 0


@dataclass
class _Count:
    imported: int = 0
    accepted: int = 0
    there_already: int = 0
    left_out: int = 0


def import_pairs(request: ImportRequest, token: CancelToken) -> Iterator[Event]:
    """Judge and store what a folder holds; what the project holds already is not stored again.

    Yields:
        `JobStarted`, `Notice` (also for each file that cannot be used), `PairAssessed`,
        `JobFinished`.

    Raises:
        OssaError: in one line, why nothing of the folder can be imported.
    """
    from engine.assess.gate import assess, check_fit, find_policy
    from engine.review.project import ReviewProject
    from engine.review.project_limits import judged_by

    policy = find_policy(request.policy)
    source = yield from _source(request)
    with ReviewProject.open_or_create(request.project, request.anatomy) as project:
        prior, copy_check = yield from _prior(request, source.kind, project)
        policy.check(prior)
        check_fit(prior, project.anatomy)
        if project.prior_arrays() is None:
            project.store_prior(prior.to_arrays())
        prior, anatomy = judged_by(project, policy.name, prior)
        yield JobStarted(f"Importing {request.folder.name}", "pair", len(source.names))
        count = _Count(left_out=source.left_out)
        for index, name in enumerate(source.names):
            token.wait_while_paused()
            if token.stopped:
                break
            try:
                pair = source.read(index)
            except DataError as error:
                count.left_out += 1
                yield Notice(f"{error}; left out")
                continue
            origin = _origin(source.kind, name, pair)
            if project.sampled_indices(origin.weights_hash, origin.seed, origin.settings):
                count.there_already += 1
                continue
            assessment = assess(pair, prior, anatomy, request.policy, seed=index)
            assessment = with_copy_risk(assessment, pair, copy_check)
            identifier = project.add_pair(pair, assessment, origin)
            count.imported += 1
            count.accepted += assessment.accepted
            yield PairAssessed(identifier, index, pair, assessment)
    if count.left_out == len(source.names) + source.left_out:
        things = "radiographs" if source.kind is FolderKind.RADIOGRAPHS else "pairs"
        raise DataError(f"{request.folder}: none of its {count.left_out} {things} can be imported")
    yield JobFinished(_summary(request, source.kind, count))


def _source(request: ImportRequest) -> Generator[Event, None, _Source]:
    kind = recognise(request.folder)
    if kind is FolderKind.PAIRS:
        return (yield from _pairs(request.folder))
    if kind is FolderKind.RADIOGRAPHS:
        return (yield from _radiographs(request))
    if kind is FolderKind.PROJECT:
        raise DataError(f"{request.folder} is a review project already: open it, or merge it")
    raise not_recognised(request.folder)


def _pairs(folder: Path) -> Generator[Event, None, _Source]:
    from engine.data.pair_files import find_pair_files, read_pair_files

    names, notices = find_pair_files(folder)
    for text in notices:
        yield Notice(text)
    if not names:
        raise DataError(f"{folder} holds no pair: each needs <id>-image.png and <id>-heatmap.png")
    return _Source(FolderKind.PAIRS, names, lambda index: read_pair_files(folder, names[index]))


def _radiographs(request: ImportRequest) -> Generator[Event, None, _Source]:
    """One file that cannot be read is no reason to refuse the others; wrong landmarks are."""
    from engine.anatomy import load_anatomy
    from engine.canvas import CanvasMap
    from engine.data.canvas_cache import decode_radiograph
    from engine.data.canvas_set import in_range
    from engine.data.dataset import open_dataset
    from engine.heatmap import draw_heatmap

    dataset = open_dataset(
        request.folder, load_anatomy(request.anatomy), request.split, leave_out_unreadable=True
    )
    for text in (*dataset.notices, *(f"{line}; left out" for line in dataset.unreadable)):
        yield Notice(text)
    names = dataset.train_ids + dataset.test_ids

    def read(index: int) -> Pair:
        levels, size = decode_radiograph(dataset.images[names[index]])
        points = CanvasMap(*size).to_canvas(dataset.landmarks[names[index]])
        return Pair(in_range(levels), draw_heatmap(points))

    return _Source(FolderKind.RADIOGRAPHS, names, read, len(dataset.unreadable))


def _origin(kind: FolderKind, name: str, pair: Pair) -> Any:
    """Where the pair comes from: told by its name and what it shows, so none comes in twice."""
    from engine.review.planes import sixteen_bit
    from engine.review.project import Origin

    settings = {
        "source": "real" if kind is FolderKind.RADIOGRAPHS else "imported",
        "name": name,
        "content": hashlib.sha256(sixteen_bit(pair.channels()).tobytes()).hexdigest(),
    }
    return Origin(weights_hash="", seed=0, index=0, settings=settings)


def _prior(
    request: ImportRequest, kind: FolderKind, project: "ReviewProject"
) -> "Generator[Event, None, tuple[Prior, CopyCheck | None]]":
    """What to judge by. Pairs are compared with the radiographs of weights that are named; real
    radiographs may be those themselves."""
    from engine.assess.prior import Prior
    from engine.generate.builtin import builtin_weights
    from engine.generate.weights import read_prior_arrays, read_weights_info

    named = request.prior_from
    if named is None or recognise(named) is FolderKind.PROJECT:
        arrays = project.prior_arrays() if named is None else _prior_of_project(named)
        if arrays is not None:
            return Prior.from_arrays(arrays), None
        arrays = read_prior_arrays(builtin_weights())
        yield Notice("Judged by the prior of the built-in generator")
        return Prior.from_arrays(arrays), None
    prior = Prior.from_arrays(read_prior_arrays(named))
    if kind is FolderKind.RADIOGRAPHS:
        return prior, None
    info = read_weights_info(named)
    return prior, copy_check_of(info.path, prior, info.metadata)


def _prior_of_project(folder: Path) -> dict[str, np.ndarray] | None:
    from engine.review.project import ReviewProject

    with ReviewProject.open(folder) as project:
        return project.prior_arrays()


def _summary(request: ImportRequest, kind: FolderKind, count: _Count) -> dict[str, Any]:
    real = kind is FolderKind.RADIOGRAPHS
    things = "real radiographs" if real else "pairs"
    line = f"{count.imported} {things} imported, {count.accepted} accepted by the gate"
    if count.there_already:
        line += f", {count.there_already} there already"
    if count.left_out:
        line += f", {count.left_out} left out"
    return {
        "project": str(request.project),
        "line": line,
        "real": real,
        "imported": count.imported,
        "accepted": count.accepted,
        "acceptance": count.accepted / count.imported if count.imported else None,
        "there_already": count.there_already,
        "left_out": count.left_out,
    }
