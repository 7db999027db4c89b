"""Metacarpals and phalanges: where each lies between its landmarks, its form and its epiphysis."""

from dataclasses import dataclass

import numpy as np

from engine.data.phantom.anatomy import HandShape, bounded_normal
from engine.data.phantom.solid import LongBone, Plate, Tissue, smooth_outline

RAYS = ((17, 18, 19, 20), (16, 21, 22, 23, 24), (15, 25, 26, 27, 28), (14, 29, 30, 31, 32),
        (13, 33, 34, 35, 36))  # fmt: skip
"""The landmarks of thumb … little finger, from the metacarpal's base to the tip."""

_BREADTH = (1.06, 1.0, 1.03, 0.95, 0.84)  # of the bones of each ray, against the index finger


@dataclass(frozen=True)
class Form:
    """A kind of bone: half-widths in mm at stations along it, and how its ends look."""

    stations: tuple[float, ...]
    left: tuple[float, ...]
    right: tuple[float, ...]
    base_round: float
    tip_round: float
    base_bulge: float
    tip_bulge: float
    cortex: float
    spongy: float


_STATIONS = (0.0, 0.07, 0.22, 0.45, 0.68, 0.85, 0.94, 1.0)
METACARPAL = Form(
    _STATIONS,
    (7.4, 7.4, 5.4, 3.9, 4.4, 6.4, 7.1, 6.9), (7.4, 7.4, 5.4, 3.9, 4.4, 6.4, 7.1, 6.9),
    1.7, 4.6, 0.3, 1.5, 2.2, 0.55,
)  # fmt: skip
PROXIMAL = Form(
    _STATIONS,
    (8.3, 8.2, 6.4, 5.1, 4.9, 5.5, 6.0, 5.6), (8.3, 8.2, 6.4, 5.1, 4.9, 5.5, 6.0, 5.6),
    2.2, 2.8, -0.7, 0.5, 1.75, 0.6,
)  # fmt: skip
MIDDLE = Form(
    _STATIONS,
    (7.0, 6.9, 5.2, 4.2, 4.1, 4.8, 5.2, 4.8), (7.0, 6.9, 5.2, 4.2, 4.1, 4.8, 5.2, 4.8),
    1.8, 2.2, 0.5, 0.4, 1.4, 0.65,
)  # fmt: skip
DISTAL = Form(
    _STATIONS,
    (5.6, 5.3, 3.5, 2.6, 2.6, 3.6, 3.9, 3.3), (5.6, 5.3, 3.5, 2.6, 2.6, 3.6, 3.9, 3.3),
    1.6, 2.6, 0.5, 0.8, 0.8, 0.55,
)  # fmt: skip
FORMS = (METACARPAL, PROXIMAL, MIDDLE, DISTAL)


@dataclass(frozen=True)
class Ossification:
    """How far a skeleton has grown up: all from its own bone age in years.

    gap: width of the growth plates in mm, 0 once they are closed; cap: breadth of an epiphysis
    against its shaft; cartilage: mm that a joint space is wider than a grown one's;
    mature: 0 (five years) … 1 (grown).
    """

    bone_age: float
    gap: float
    cap: float
    cartilage: float
    mature: float


def ossification(bone_age: float) -> Ossification:
    """Growth plates narrow from the age of 9 and close at 16 or so (Greulich and Pyle)."""
    mature = float(np.clip((bone_age - 5) / 12, 0, 1))
    gap = float(np.clip(1.3 - 0.095 * (bone_age - 5), 0.22, 1.3))
    return Ossification(
        bone_age=bone_age,
        gap=gap if bone_age < 16.3 else 0.0,
        cap=float(np.clip(0.72 + 0.042 * (bone_age - 5), 0.7, 1.04)),
        cartilage=float(np.clip(1.9 * (1 - mature) ** 1.2, 0, 1.9)),
        mature=mature,
    )


def finger_bones(
    hand: HandShape, grown: Ossification, rng: np.random.Generator
) -> list[LongBone | Plate]:
    """Metacarpals, phalanges and the thumb's sesamoid of one hand."""
    breadth = float(np.exp(0.055 * bounded_normal(rng)))
    cortex = float(np.exp(0.16 * bounded_normal(rng)))
    bones: list[LongBone | Plate] = []
    for ray, landmarks in enumerate(RAYS):
        points = hand.landmarks[list(landmarks)]
        # The thumb has no middle phalanx, and its metacarpal grows at the base.
        forms = (METACARPAL, PROXIMAL, DISTAL) if ray == 0 else FORMS
        for place, form in enumerate(forms):
            base, tip = _ends(points, place, len(forms), grown)
            size = breadth * _BREADTH[ray] * float(np.exp(0.035 * bounded_normal(rng)))
            if ray == 0 and form is DISTAL:
                size *= 1.18
            whole = _shape(form, base, tip, size, cortex, rng)
            head = form is METACARPAL and ray > 0
            bones += _divide(whole, head, grown, rng)
    bones += _sesamoid(hand, grown, rng)
    return bones


