"""Carpals, radius and ulna: outlines fitted between the landmarks of the wrist."""

from dataclasses import dataclass

import numpy as np

from engine.data.phantom.anatomy import HandShape, bounded_normal
from engine.data.phantom.finger_bones import Ossification
from engine.data.phantom.solid import Plate, Tissue, smooth_outline


@dataclass(frozen=True)
class Carpal:
    """A carpal bone: its landmark lies at the origin of its outline.

    towards: landmarks whose middle it points to; reach: its length as a share of that distance,
    in a grown hand and in a small child's. outline: corners (along, across), in lengths, across
    towards the thumb. depth: half-depth in mm.
    """

    landmark: int
    towards: tuple[int, ...]
    reach: tuple[float, float]
    depth: float
    outline: tuple[tuple[float, float], ...]


CARPALS = (
    Carpal(6, (13,), (0.64, 0.52), 7.0,
           ((0, 0), (.1, .26), (.35, .47), (.6, .45), (.85, .22), (1, -.05), (.93, -.3),
            (.68, -.44), (.38, -.4), (.12, -.24))),
    Carpal(7, (9, 10), (1.02, 0.84), 8.0,
           ((0, 0), (.1, .36), (.32, .64), (.62, .66), (.82, .46), (.82, .1), (.98, -.28),
            (.88, -.55), (.5, -.66), (.2, -.44))),
    Carpal(8, (11, 12), (0.95, 0.74), 7.0,
           ((0, 0), (.1, .24), (.34, .4), (.66, .44), (.92, .33), (1.02, .04), (.92, -.22),
            (.62, -.32), (.34, -.42), (.12, -.3))),
    Carpal(9, (13, 14), (0.99, 0.88), 8.0,
           ((0, 0), (.16, .13), (.5, .22), (.85, .29), (.99, .18), (1, -.12), (.95, -.36),
            (.8, -.47), (.58, -.4), (.33, -.24), (.1, -.11))),
    Carpal(10, (15,), (0.97, 0.89), 9.0,
           ((0, 0), (.07, .18), (.2, .27), (.4, .26), (.62, .27), (.82, .34), (.95, .28), (1, .04),
            (.97, -.2), (.84, -.3), (.6, -.28), (.3, -.27), (.09, -.19))),
    Carpal(11, (16,), (0.96, 0.82), 6.5,
           ((0, 0), (.14, .36), (.5, .5), (.86, .42), (1, .05), (.95, -.4), (.62, -.58),
            (.26, -.46))),
    Carpal(12, (16, 17), (0.98, 0.9), 7.0,
           ((0, 0), (.12, .36), (.38, .56), (.7, .42), (.98, .2), (1.02, -.16), (.76, -.44),
            (.4, -.5), (.1, -.32))),
)  # fmt: skip


_LONGEST = {8: 17.5, 6: 19.0, 7: 15.0, 12: 16.5}  # mm


def carpal_bones(hand: HandShape, grown: Ossification, rng: np.random.Generator) -> list[Plate]:
    """The seven carpals that carry a landmark; in a grown hand pisiform and hamate's hook too."""
    bones = []
    for carpal in CARPALS:
        grown_reach, child_reach = carpal.reach
        reach = child_reach + (grown_reach - child_reach) * grown.mature
        reach *= 1 + 0.03 * float(bounded_normal(rng))
        corners = np.array(carpal.outline)
        corners[:, 1] *= 0.98 + 0.15 * grown.mature + 0.05 * float(bounded_normal(rng))
        corners[1:] += 0.018 * bounded_normal(rng, corners[1:].size).reshape(-1, 2)
        length = _length(hand, carpal, reach, rng)
        outline = smooth_outline(_place(hand, carpal, corners, length))
        size = 0.55 + 0.45 * grown.mature
        bones.append(
            Plate(
                outline,
                depth=carpal.depth * size,
                edge=0.5 * length,
                tissue=Tissue(0.45, 0.45, 0.88, 0.88, 0.22),
            )
        )
    return bones + _accessories(hand, grown, rng)


