"""Hands gone wrong, as heatmaps: faults that a gate has to refuse, nuisances it has to see past.

Everything is drawn, never handed over as a list of points: what a fault looks like to the gate is
blobs, in no order. Points are canvas pixels, lengths millimetres by the hand's own scale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.anatomy import Anatomy
from engine.canvas import CANVAS_SIZE, millimetres_per_pixel
from engine.heatmap import draw_heatmap

_BORDER = 3.0
_FAR = 35.0  # mm from every bone: a spurious blob far from the hand
_APART = 4.0  # mm between blobs of a sixth finger and others, so that none merge


@dataclass(frozen=True)
class Hand:
    """A hand to corrupt: points (L, 2) canvas pixels, its scale in mm per pixel."""

    points: np.ndarray
    scale: float
    anatomy: Anatomy

    @classmethod
    def of(cls, points: np.ndarray, anatomy: Anatomy) -> "Hand":
        assert anatomy.scale_pair is not None
        pair = anatomy.scale_pair
        return cls(points, float(millimetres_per_pixel(points, pair.indices, pair.length)), anatomy)

    @property
    def chains(self) -> list[tuple[int, ...]]:
        """Thumb and fingers, each from its metacarpal base to its tip, side by side in order."""
        return [group.landmarks for group in self.anatomy.groups if group.chain]


@dataclass(frozen=True)
class Drawn:
    """What a corruption draws.

    points: (n, 2) blobs; concerned: landmarks a reason has to name one of, any if empty; truth:
    (L, 2) where the landmarks are, for nuisances; amplitudes, sigma: as `draw_heatmap`.
    """

    points: np.ndarray
    concerned: frozenset[int] = frozenset()
    truth: np.ndarray | None = None
    amplitudes: np.ndarray | None = None
    sigma: float = 1.0

    def heatmap(self) -> np.ndarray:
        return draw_heatmap(self.points, sigma=self.sigma, amplitudes=self.amplitudes)


@dataclass(frozen=True)
class Corruption:
    """kind and strength as printed; middle: whether it is the kind's middle strength; codes: of
    reasons that name this fault, none for a nuisance."""

    kind: str
    strength: str
    middle: bool
    codes: frozenset[str]
    draw: Callable[[Hand, np.random.Generator], Drawn]

    @property
    def is_fault(self) -> bool:
        return bool(self.codes)


def corruptions() -> list[Corruption]:
    """Every fault and nuisance at every strength."""
    return [*_faults(), *_nuisances()]


def _faults() -> list[Corruption]:
    moved = {"landmark-displaced", "bone-length", "group-length", "implausible-shape"}
    lacking = {"missing-landmark", "too-few-candidates"}
    shifted = {"wrist-displaced", *moved}
    crossed = moved | lacking | {"extra-marker"} | {f"{n}-displaced" for n in _FINGERS}
    long = {"group-length", "bone-length", "thumb-displaced", "landmark-displaced"}
    return [
        *_series("sixth finger", {"extra-marker"}, _sixth_finger, (2, 3, 4), "phalanges"),
        *_series("missing finger", lacking, _missing_finger, (1, 2, 4), "phalanges"),
        *_series("fused fingers", lacking | {"shared-candidate"}, _fused, (1, 2, 3), "phalanges"),
        *_series("long thumb", long, _long_thumb, (1.25, 1.4, 1.6), "x"),
        *_series("shifted wrist", shifted, _shifted_wrist, (12, 20, 30), "mm"),
        *_series("crossed fingers", crossed, _crossed, (1, 2, 4), "phalanges"),
        Corruption("mirrored hand", "", True, frozenset({"mirrored"}), _mirrored),
        *_series("blobs lost", lacking, _lost, (1, 2, 4), "blobs"),
    ]


def _nuisances() -> list[Corruption]:
    none: set[str] = set()
    return [
        *_series("spurious blobs", none, _spurious, (1, 2, 3), "blobs"),
        Corruption("dimmed peaks", "0.5", True, frozenset(), _dimmed),
        Corruption("blurred peaks", "sigma 2", True, frozenset(), _blurred),
        Corruption("jitter", "1 px", True, frozenset(), _jittered),
    ]


_FINGERS = ("thumb", "index", "middle", "ring", "little")


def _series(
    kind: str,
    codes: set[str],
    draw: Callable[[Hand, np.random.Generator, float], Drawn],
    strengths: tuple[float, float, float],
    unit: str,
) -> list[Corruption]:
    return [
        Corruption(
            kind,
            f"{strength:g} {unit}",
            index == 1,
            frozenset(codes),
            lambda hand, rng, strength=strength: draw(hand, rng, strength),
        )
        for index, strength in enumerate(strengths)
    ]


def _sixth_finger(hand: Hand, rng: np.random.Generator, phalanges: float) -> Drawn:
    """A finger's last landmarks once more, turned about its metacarpal base."""
    chain = hand.chains[rng.integers(1, len(hand.chains))]
    copied = hand.points[list(chain[-int(phalanges) :])]
    clearest, best = None, -np.inf
    for degrees in rng.permutation([-16, -13, -11, -9, 9, 11, 13, 16]):
        extra = _turned(copied, hand.points[chain[0]], float(degrees))
        gap = _gap(extra, hand.points) * hand.scale
        inside = (extra > _BORDER).all() and (extra < CANVAS_SIZE - _BORDER).all()
        if inside and gap > best:
            clearest, best = extra, gap
        if inside and gap > _APART:
            break
    assert clearest is not None
    return Drawn(np.concatenate([hand.points, clearest]))


