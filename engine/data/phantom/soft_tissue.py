"""Skin and flesh: fingers as tapered tubes, the palm and forearm as one flat body."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.data.phantom.anatomy import HandShape, bounded_normal
from engine.data.phantom.finger_bones import RAYS
from engine.data.phantom.solid import Grid, chord, inside_distance, smooth_outline

SOFT = 0.034  # 1/mm
_COARSE = 3  # the outline is smooth, so it is computed on every third pixel
_BREADTH = (1.1, 0.98, 1.0, 0.94, 0.83)  # of thumb … little finger


@dataclass(frozen=True)
class Tube:
    """A tapered tube between two points (2,) mm of two radii in mm."""

    start: np.ndarray
    end: np.ndarray
    start_radius: float
    end_radius: float


def soft_tissue(hand: HandShape, grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """Line integrals (height, width) through skin and flesh."""
    from scipy import ndimage

    plump = float(np.exp(0.07 * bounded_normal(rng)))
    tubes = finger_tubes(hand, plump, rng)
    palm = smooth_outline(palm_corners(hand, plump, rng), 72)
    thick = (12.6 + 1.3 * float(bounded_normal(rng))) * plump
    coarse = Grid(grid.width // _COARSE + 2, grid.height // _COARSE + 2, grid.pitch * _COARSE)
    x, y = coarse.places((slice(0, coarse.height), slice(0, coarse.width)))
    inside, half, depth = _union(tubes, palm, thick, x, y)
    rows = np.arange(grid.height) / _COARSE
    columns = np.arange(grid.width) / _COARSE
    places = np.meshgrid(rows, columns, indexing="ij")
    fine = [
        ndimage.map_coordinates(field, places, order=1, mode="nearest")
        for field in (inside, half, depth)
    ]
    flesh = chord(*fine)
    return (SOFT * (flesh + _pads(hand, grid, thick))).astype(np.float32)


def finger_tubes(hand: HandShape, plump: float, rng: np.random.Generator) -> list[Tube]:
    """Tubes along the phalanges; a finger ends some millimetres beyond its bone."""
    tubes = []
    for ray, landmarks in enumerate(RAYS):
        points = hand.landmarks[list(landmarks[1:])]
        size = _BREADTH[ray] * plump * float(np.exp(0.025 * bounded_normal(rng)))
        radii = size * np.array([13.5, 11.8, 10.4] if ray else [12.5, 11.2])
        for start, end, wide, narrow in zip(
            points[:-2], points[1:-1], radii[:-1], radii[1:], strict=True
        ):
            tubes.append(Tube(start, end, float(wide), float(narrow)))
        axis = (points[-1] - points[-2]) / np.linalg.norm(points[-1] - points[-2])
        pulp = 8.6 * size * (1.08 if ray == 0 else 1)
        beyond = 4.6 + 0.8 * float(bounded_normal(rng))
        tubes.append(Tube(points[-2], points[-1] + (beyond - pulp) * axis, float(radii[-1]), pulp))
    return tubes


def palm_corners(hand: HandShape, plump: float, rng: np.random.Generator) -> np.ndarray:
    """Corners of the palm's and forearm's outline, clockwise from the little finger's web."""
    p, up = hand.landmarks, hand.forearm
    across = np.array([-up[1], up[0]])
    out = plump * float(np.exp(0.05 * bounded_normal(rng)))
    waist = plump * float(np.exp(0.08 * bounded_normal(rng)))
    webs = [_web(p, a, b) for a, b in (((33, 34), (29, 30)), ((29, 30), (25, 26)),
                                       ((25, 26), (21, 22)))]  # fmt: skip
    thumb = (p[18] - p[17]) / np.linalg.norm(p[18] - p[17])
    beside = np.array([-thumb[1], thumb[0]])
    index = (p[21] - p[16]) / np.linalg.norm(p[21] - p[16])
    by_index = np.array([-index[1], index[0]])
    little = (p[33] - p[13]) / np.linalg.norm(p[33] - p[13])
    by_little = np.array([little[1], -little[0]])
    # The first web hangs between the index finger's knuckle and the thumb's.
    near = p[21] - 0.12 * (p[21] - p[16]) + 12.5 * out * by_index
    far = p[18] + 0.12 * (p[19] - p[18]) - 10.0 * out * beside
    inwards = p[17] - (near + far) / 2
    sag = 0.13 * np.linalg.norm(far - near) * inwards / np.linalg.norm(inwards)
    return np.array(
        [
            p[33] + 0.25 * (p[34] - p[33]) + 10.5 * out * by_little,
            *webs,
            p[21] + 0.20 * (p[22] - p[21]) + 11.0 * out * by_index,
            near,
            near + 0.33 * (far - near) + sag,
            near + 0.67 * (far - near) + sag,
            far,
            p[18] + 10.0 * out * beside,
            0.5 * (p[17] + p[18]) + 12.0 * out * beside,
            p[17] + 11.0 * out * beside,
            p[5] + 12.5 * waist * across + 3 * up,
            p[4] + 10.5 * waist * across - 8 * up,
            p[4] + 9.0 * waist * across - 70 * up,
            p[0] - 8.5 * waist * across - 70 * up,
            p[0] - 10.5 * waist * across - 8 * up,
            p[1] - 11.5 * waist * across + 4 * up,
            p[13] + 0.05 * (p[33] - p[13]) + 15.0 * out * by_little,
            p[13] + 0.50 * (p[33] - p[13]) + 15.5 * out * by_little,
            p[13] + 0.85 * (p[33] - p[13]) + 13.5 * out * by_little,
        ]
    )