def _length(hand: HandShape, carpal: Carpal, reach: float, rng: np.random.Generator) -> float:
    anchor = hand.landmarks[list(carpal.towards)].mean(axis=0)
    distance = float(np.linalg.norm(anchor - hand.landmarks[carpal.landmark]))
    return max(
        5.0,
        min(distance * reach, _LONGEST.get(carpal.landmark, 40.0))
        + 0.2 * float(bounded_normal(rng)),
    )


def _place(hand: HandShape, carpal: Carpal, corners: np.ndarray, length: float) -> np.ndarray:
    """Corners (along, across) in lengths to mm on the picture."""
    origin = hand.landmarks[carpal.landmark]
    along = hand.landmarks[list(carpal.towards)].mean(axis=0) - origin
    along = along / np.linalg.norm(along)
    across = np.array([-along[1], along[0]])
    return origin + length * (corners[:, :1] * along + corners[:, 1:] * across)


def _accessories(hand: HandShape, grown: Ossification, rng: np.random.Generator) -> list[Plate]:
    points, extra = hand.landmarks, []
    if grown.bone_age > 10 + float(bounded_normal(rng)):
        centre = points[6] + 0.30 * (points[13] - points[6]) + 0.8 * bounded_normal(rng, 2)
        extra.append(_pebble(centre, 3.6 + 2.0 * grown.mature, 3.0, rng))
    if grown.bone_age > 11.5 + float(bounded_normal(rng)):
        centre = points[9] + 0.72 * ((points[13] + points[14]) / 2 - points[9])
        extra.append(_pebble(centre + 0.6 * bounded_normal(rng, 2), 3.4, 1.2, rng))
    return extra


def _pebble(centre: np.ndarray, radius: float, depth: float, rng: np.random.Generator) -> Plate:
    angle = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    radii = radius * (1 + 0.08 * bounded_normal(rng, 9))
    ring = np.stack([0.85 * np.cos(angle), np.sin(angle)], axis=1) * radii[:, None]
    tissue = Tissue(0.45, 0.45, 0.5, 0.5, 0.2)
    return Plate(smooth_outline(centre + ring, 28), depth=depth, edge=radius, tissue=tissue)


def forearm_bones(hand: HandShape, grown: Ossification, rng: np.random.Generator) -> list[Plate]:
    """Radius and ulna: shafts that end at the corners 3, 4 and 0, 2, epiphyses that reach 5, 1."""
    up = hand.forearm
    across = np.array([-up[1], up[0]])
    p = hand.landmarks
    gap = grown.gap * 0.85
    dome = 2.2 + 1.8 * grown.mature
    return [
        _radius_shaft(p, up, across, dome),
        _radius_epiphysis(p, up, across, dome, gap, grown, rng),
        _ulna_shaft(p, up, across),
        _ulna_epiphysis(p, up, across, gap, grown, rng),
    ]


_SHAFT = Tissue(0.75, 0.75, 1.15, 1.15, 0.15)
_CAP = Tissue(0.45, 0.45, 0.95, 0.95, 0.2)


def _radius_shaft(p: np.ndarray, up: np.ndarray, across: np.ndarray, dome: float) -> Plate:
    left, right, down = p[3], p[4], -up
    wide = float(np.linalg.norm(right - left))
    middle = (left + right) / 2
    corners = [
        left,
        left + 0.28 * (right - left) + 0.9 * dome * up,
        middle + dome * up,
        left + 0.75 * (right - left) + 0.8 * dome * up,
        right,
        right + 6 * down - 0.045 * wide * across,
        right + 16 * down - 0.10 * wide * across,
        right + 70 * down - 0.18 * wide * across,
        left + 70 * down + 0.3 * wide * across,
        left + 16 * down + 0.2 * wide * across,
        left + 6 * down + 0.10 * wide * across,
    ]
    return Plate(np.array(corners), depth=8.5, edge=0.36 * wide, tissue=_SHAFT)


