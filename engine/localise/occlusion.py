"""Hide a finger tip of a radiograph, as films do: cut off, covered by a marker, or washed out.

The occlusion scenario of the paper (Fig. 3), made systematic: what is hidden is the last landmark
of a finger's chain, and as much around it as the end phalanx is long.
"""

from typing import Literal, get_args

import numpy as np

from engine.anatomy import Anatomy, LandmarkGroup

Kind = Literal["cut", "marker", "blur"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def fingers(anatomy: Anatomy) -> tuple[LandmarkGroup, ...]:
    """The groups whose landmarks are a chain that ends in a tip."""
    return tuple(group for group in anatomy.groups if group.chain)


def tip_of(finger: LandmarkGroup) -> int:
    """The landmark at the finger's end."""
    return finger.landmarks[-1]


def occlude_tip(
    image: np.ndarray,
    points: np.ndarray,
    finger: LandmarkGroup,
    rng: np.random.Generator,
    kind: Kind | None = None,
) -> np.ndarray:
    """The same radiograph with one finger tip hidden; nothing else changes.

    Args:
        image: (s, s) grey values, any float range or uint16.
        points: (L, 2) landmarks in its pixels.
        finger: one of `fingers`.
        kind: ``cut`` (black beyond a line across the finger), ``marker`` (a dark square) or
            ``blur`` (smoothed until no edge is left); drawn by `rng` if left out.
    """
    kind = kind or KINDS[int(rng.integers(len(KINDS)))]
    tip = points[finger.landmarks[-1]]
    along = tip - points[finger.landmarks[-2]]
    length = float(np.linalg.norm(along)) or 1.0
    along = along / length
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    ahead = (x - tip[0]) * along[0] + (y - tip[1]) * along[1]
    aside = np.abs(-(x - tip[0]) * along[1] + (y - tip[1]) * along[0])
    reach = length * rng.uniform(0.35, 0.6)
    if kind == "blur":
        return _blurred(image, np.hypot(ahead, aside) / max(reach, 1.0), reach)
    # Beyond the tip lie a nail and soft tissue, about as long as the hidden part of the bone.
    hidden = (ahead > -reach) & (ahead < 1.2 * length) & (aside < 0.7 * length)
    if kind == "marker":
        hidden &= ahead < 0.8 * reach
    occluded = image.copy()
    occluded[hidden] = image.min()
    return occluded


def _blurred(image: np.ndarray, distance: np.ndarray, reach: float) -> np.ndarray:
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(image.astype(np.float64), max(2.0, 0.6 * reach))
    share = np.clip(2.0 - distance, 0, 1)
    mixed = share * smooth + (1 - share) * image
    return (
        mixed.astype(image.dtype)
        if image.dtype.kind == "f"
        else np.round(mixed).astype(image.dtype)
    )