def _missing_finger(hand: Hand, rng: np.random.Generator, phalanges: float) -> Drawn:
    """The last landmarks of a finger; at four, all but its metacarpal base."""
    chain = hand.chains[rng.integers(len(hand.chains))]
    gone = list(chain[1:][-int(phalanges) :])
    return Drawn(np.delete(hand.points, gone, axis=0), frozenset(gone))


def _fused(hand: Hand, rng: np.random.Generator, phalanges: float) -> Drawn:
    """Two neighbouring fingers whose last landmarks lie at one point, half way between."""
    one, other = _neighbours(hand, rng)
    points = hand.points.copy()
    first, second = list(one[-int(phalanges) :]), list(other[-int(phalanges) :])
    points[first] = points[second] = (points[first] + points[second]) / 2
    return Drawn(points, frozenset(first + second))


def _long_thumb(hand: Hand, _rng: np.random.Generator, factor: float) -> Drawn:
    thumb = list(hand.chains[0])
    points = hand.points.copy()
    points[thumb] = points[thumb[0]] + factor * (points[thumb] - points[thumb[0]])
    return Drawn(_on_canvas(points), frozenset(thumb))


def _shifted_wrist(hand: Hand, rng: np.random.Generator, millimetres: float) -> Drawn:
    wrist = list(hand.anatomy.group(hand.anatomy.plausibility.group).landmarks)
    angle = rng.uniform(0, 2 * np.pi)
    points = hand.points.copy()
    points[wrist] += millimetres / hand.scale * np.array([np.cos(angle), np.sin(angle)])
    return Drawn(_on_canvas(points))


def _crossed(hand: Hand, rng: np.random.Generator, phalanges: float) -> Drawn:
    """Neighbouring fingers bent towards each other until their tips have changed sides by 5 mm.

    Bones keep their lengths. At four the fingers turn about their metacarpal bases.
    """
    one, other = _neighbours(hand, rng)
    first, second = list(one[-int(phalanges) :]), list(other[-int(phalanges) :])
    pivots = one[-int(phalanges) - 1], other[-int(phalanges) - 1]
    across = hand.points[second[-1]] - hand.points[first[-1]]
    across /= np.linalg.norm(across)
    points = hand.points.copy()
    for degrees in np.arange(2, 90, 2.0):
        points[first] = _turned(hand.points[first], hand.points[pivots[0]], degrees, across)
        points[second] = _turned(hand.points[second], hand.points[pivots[1]], degrees, -across)
        if (points[first[-1]] - points[second[-1]]) @ across * hand.scale > 5:
            break
    return Drawn(_on_canvas(points), frozenset(one + other))


