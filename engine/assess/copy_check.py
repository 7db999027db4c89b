"""The copy check: is a pair the copy of a training radiograph? A risk report, not anonymisation.

d1 and d2 are the distances sqrt(2 - 2ρ) to the nearest and the second nearest training radiograph,
ρ being the correlation of their descriptors. A picture that is far nearer to one radiograph than
to any other, d1/d2 < 1/3, is a copy of it (the test that Yoon, Choi, Kwon & Ryu, "Diffusion
probabilistic models generalize when they fail to memorize", 2023, use). One that comes nearer to
the training set than 95 % of real radiographs that were held out is suspect, and so is one whose
landmarks alone are a copy's.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.assess.alignment import as_complex
from engine.assess.copy_descriptors import DescriptorFrame, describe, middle
from engine.assess.copy_risk import COPY_RATIO, CopyLevel, CopyRisk

SUSPECT_QUANTILE = 0.05
_LOOKED_AT = 32  # nearest radiographs, as the landmarks lay them, that the search looks at
_LEAST_SHARED = 0.5  # of two descriptors' contrast that must be in what both show
_FARTHEST = 2.0
_NO_DISTANCE = 1e-9
_MINIMUM_KNOWN = 3


@dataclass(frozen=True, eq=False)
class KnownRadiographs:
    """What the check compares with: n training radiographs of D points and L landmarks.

    ids: their identifiers; images: (n, D) float32 of length 1, 0 at points that the canvas does not
    show; shapes: (n, L, 2) landmarks on the mean shape, mm; groups: (n,) the same number for
    radiographs so alike that they count as one; held_out: (m,) d1 of real radiographs that were
    held out (left out one by one, or never trained on).
    """

    ids: tuple[str, ...]
    images: np.ndarray
    shapes: np.ndarray
    groups: np.ndarray
    held_out: np.ndarray

    @cached_property
    def suspect_below(self) -> float:
        """The distance below which a picture is suspect."""
        return float(np.quantile(self.held_out, SUSPECT_QUANTILE)) if len(self.held_out) else 0.0


@dataclass(frozen=True)
class Nearest:
    """Index of the nearest radiograph, its distance d1, and d1/d2."""

    index: int
    distance: float
    ratio: float


def check_copy(
    image: np.ndarray,
    landmarks: np.ndarray,
    known: KnownRadiographs,
    frame: DescriptorFrame,
    leave_out: str | None = None,
) -> CopyRisk | None:
    """Compare a pair with the training radiographs.

    Args:
        image: (256, 256) in [-1, 1].
        landmarks: (L, 2) canvas pixels, NaN for one without a place.
        frame: of the prior that `known` was described with.
        leave_out: identifier of a training radiograph not to compare with: the picture itself.

    Returns:
        None where fewer than three landmarks are known, so that nothing can be compared.
    """
    shifted = describe(image, landmarks, frame)
    if shifted is None:
        return None
    kept = np.array([identifier != leave_out for identifier in known.ids])
    looks = nearest(image_distances(shifted, known.images, kept), known.groups)
    shape = nearest(
        np.where(kept, shape_distances(landmarks, known.shapes), np.inf), np.arange(len(kept))
    )
    return CopyRisk(
        level=_level(looks, shape, known.suspect_below),
        nearest=known.ids[looks.index],
        distance=looks.distance,
        ratio=looks.ratio,
        nearer_than=float((known.held_out < looks.distance).mean()) if len(known.held_out) else 0.0,
        shape_nearest=known.ids[shape.index],
        shape_distance=shape.distance,
        shape_ratio=shape.ratio,
    )


def image_distances(
    shifted: np.ndarray, images: np.ndarray, kept: np.ndarray | None = None
) -> np.ndarray:
    """Distances of a picture to training radiographs, the least over the search.

    Args:
        shifted: (shifts, D), as `describe` returns.
        images: (n, D) of length 1. kept: (n,) which of them to compare with, all when left out.

    Returns:
        (n,); infinite for those not compared with, and at least the true one for those that are not
        among the nearest few as the landmarks lay them.
    """
    own = middle(shifted)
    likeness = images @ (own / max(float(np.linalg.norm(own)), _NO_DISTANCE))
    if kept is not None:
        likeness = np.where(kept, likeness, -np.inf)
    looked_at = np.argsort(-likeness)[:_LOOKED_AT]
    likeness[looked_at] = np.maximum(
        likeness[looked_at], _shared_likeness(shifted, images[looked_at])
    )
    if kept is not None:
        likeness[~kept] = -np.inf
    return np.sqrt(np.maximum(2 - 2 * likeness, 0))


def shape_distances(landmarks: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Full Procrustes distances over the known landmarks, root mean square in mm.

    With both shapes centred and of length 1 as complex vectors z and w, it is sqrt(1 - |z*w|²).

    Args:
        landmarks: (L, 2) in any unit, NaN for one without a place. shapes: (n, L, 2) mm.

    Returns:
        (n,); infinite with fewer than three known.
    """
    seen = np.isfinite(landmarks).all(axis=-1)
    if seen.sum() < _MINIMUM_KNOWN:
        return np.full(len(shapes), np.inf)
    own, _ = _centred(as_complex(landmarks[seen])[None])
    others, sizes = _centred(as_complex(shapes if seen.all() else shapes[:, seen]))
    agreement = np.abs(others @ own[0].conj())
    return np.sqrt(np.maximum(1 - agreement**2, 0) / seen.sum()) * sizes


def nearest(distances: np.ndarray, groups: np.ndarray) -> Nearest:
    """The nearest, and how much nearer it is than the nearest that is not of its group."""
    index = int(np.argmin(distances))
    first = float(distances[index])
    others = distances[groups != groups[index]]
    second = float(others.min()) if len(others) else np.inf
    if not np.isfinite(second):
        second = _FARTHEST
    return Nearest(index, first, first / max(second, first, _NO_DISTANCE))


def _shared_likeness(shifted: np.ndarray, images: np.ndarray) -> np.ndarray:
    """(k,) highest correlation over the search, over the points that both pictures show."""
    product = shifted @ images.T
    own = (shifted**2) @ (images != 0).T.astype(np.float32)
    theirs = (shifted != 0).astype(np.float32) @ (images**2).T
    whole = np.linalg.norm(shifted, axis=1)[:, None] * np.linalg.norm(images, axis=1)[None]
    length = np.maximum(np.sqrt(own * theirs), _LEAST_SHARED * whole)
    return (product / np.maximum(length, _NO_DISTANCE)).max(axis=0)


def _centred(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shapes (n, L) as complex vectors of length 1 around 0, and the lengths they had (n,)."""
    shapes = shapes - shapes.mean(axis=1, keepdims=True)
    sizes = np.maximum(np.linalg.norm(shapes, axis=1), _NO_DISTANCE)
    return shapes / sizes[:, None], sizes


def _level(looks: Nearest, shape: Nearest, suspect_below: float) -> CopyLevel:
    if looks.ratio < COPY_RATIO:
        return CopyLevel.COPY
    if looks.distance < suspect_below or shape.ratio < COPY_RATIO:
        return CopyLevel.SUSPECT
    return CopyLevel.NONE
