"""The descriptors of a run's training radiographs, and the file of their own that holds them.

They lie beside the weights and never in them: who gets the weights gets no picture of a patient.
Nothing is unpickled.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.assess.alignment import align
from engine.assess.copy_check import (
    KnownRadiographs,
    check_copy,
    image_distances,
    nearest,
)
from engine.assess.copy_descriptors import (
    DescriptorFrame,
    describe,
    descriptor_frame,
    middle,
    prior_hash,
)
from engine.assess.copy_risk import COPY_RATIO, CopyRisk
from engine.assess.prior import Prior
from engine.data.canvas_set import CanvasSet
from engine.errors import WeightsError
from engine.files import replace_file

_FORMAT = "ossa-training-descriptors-1"
_MOST_LEFT_OUT = 1000  # radiographs that are left out one by one; more say nothing new


@dataclass(frozen=True, eq=False)
class CopyCheck:
    """All it takes to check a pair against the training radiographs of a run."""

    frame: DescriptorFrame
    known: KnownRadiographs
    data_fingerprint: str
    prior: str

    def check(
        self, image: np.ndarray, landmarks: np.ndarray, leave_out: str | None = None
    ) -> CopyRisk | None:
        """`engine.assess.copy_check.check_copy` with this run's radiographs."""
        return check_copy(image, landmarks, self.known, self.frame, leave_out)


def describe_training(
    radiographs: CanvasSet, prior: Prior, held_out: CanvasSet | None = None
) -> CopyCheck:
    """Describe training radiographs, and how near to them real ones come that were held out.

    Those are the training radiographs themselves, each left out in turn, and `held_out`.

    Args:
        radiographs: those the generator is trained on.
        prior: fitted on them.
        held_out: real radiographs that it is not trained on, if there are any.
    """
    frame = descriptor_frame(prior)
    rows = [_describe_one(radiographs, index, frame) for index in range(len(radiographs))]
    images = np.stack([_unit(middle(row)) for row in rows])
    spreads = np.ones(prior.landmark_count)
    aligned = align(radiographs.points, prior.mean_shape, spreads)
    known = KnownRadiographs(
        ids=radiographs.ids,
        images=images,
        shapes=aligned.to_millimetres(radiographs.points).astype(np.float32),
        groups=np.arange(len(images)),
        held_out=np.zeros(0, dtype=np.float32),
    )
    left_out = _leave_each_out(rows, images)
    groups = _alike(left_out, len(images))
    distances = [nearest(row, groups).distance for row in left_out.values()]
    for index in range(0 if held_out is None else len(held_out)):
        assert held_out is not None
        shifted = _describe_one(held_out, index, frame)
        distances.append(nearest(image_distances(shifted, images), groups).distance)
    known = replace(known, groups=groups, held_out=np.array(distances, dtype=np.float32))
    return CopyCheck(frame, known, radiographs.fingerprint, prior_hash(prior))


def save_descriptors(path: Path, check: CopyCheck) -> None:
    """Write the descriptors beside `path`, then replace it.

    Raises:
        OSError: the folder cannot be written.
    """
    from safetensors.numpy import save

    known = check.known
    tensors = {
        "images": known.images.astype(np.float16),
        "shapes": known.shapes.astype(np.float32),
        "groups": known.groups.astype(np.int64),
        "held_out": known.held_out.astype(np.float32),
    }
    header = {
        "format": _FORMAT,
        "data_fingerprint": check.data_fingerprint,
        "prior": check.prior,
        "ids": json.dumps(known.ids),
    }
    replace_file(path, save(tensors, metadata=header))


def load_descriptors(path: Path, prior: Prior, data_fingerprint: str) -> CopyCheck | None:
    """What `save_descriptors` wrote.

    Returns:
        None where there is no such file, or one of other radiographs or another prior.

    Raises:
        WeightsError: a file that does not hold what it says.
    """
    if not path.is_file():
        return None
    header, arrays = _read(path)
    if header["data_fingerprint"] != data_fingerprint or header["prior"] != prior_hash(prior):
        return None
    frame = descriptor_frame(prior)
    ids = tuple(json.loads(header["ids"]))
    count = len(ids)
    expected = {
        "images": (count, len(frame)),
        "shapes": (count, prior.landmark_count, 2),
        "groups": (count,),
        "held_out": arrays["held_out"].shape[:1],
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all() or not count:
            raise WeightsError(_refusal(path, f"its {name} are not a finite array of {shape}"))
    known = KnownRadiographs(
        ids=ids,
        images=arrays["images"].astype(np.float32),
        shapes=arrays["shapes"].astype(np.float32),
        groups=arrays["groups"].astype(np.int64),
        held_out=arrays["held_out"].astype(np.float32),
    )
    return CopyCheck(frame, known, header["data_fingerprint"], header["prior"])


def _read(path: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    from safetensors import SafetensorError, safe_open

    names = ("images", "shapes", "groups", "held_out")
    try:
        with safe_open(path, framework="numpy") as stored:
            header = stored.metadata() or {}
            if header.get("format") != _FORMAT:
                raise WeightsError(_refusal(path, "it is of another format"))
            json.loads(header["ids"])
            header["data_fingerprint"], header["prior"]
            return header, {name: stored.get_tensor(name) for name in names}
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsError(_refusal(path, " ".join(str(error).split()))) from error


def _refusal(path: Path, reason: str) -> str:
    return (
        f"{path} does not hold training descriptors ({reason}): go on with the training to write "
        "it again, or delete it to go on without a copy check"
    )


def _describe_one(radiographs: CanvasSet, index: int, frame: DescriptorFrame) -> np.ndarray:
    image = radiographs.images_in_range([index])[0]
    shifted = describe(image, radiographs.points[index], frame)
    # Annotated shapes have all landmarks, so there is always something to align by.
    return np.zeros((1, len(frame)), dtype=np.float32) if shifted is None else shifted


def _unit(descriptor: np.ndarray) -> np.ndarray:
    return (descriptor / max(float(np.linalg.norm(descriptor)), 1e-9)).astype(np.float32)


def _leave_each_out(rows: list[np.ndarray], images: np.ndarray) -> dict[int, np.ndarray]:
    """By radiograph, its distances (n,) to all others; its own is infinite."""
    chosen = np.arange(len(images))
    if len(images) > _MOST_LEFT_OUT:
        chosen = np.sort(np.random.default_rng(0).permutation(len(images))[:_MOST_LEFT_OUT])
    return {int(i): image_distances(rows[i], images, np.arange(len(images)) != i) for i in chosen}


def _alike(left_out: dict[int, np.ndarray], count: int) -> np.ndarray:
    """(n,) one number for radiographs that are copies of each other (a picture that was filed
    twice): next to its twin a copy's second nearest is as near as the nearest, and no copy."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    usual = float(np.median([row.min() for row in left_out.values()]))
    pairs = [
        (first, second)
        for first, row in left_out.items()
        for second in np.flatnonzero(row < COPY_RATIO * usual)
    ]
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)