def _mirrored(hand: Hand, _rng: np.random.Generator) -> Drawn:
    return Drawn((CANVAS_SIZE - 1) * np.array([1, 0]) + hand.points * [-1, 1])


def _lost(hand: Hand, rng: np.random.Generator, count: float) -> Drawn:
    gone = rng.choice(len(hand.points), int(count), replace=False)
    return Drawn(np.delete(hand.points, gone, axis=0), frozenset(gone.tolist()))


def _spurious(hand: Hand, rng: np.random.Generator, count: float) -> Drawn:
    extra = far_points(hand, rng, int(count))
    return Drawn(np.concatenate([hand.points, extra]), truth=hand.points)


def _dimmed(hand: Hand, rng: np.random.Generator) -> Drawn:
    amplitudes = np.where(rng.random(len(hand.points)) < 0.5, 0.5, 1.0)
    return Drawn(hand.points, truth=hand.points, amplitudes=amplitudes)


def _blurred(hand: Hand, _rng: np.random.Generator) -> Drawn:
    return Drawn(hand.points, truth=hand.points, sigma=2.0)


def _jittered(hand: Hand, rng: np.random.Generator) -> Drawn:
    return Drawn(jittered(hand.points, rng), truth=hand.points)


def jittered(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every point one pixel off, in a direction of its own."""
    angles = rng.uniform(0, 2 * np.pi, len(points))
    return points + np.stack([np.cos(angles), np.sin(angles)], axis=1)


def far_points(hand: Hand, rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 2) points on the canvas, 35 mm from every bone or as far as there is room."""
    tried = rng.uniform(_BORDER, CANVAS_SIZE - _BORDER, (400, 2))
    along = np.linspace(0, 1, 12)[:, None]
    skeleton = [
        hand.points[a] + along * (hand.points[b] - hand.points[a])
        for chain in hand.chains
        for a, b in pairwise(chain)
    ]
    distance = np.linalg.norm(
        tried[:, None] - np.concatenate([hand.points, *skeleton])[None], axis=-1
    )
    distance = distance.min(axis=1) * hand.scale
    far = tried[distance > _FAR]
    if len(far) < count:
        far = tried[np.argsort(-distance)]
    return far[:count]


def _neighbours(hand: Hand, rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two long fingers side by side."""
    first = int(rng.integers(1, len(hand.chains) - 1))
    return hand.chains[first], hand.chains[first + 1]


def _turned(
    points: np.ndarray, pivot: np.ndarray, degrees: float, towards: np.ndarray | None = None
) -> np.ndarray:
    """Points turned about a pivot; to the side that `towards` points to, if it is given."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    one, other = pivot + (points - pivot) @ turn.T, pivot + (points - pivot) @ turn
    if towards is None or (one[-1] - other[-1]) @ towards > 0:
        return one
    return other


def _gap(points: np.ndarray, others: np.ndarray) -> float:
    return float(np.linalg.norm(points[:, None] - others[None], axis=-1).min())


def _on_canvas(points: np.ndarray) -> np.ndarray:
    """Shrunk and shifted until all lies on the canvas; as it is where it does."""
    low, high = np.full(2, _BORDER), np.full(2, CANVAS_SIZE - 1 - _BORDER)
    extent = points.max(axis=0) - points.min(axis=0)
    points = points * min(1.0, *((high - low) / extent))
    points = points + np.maximum(low - points.min(axis=0), 0)
    return points - np.maximum(points.max(axis=0) - high, 0)
