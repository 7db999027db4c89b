"""How far found landmarks lie from annotated ones: point error, outliers, intervals.

The point error (PE) of a landmark is its distance in millimetres; an outlier of radius r lies
further than r (Payer et al. 2019). Millimetres come from the anatomy's scale pair (landmarks 1 and
5 of the hand, 50 mm), which every result names: other authors take 0 and 4.
"""

from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.canvas import CANVAS_SIZE, millimetres_per_pixel
from engine.data.canvas_set import CanvasSet

RADII = (2.0, 4.0, 10.0, 20.0)
RESAMPLES = 2000
Interval = tuple[float, float]


@dataclass(frozen=True)
class GroupErrors:
    """The point errors of one landmark, one finger or all of them.

    mean, sd: of all distances in mm; interval: 95 % of the mean, by resampling radiographs.
    outliers: landmarks beyond each of `RADII`; count: landmarks measured.
    """

    name: str
    mean: float
    sd: float
    interval: Interval
    outliers: dict[float, int]
    count: int


@dataclass(frozen=True)
class ErrorSummary:
    """All landmarks together, by group and one by one; scale_pair: in words, what sets the mm."""

    all: GroupErrors
    groups: tuple[GroupErrors, ...]
    landmarks: tuple[GroupErrors, ...]
    scale_pair: str


def point_errors(
    predicted: np.ndarray, true: np.ndarray, millimetres_per_pixel: np.ndarray
) -> np.ndarray:
    """Distances in mm, (n, L).

    Args:
        predicted, true: (n, L, 2) in pixels of the same picture; millimetres_per_pixel: (n,).
    """
    distance = np.linalg.norm(np.asarray(predicted) - np.asarray(true), axis=2)
    return distance * np.asarray(millimetres_per_pixel)[:, None]


def millimetres_of(data: CanvasSet, anatomy: Anatomy) -> np.ndarray:
    """Millimetres per canvas pixel of each radiograph, (n,)."""
    pair = anatomy.scale_pair
    if pair is None:
        constant = float(anatomy.millimetres_per_pixel or 1.0) * CANVAS_SIZE / data.side
        return np.full(len(data), constant)
    return millimetres_per_pixel(data.points, pair.indices, pair.length)


def summarise(errors: np.ndarray, anatomy: Anatomy, seed: int = 0) -> ErrorSummary:
    """Point errors (n, L) in mm, summed up.

    Raises:
        ValueError: no radiographs, or another number of landmarks than the anatomy's.
    """
    if errors.ndim != 2 or not len(errors) or errors.shape[1] != anatomy.landmark_count:
        raise ValueError(f"errors of shape {errors.shape}, expected (n, {anatomy.landmark_count})")

    def of(name: str, landmarks: list[int]) -> GroupErrors:
        return _group(name, errors[:, landmarks], seed)

    every = list(range(anatomy.landmark_count))
    return ErrorSummary(
        all=of("all", every),
        groups=tuple(of(group.title, list(group.landmarks)) for group in anatomy.groups),
        landmarks=tuple(of(anatomy.landmark_names[index], [index]) for index in every),
        scale_pair=scale_pair_text(anatomy),
    )


def scale_pair_text(anatomy: Anatomy) -> str:
    """What sets the millimetres, in words."""
    pair = anatomy.scale_pair
    if pair is None:
        return f"{anatomy.millimetres_per_pixel:g} mm per canvas pixel"
    return f"landmarks {pair.first} and {pair.second} are {pair.length:g} mm apart"


def _group(name: str, errors: np.ndarray, seed: int) -> GroupErrors:
    return GroupErrors(
        name=name,
        mean=float(errors.mean()),
        sd=float(errors.std()),
        interval=bootstrap_interval(errors.mean(axis=1), seed),
        outliers={radius: int((errors > radius).sum()) for radius in RADII},
        count=errors.size,
    )


def bootstrap_interval(values: np.ndarray, seed: int = 0) -> Interval:
    """95 % interval of the mean of (n,) independent values, by percentiles of resampled means."""
    means = values[_resampled(len(values), seed)].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def paired_bootstrap(
    errors: np.ndarray, reference: np.ndarray, seed: int = 0
) -> tuple[float, Interval]:
    """Mean PE of one localiser minus that of another on the same radiographs, with 95 % interval.

    Args:
        errors, reference: (n, L) in mm, or (seeds, n, L) of several trainings each: then their
            trainings are resampled as well as the radiographs.

    Raises:
        ValueError: not the same radiographs.
    """
    first, second = (np.atleast_3d(e) if e.ndim == 3 else e[None] for e in (errors, reference))
    if first.shape[1:] != second.shape[1:]:
        raise ValueError(f"errors of shapes {errors.shape} and {reference.shape} are not paired")
    rng = np.random.default_rng(seed)
    per_image = [e.mean(axis=2) for e in (first, second)]
    differences = []
    for _ in range(RESAMPLES):
        images = rng.integers(0, first.shape[1], first.shape[1])
        means = [
            e[rng.integers(0, len(e), len(e))][:, images].mean()
            if len(e) > 1
            else e[0, images].mean()
            for e in per_image
        ]
        differences.append(means[0] - means[1])
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(first.mean() - second.mean()), (float(low), float(high))


def cumulative_errors(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cumulative error distribution: sorted errors in mm, and the share at or below each."""
    ordered = np.sort(np.ravel(errors))
    return ordered, np.arange(1, len(ordered) + 1) / len(ordered)


def _resampled(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
