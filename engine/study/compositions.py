"""Put together what a localiser is trained on: real radiographs, some again, synthetic ones."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.canvas import CanvasMap, place_on_canvas
from engine.data.canvas_set import CanvasSet
from engine.errors import DataError
from engine.study.arms import DUPLICATED, Arm, duplicates
from engine.study.shares import share_of
from engine.study.synthetic import read_synthetic


@dataclass(frozen=True)
class Composition:
    """The training radiographs of one arm, and where each comes from.

    data: all of them, on the localiser's canvas, under ids of their own. real_ids, duplicated_ids:
    of the data set; synthetic_ids: of the review project.
    """

    data: CanvasSet
    real_ids: tuple[str, ...]
    duplicated_ids: tuple[str, ...]
    synthetic_ids: tuple[str, ...]


def compose(
    arm: Arm,
    training: CanvasSet,
    seed: int,
    project: Path | None = None,
    synthetic_ids: tuple[str, ...] = (),
) -> Composition:
    """The radiographs of an arm.

    Args:
        training: all real training radiographs, on the localiser's canvas.
        seed: chooses the share and what is duplicated.
        project, synthetic_ids: where the synthetic ones are, of an arm that has some.

    Raises:
        DataError: another number of synthetic pairs than the arm says.
        ProjectError: they cannot be read.
    """
    real = share_of(training, arm.share, seed)
    if arm.is_synthetic:
        if project is None or len(synthetic_ids) != arm.added:
            raise DataError(f"{arm.title}: {len(synthetic_ids)} pairs were found")
        added = _synthetic(project, synthetic_ids, real)
        return Composition(_joined(real, added), real.ids, (), synthetic_ids)
    chosen = duplicates(len(real), arm.added if arm.source == DUPLICATED else 0, seed)
    again = tuple(real.ids[index] for index in chosen)
    added = replace(
        real,
        ids=tuple(f"{identifier} again {place}" for place, identifier in enumerate(again, 1)),
        images=real.images[chosen],
        points=real.points[chosen],
        sizes=real.sizes[chosen],
    )
    return Composition(_joined(real, added) if arm.added else real, real.ids, again, ())


def _synthetic(project: Path, ids: tuple[str, ...], real: CanvasSet) -> CanvasSet:
    """Pairs of a project on the canvas of the real radiographs."""
    images, points = read_synthetic(project, ids)
    side = images.shape[-1]
    if side != real.side:
        levels = [place_on_canvas(image, real.side) for image in images]
        images = np.rint(np.clip(levels, 0, np.iinfo(np.uint16).max)).astype(np.uint16)
        points = CanvasMap(side, side, real.side).to_canvas(points)
    sizes = np.full((len(ids), 2), side, dtype=np.int64)
    return replace(real, ids=ids, images=images, points=points, sizes=sizes)


def _joined(real: CanvasSet, added: CanvasSet) -> CanvasSet:
    digest = hashlib.blake2b(digest_size=16)
    for word in (real.fingerprint, *added.ids):
        digest.update(word.encode() + b"\0")
    digest.update(np.ascontiguousarray(added.points, dtype="<f8").tobytes())
    return replace(
        real,
        ids=real.ids + added.ids,
        images=np.concatenate([real.images, added.images]),
        points=np.concatenate([real.points, added.points]),
        sizes=np.concatenate([real.sizes, added.sizes]),
        fingerprint=digest.hexdigest(),
    )
