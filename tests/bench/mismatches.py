"""Pairs whose image and heatmap do not belong together: labels moved off, a finger painted in."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from engine.anatomy import Anatomy, LandmarkGroup

DIRECTIONS = 4


def shifts(points: np.ndarray, pixels: float, seed: int) -> Iterator[np.ndarray]:
    """All landmarks (L, 2) shifted in four directions at right angles, the first drawn."""
    for step in _steps(seed, pixels, DIRECTIONS):
        yield points + step


def moved_fingers(
    points: np.ndarray, pixels: float, anatomy: Anatomy, seed: int
) -> Iterator[np.ndarray]:
    """Each finger shifted as a whole, in a direction drawn for each."""
    for index, finger in enumerate(fingers(anatomy)):
        (step,) = _steps(seed + 1000 * index, pixels, 1)
        moved = points.copy()
        moved[list(finger.landmarks)] += step
        yield moved


def moved_landmarks(points: np.ndarray, pixels: float, seed: int) -> Iterator[np.ndarray]:
    """Each landmark shifted alone, in a direction drawn for each."""
    for index in range(len(points)):
        (step,) = _steps(seed + 1000 * index, pixels, 1)
        moved = points.copy()
        moved[index] += step
        yield moved


def fingers(anatomy: Anatomy) -> list[LandmarkGroup]:
    """The groups that are chains of bones."""
    return [group for group in anatomy.groups if group.chain]


def doubled_fingers(
    image: np.ndarray, points: np.ndarray, anatomy: Anatomy
) -> Iterator[tuple[LandmarkGroup, float, np.ndarray]]:
    """Each finger painted a second time, turned about its knuckle by 18 degrees to either side.

    Yields:
        the finger, the angle, and the image (s, s).
    """
    for finger in fingers(anatomy):
        for degrees in (-18.0, 18.0):
            yield finger, degrees, doubled_finger(image, points, finger, degrees)


def doubled_finger(
    image: np.ndarray, points: np.ndarray, finger: LandmarkGroup, degrees: float
) -> np.ndarray:
    """The image with a turned copy of a finger beside it: of two greys the brighter, soft edges."""
    from scipy import ndimage

    chain = points[list(finger.landmarks)[1:]]
    length = np.linalg.norm(np.diff(chain, axis=0), axis=1).sum()
    tip = chain[-1] + 0.12 * length * _unit(chain[-1] - chain[-2])
    beside = _distance_to_chain(image.shape[0], np.concatenate([chain, tip[None]]))
    mask = np.clip((0.16 * length - beside) / 3 + 1, 0, 1)
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    knuckle = chain[0][::-1]
    offset = knuckle - turn @ knuckle
    film, share = (ndimage.affine_transform(a, turn, offset, order=1) for a in (image + 1, mask))
    film -= 1
    return (image + share * np.maximum(film - image, 0)).astype(np.float32)


def _steps(seed: int, pixels: float, count: int) -> Iterator[np.ndarray]:
    first = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    for angle in first + np.arange(count) * (2 * np.pi / count):
        yield pixels * np.array([np.cos(angle), np.sin(angle)])


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _distance_to_chain(side: int, chain: np.ndarray) -> np.ndarray:
    """(side, side) distance in pixels to the line through the points (K, 2)."""
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).astype(float)
    nearest = np.full((side, side), np.inf)
    for start, end in pairwise(chain):
        along = end - start
        share = ((grid - start) @ along / max(float(along @ along), 1e-9)).clip(0, 1)
        nearest = np.minimum(
            nearest, np.linalg.norm(grid - start - share[..., None] * along, axis=2)
        )
    return nearest