def _radius_epiphysis(
    p: np.ndarray,
    up: np.ndarray,
    across: np.ndarray,
    dome: float,
    gap: float,
    grown: Ossification,
    rng: np.random.Generator,
) -> Plate:
    """A wedge between the growth plate and the joint surface, which keeps clear of the carpals."""
    left, right, tip = p[3], p[4], p[5]
    wide = float(np.linalg.norm(right - left))
    inset = (0.10 * (1 - grown.mature) + 0.01) * wide * across
    ulnar = left + (0.5 * dome + gap) * up + inset
    under = [
        left + 0.28 * (right - left) + (0.9 * dome + gap) * up,
        (left + right) / 2 + (dome + gap) * up,
        left + 0.75 * (right - left) + (0.8 * dome + gap) * up,
    ]
    space = 2.2 + 1.2 * grown.cartilage + 0.3 * float(bounded_normal(rng))
    scaphoid, lunate = (_lifted(p[k] - space * up, under, up) for k in (8, 7))
    rim = ulnar + (4.2 + 1.8 * grown.mature) * up
    surface = [scaphoid, lunate] if (lunate - rim) @ across > 4 else [scaphoid]
    corners = [
        ulnar,
        *under,
        right + (0.6 + gap) * up - 0.4 * across,
        right + 0.35 * (tip - right) + 1.2 * across,
        right + 0.8 * (tip - right) + 0.9 * across,
        tip,
        *surface,
        rim,
    ]
    return Plate(smooth_outline(np.array(corners), 60), depth=8.5, edge=7.0, tissue=_CAP)


def _lifted(point: np.ndarray, under: list[np.ndarray], up: np.ndarray) -> np.ndarray:
    """A point of the joint surface, at least 3 mm above the growth plate."""
    floor = max(float(low @ up) for low in under) + 3.0
    return point + max(0.0, floor - float(point @ up)) * up


def _ulna_shaft(p: np.ndarray, up: np.ndarray, across: np.ndarray) -> Plate:
    left, right, down = p[0], p[2], -up
    wide = float(np.linalg.norm(right - left))
    corners = [
        left,
        left + 0.3 * (right - left) + 0.9 * up,
        left + 0.7 * (right - left) + 0.9 * up,
        right,
        right + 6 * down - 0.08 * wide * across,
        right + 16 * down - 0.20 * wide * across,
        right + 70 * down - 0.28 * wide * across,
        left + 70 * down + 0.12 * wide * across,
        left + 16 * down + 0.08 * wide * across,
        left + 6 * down + 0.03 * wide * across,
    ]
    return Plate(np.array(corners), depth=6.0, edge=0.4 * wide, tissue=_SHAFT)


def _ulna_epiphysis(
    p: np.ndarray,
    up: np.ndarray,
    across: np.ndarray,
    gap: float,
    grown: Ossification,
    rng: np.random.Generator,
) -> Plate:
    """The ulna's head with the styloid, whose point is landmark 1; in a child only what is below
    the styloid has turned to bone."""
    left, right, tip = p[0], p[2], p[1]
    height = max(5.0, float((tip - left) @ up))
    wide = float((right - left) @ across)
    slope = float((right - left) @ up) / max(wide, 1.0)
    base = min(0.7 + gap, 0.3 * height)
    head = (0.66 + 0.04 * float(bounded_normal(rng))) * height
    aside = float((tip - left) @ across)
    low = min(0.06 * wide, aside - 1.6)
    high = low + (0.66 + 0.30 * grown.mature) * (wide - low)

    def at(share: float, rise: float) -> np.ndarray:
        place = low + share * (high - low)
        return left + place * across + (slope * np.clip(place, 0, wide) + rise) * up

    lean = np.clip((aside - low + 2.6) / (high - low), 0.1, 0.6)
    corners = [
        at(0.0, base + 0.4),
        at(0.35, base),
        at(0.75, base),
        at(1.0, base + 0.8),
        at(1.02, 0.5 * (base + head)),
        at(0.85, head),
        at(0.5 * (0.85 + lean), 0.93 * head),
        at(lean, 0.95 * head),
        tip + 1.7 * across - 0.9 * up,
        tip,
        tip - 1.7 * across - 1.4 * up,
        at(-0.03, 0.5 * (base + head)),
    ]
    return Plate(smooth_outline(np.array(corners), 48), depth=5.5, edge=5.0, tissue=_CAP)