def _ends(
    points: np.ndarray, place: int, count: int, grown: Ossification
) -> tuple[np.ndarray, np.ndarray]:
    """Base and tip of bone number `place` of a ray.

    The landmarks lie on the base of metacarpal and proximal phalanx, on the head of the proximal
    and middle phalanx, and on the tip.
    """
    along = points[place + 1] - points[place]
    axis = along / np.linalg.norm(along)
    space = (1.9 if place == 0 else 1.1) + grown.cartilage * (0.7 if place == 0 else 0.5)
    if place == 0:
        return points[0], points[1] - space * axis
    if place == 1:
        return points[1], points[2]
    return points[place] + space * axis, points[place + 1] - (
        0.5 if place == count - 1 else 0
    ) * axis


def _shape(
    form: Form,
    base: np.ndarray,
    tip: np.ndarray,
    size: float,
    cortex: float,
    rng: np.random.Generator,
) -> LongBone:
    length = float(np.linalg.norm(tip - base))
    wobble = 1 + 0.03 * bounded_normal(rng, 2 * len(form.stations)).reshape(2, -1)
    return LongBone(
        base=base,
        tip=tip,
        stations=np.array(form.stations),
        left=np.array(form.left) * size * wobble[0],
        right=np.array(form.right) * size * wobble[1],
        base_round=form.base_round * size,
        tip_round=form.tip_round * size,
        base_bulge=form.base_bulge * size,
        tip_bulge=form.tip_bulge * size,
        bow=0.008 * length * float(bounded_normal(rng)),
        flatness=0.8,
        tissue=Tissue(
            cortex=form.cortex * cortex * size,
            end_cortex=0.3,
            spongy=form.spongy,
            end_spongy=1.0,
            grain=0.24,
        ),
    )


def _divide(
    bone: LongBone, head: bool, grown: Ossification, rng: np.random.Generator
) -> list[LongBone | Plate]:
    """Split a growing bone into shaft and epiphysis; the epiphysis keeps the landmark's end."""
    if grown.gap <= 0:
        return [bone]
    length = float(np.linalg.norm(bone.tip - bone.base))
    breadth = float((bone.left + bone.right).max())
    gap = grown.gap * float(np.exp(0.15 * bounded_normal(rng)))
    if head:
        thickness = breadth * (0.55 + 0.2 * grown.mature)
        cut = length - thickness
        shaft = _part(bone, 0, cut - gap / 2, length, 1.0)
        cap = _part(bone, cut + gap / 2, length, length, 0.5 + 0.5 * min(grown.cap, 1))
    else:
        thickness = breadth * (0.19 + 0.1 * grown.mature)
        cap = _part(bone, 0, thickness, length, grown.cap)
        shaft = _part(bone, thickness + gap, length, length, 1.0)
        cap = _rounder(cap, thickness)
    return [shaft, cap]


def _part(bone: LongBone, start: float, end: float, length: float, breadth: float) -> LongBone:
    """The piece of a bone between two distances from its base, its new ends blunt."""
    axis = (bone.tip - bone.base) / length
    stations = np.linspace(0, 1, 9)
    places = (start + stations * (end - start)) / length
    left = np.interp(places, bone.stations, bone.left) * breadth
    right = np.interp(places, bone.stations, bone.right) * breadth
    cut_base, cut_tip = start > 0, end < length
    tissue = bone.tissue
    whole_shaft = end - start > 0.5 * length
    if not whole_shaft:
        tissue = Tissue(tissue.end_cortex, tissue.end_cortex, 1.0, 1.0, tissue.grain)
    return LongBone(
        base=bone.base + start * axis,
        tip=bone.base + end * axis,
        stations=stations,
        left=left,
        right=right,
        base_round=1.0 if cut_base else bone.base_round,
        tip_round=1.0 if cut_tip else bone.tip_round,
        base_bulge=0.25 if cut_base else bone.base_bulge,
        tip_bulge=0.25 if cut_tip else bone.tip_bulge,
        bow=bone.bow if whole_shaft else 0.0,
        flatness=bone.flatness,
        tissue=tissue,
    )


def _rounder(cap: LongBone, thickness: float) -> LongBone:
    """A disc: its rim rounds off over half its thickness."""
    from dataclasses import replace

    rim = 0.5 * thickness
    return replace(cap, base_round=rim, tip_round=rim, tip_bulge=-0.12 * thickness - 0.2)


def _sesamoid(hand: HandShape, grown: Ossification, rng: np.random.Generator) -> list[Plate]:
    """The little bone beside the thumb's metacarpal head, there from the age of 12 or so."""
    if grown.bone_age < 12 + float(bounded_normal(rng)):
        return []
    base, joint = hand.landmarks[17], hand.landmarks[18]
    axis = (joint - base) / np.linalg.norm(joint - base)
    side = np.array([-axis[1], axis[0]])
    centre = joint - 4.5 * axis - (7.2 + 0.7 * float(bounded_normal(rng))) * side
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    radius = (2.0 + 0.9 * grown.mature) * (1 + 0.06 * bounded_normal(rng, 8))
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]
    return [Plate(smooth_outline(centre + ring, 24), depth=2.0, edge=2.2)]