def _web(p: np.ndarray, first: tuple[int, int], second: tuple[int, int]) -> np.ndarray:
    """Where the skin between two fingers turns: nearly half way up their first phalanges."""
    ends = [p[base] + 0.36 * (tip - p[base]) for base, tip in
            ((first[0], p[first[1]]), (second[0], p[second[1]]))]  # fmt: skip
    return (ends[0] + ends[1]) / 2


def _union(
    tubes: list[Tube], palm: np.ndarray, thick: float, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signed inside distance, half-width and half-depth in mm of all parts, blended."""
    parts: list[tuple[np.ndarray, Any, Any]] = [
        (inside_distance(palm, x, y), np.float32(15.0), np.float32(thick))
    ]
    for tube in tubes:
        distance, radius = _tube_distance(tube, x, y)
        parts.append((distance, radius, 0.86 * radius))
    blend = 1.6  # mm over which skin rounds a corner between two parts
    nearest = np.max([distance for distance, _, _ in parts], axis=0)
    weights = [np.exp(np.maximum((distance - nearest) / blend, -30)) for distance, _, _ in parts]
    total = np.sum(weights, axis=0)
    inside = nearest + blend * np.log(total) * 0.7
    softer = [np.exp(np.maximum((distance - nearest) / 5.0, -30)) for distance, _, _ in parts]
    whole = np.sum(softer, axis=0)
    half = np.sum([w * h for w, (_, h, _) in zip(softer, parts, strict=True)], axis=0) / whole
    depth = np.sum([w * d for w, (_, _, d) in zip(softer, parts, strict=True)], axis=0) / whole
    return inside, half, depth


def _tube_distance(tube: Tube, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ex, ey = tube.end - tube.start
    dx, dy = x - np.float32(tube.start[0]), y - np.float32(tube.start[1])
    share = np.clip((dx * ex + dy * ey) / (ex * ex + ey * ey), 0, 1).astype(np.float32)
    radius = tube.start_radius + (tube.end_radius - tube.start_radius) * share
    return radius - np.hypot(dx - share * ex, dy - share * ey), radius


def _pads(hand: HandShape, grid: Grid, thick: float) -> np.ndarray:
    """Millimetres that the balls of thumb and little finger add to the palm."""
    p = hand.landmarks
    pads = grid.zeros()
    spots = (
        (0.5 * (p[17] + 0.5 * (p[18] - p[17])) + 0.5 * (p[16] + 0.3 * (p[21] - p[16])), 13.0, 0.62),
        (p[13] + 0.35 * (p[33] - p[13]), 13.0, 0.25),
        (0.5 * (p[1] + p[5]) + 6 * hand.forearm, 23.0, 0.95),
        (0.5 * (p[1] + p[5]) - 24 * hand.forearm, 21.0, 0.9),
    )
    rows, columns = slice(0, grid.height), slice(0, grid.width)
    x, y = grid.places((rows, columns))
    for (cx, cy), reach, share in spots:
        shape_x = np.exp(-(((x - np.float32(cx)) / reach) ** 2) / 2)
        shape_y = np.exp(-(((y - np.float32(cy)) / (1.2 * reach)) ** 2) / 2)
        pads += np.float32(share * thick) * shape_x * shape_y
    return pads
