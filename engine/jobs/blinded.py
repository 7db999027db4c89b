"""A blinded reading: generated and real hands, mixed and made alike, for a reader to tell apart.

Both kinds come through the same canvas and 16-bit rounding, and then through
`engine.data.equalising`, which says what it takes away and what it cannot.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from engine.errors import DataError
from engine.events import CancelToken, Event, JobStarted

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.review.project import ReviewProject
    from engine.review.series import PlannedItem, SeriesPlan


@dataclass(frozen=True)
class SeriesRequest:
    """All that a series needs.

    real_data: a landmark data set's folder or a canvas file; split: of which the test part goes
    first, as the generator has not learned from it. reader: whose own decisions and answers are
    known to have been seen, so that fresh pictures go first.
    """

    project: Path
    real_data: Path
    reader: str
    split: str | None = None
    count: int = 40
    seed: int = 0


@dataclass(frozen=True)
class BlindedItem:
    """One picture of a series: (256, 256) float32 in [-1, 1], read-only, and what it is."""

    item: str
    is_real: bool
    image: np.ndarray


@dataclass(frozen=True)
class SeriesPrepared:
    """A series is ready to be read: its plan, and its pictures in order."""

    plan: "SeriesPlan"
    items: tuple[BlindedItem, ...]


def prepare_series(request: SeriesRequest, token: CancelToken) -> Iterator[Event | SeriesPrepared]:
    """Draw a new series, keep its plan and make its pictures.

    Yields:
        `JobStarted`, `SeriesPrepared` unless stopped.

    Raises:
        OssaError: in one line, what cannot be read, or of what there is too little.
    """
    from engine.review.project import ReviewProject
    from engine.review.series import write_plan

    yield JobStarted("Preparing a blinded reading", "picture", request.count)
    with ReviewProject.open(request.project) as project:
        radiographs = _Radiographs(request.real_data, project.anatomy, request.split)
        plan = _draw(request, project, radiographs)
        items = _pictures(plan.items, project, radiographs, token)
        if items is None:
            return
        write_plan(project.folder, plan)
        yield SeriesPrepared(plan, items)


def resume_series(
    project_folder: Path, plan: "SeriesPlan", token: CancelToken
) -> Iterator[Event | SeriesPrepared]:
    """Make the pictures of a series that was begun before.

    Yields:
        `JobStarted`, `SeriesPrepared` unless stopped.

    Raises:
        OssaError: in one line, what cannot be read or is no longer there.
    """
    from engine.review.project import ReviewProject

    yield JobStarted("Preparing a blinded reading", "picture", len(plan.items))
    with ReviewProject.open(project_folder) as project:
        radiographs = _Radiographs(Path(plan.real_data), project.anatomy, plan.split)
        items = _pictures(plan.items, project, radiographs, token)
        if items is not None:
            yield SeriesPrepared(plan, items)


def blinded_series(
    project_folder: Path, real_data: Path, split: str | None, count: int, seed: int
) -> list[BlindedItem]:
    """The pictures that a series of this seed has for a reader who has seen none; nothing is kept.

    Raises:
        OssaError: as `prepare_series`.
    """
    from engine.review.project import ReviewProject

    request = SeriesRequest(project_folder, real_data, "", split, count, seed)
    with ReviewProject.open(project_folder) as project:
        radiographs = _Radiographs(real_data, project.anatomy, split)
        plan = _draw(request, project, radiographs)
        return list(_pictures(plan.items, project, radiographs, CancelToken()) or ())


class _Radiographs:
    """Real radiographs by identifier; only those that a series shows are decoded."""

    def __init__(self, data: Path, anatomy: "Anatomy", split: str | None) -> None:
        from engine.data.canvas_set import read_canvas_set
        from engine.data.dataset import open_dataset
        from engine.review.series import hashed_identifier

        self.split = split or ""
        self.train_ids: tuple[str, ...] = ()
        self._read: Callable[[str], np.ndarray]
        if data.suffix == ".npz":
            known = read_canvas_set(data)
            self.test_ids = known.ids
            self._read = lambda name: known.images_in_range([known.ids.index(name)])[0]
        else:
            dataset = open_dataset(data, anatomy, split)
            self.split = dataset.split
            self.test_ids, self.train_ids = dataset.test_ids, dataset.train_ids
            self._read = lambda name: _on_canvas(dataset.images[name])
        self._folder = data
        self._names = {hashed_identifier(name): name for name in self.test_ids + self.train_ids}

    @cached_property
    def items(self) -> tuple[list[str], list[str]]:
        """The hashes of the test part and of the training part."""
        from engine.review.series import hashed_identifier

        test, train = ([*map(hashed_identifier, ids)] for ids in (self.test_ids, self.train_ids))
        return test, train

    def image(self, item: str) -> np.ndarray:
        """(256, 256) in [-1, 1].

        Raises:
            DataError: it is not there any more, or cannot be read.
        """
        if item not in self._names:
            raise DataError(
                f"{self._folder} no longer holds all radiographs of this series: begin a new one"
            )
        return self._read(self._names[item])


def _on_canvas(path: Path) -> np.ndarray:
    from engine.canvas import place_on_canvas
    from engine.data.radiograph import read_radiograph

    return 2 * np.clip(place_on_canvas(read_radiograph(path).pixels), 0, 1) - 1


def _draw(
    request: SeriesRequest, project: "ReviewProject", radiographs: _Radiographs
) -> "SeriesPlan":
    from engine.jobs.blinded_choice import choose_items
    from engine.review.series import SeriesPlan
    from engine.review.trail import now

    return SeriesPlan(
        session=str(uuid4()),
        who=request.reader,
        begun=now(),
        seed=request.seed,
        real_data=str(request.real_data),
        split=radiographs.split,
        items=choose_items(project, request.reader, radiographs.items, request.count, request.seed),
    )


def _pictures(
    planned: "Sequence[PlannedItem]",
    project: "ReviewProject",
    radiographs: _Radiographs,
    token: CancelToken,
) -> tuple[BlindedItem, ...] | None:
    """The pictures in order, None once the job is to end."""
    from engine.data.equalising import equalise

    items = []
    for one in planned:
        token.wait_while_paused()
        if token.stopped:
            return None
        image = radiographs.image(one.item) if one.is_real else project.pair(one.item).image
        shown = equalise(image, one.grain)
        shown.flags.writeable = False
        items.append(BlindedItem(one.item, one.is_real, shown))
    return tuple(items)
