"""Hands drawn with lines: pairs and assessments that look enough like hands to be reviewed."""

import itertools
from pathlib import Path

import numpy as np

from engine.anatomy import load_anatomy
from engine.assess.assessment import Assessment, Reason
from engine.canvas import CANVAS_SIZE, millimetres_per_pixel
from engine.heatmap import draw_heatmap, find_candidates
from engine.pair import Pair
from engine.review.project import Origin, ReviewProject

_WRIST = [
    (150, 232), (157, 218), (138, 219), (132, 219), (112, 232), (101, 215), (150, 206),
    (136, 204), (117, 206), (146, 193), (131, 190), (119, 191), (108, 196),
]  # fmt: skip
_BASES = [(155, 182), (143, 178), (130, 175), (116, 178), (98, 190)]  # little … thumb
_THUMB = [(80, 170), (64, 150), (52, 132)]
_FINGERS = [
    [(103, 126), (97, 92), (94, 69), (92, 50)],
    [(127, 120), (126, 80), (126, 54), (126, 33)],
    [(147, 126), (153, 90), (157, 65), (160, 46)],
    [(164, 136), (176, 110), (183, 92), (188, 76)],
]
CHAINS = [(17, 18, 19, 20), (16, 21, 22, 23, 24), (15, 25, 26, 27, 28), (14, 29, 30, 31, 32),
          (13, 33, 34, 35, 36)]  # fmt: skip
EDGES = np.array(
    [(a, b) for chain in CHAINS for a, b in itertools.pairwise(chain)]
    + [(13, 14), (14, 15), (15, 16), (16, 17), (10, 15), (9, 13), (11, 16), (12, 17), (8, 12)]
    + [(7, 10), (6, 9), (8, 11), (7, 8), (6, 7), (3, 7), (5, 8), (1, 6), (2, 3), (0, 1), (4, 5)]
    + [(9, 10), (10, 11), (0, 2), (3, 4)]
)


def template() -> np.ndarray:
    """(37, 2) landmarks of a hand on the canvas."""
    rest = [point for finger in _FINGERS for point in finger]
    points = np.array(_WRIST + _BASES + _THUMB + rest, dtype=np.float64)
    points[:, 0] = CANVAS_SIZE - points[:, 0]  # the thumb of a left hand, seen from behind
    return points


def hand_points(seed: int) -> np.ndarray:
    """The template, a little turned, scaled, moved and shaken."""
    noise = np.random.default_rng(seed)
    angle, scale = noise.normal(0, 0.05), noise.normal(1, 0.03)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([128.0, 150.0])
    points = (template() - centre) @ turn.T + centre + noise.normal(0, 3, 2)
    return np.clip(points + noise.normal(0, 0.8, points.shape), 4, CANVAS_SIZE - 5)


def draw_hand(points: np.ndarray, seed: int) -> np.ndarray:
    """(256, 256) in [-1, 1]: soft tissue, bones along the chains, a few wrist bones, noise."""
    from scipy import ndimage

    bones = np.zeros((CANVAS_SIZE, CANVAS_SIZE))
    tissue = np.zeros_like(bones)
    rows, columns = np.mgrid[:CANVAS_SIZE, :CANVAS_SIZE]
    for chain in CHAINS:
        for a, b in itertools.pairwise(chain):
            distance = _distance(points[a], points[b], columns, rows)
            bones = np.maximum(bones, np.exp(-((distance / 4.5) ** 4)))
            tissue = np.maximum(tissue, np.exp(-((distance / 11) ** 4)))
    for i in range(6, 13):
        distance = np.hypot(columns - points[i, 0], rows - points[i, 1])
        bones = np.maximum(bones, np.exp(-((distance / 6.5) ** 4)))
    for a, b in ((0, 1), (4, 5), (2, 1), (3, 5)):
        distance = _distance(points[a], points[b] + (0, 30), columns, rows)
        bones = np.maximum(bones, np.exp(-((distance / 8) ** 4)))
    palm = points[[13, 16, 17, 5, 1]].mean(axis=0)
    distance = np.hypot((columns - palm[0]) / 1.1, (rows - palm[1]) / 1.5)
    tissue = np.maximum(tissue, np.exp(-((distance / 36) ** 6)))
    grey = 0.30 * ndimage.gaussian_filter(tissue, 2) + 0.5 * ndimage.gaussian_filter(bones, 0.8)
    grain = np.random.default_rng(seed).normal(0, 0.02, grey.shape)
    return np.clip(2 * (grey + grain + 0.03) - 1, -1, 1).astype(np.float32)


def _distance(a: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Distance of every pixel from the segment between two points."""
    along = b - a
    share = ((x - a[0]) * along[0] + (y - a[1]) * along[1]) / max(1e-9, along @ along)
    share = np.clip(share, 0, 1)
    return np.hypot(x - a[0] - share * along[0], y - a[1] - share * along[1])


def make_pair(seed: int) -> Pair:
    """A stick hand with its heatmap."""
    points = hand_points(seed)
    return Pair(image=draw_hand(points, seed), heatmap=draw_heatmap(points))


def make_assessment(seed: int, accepted: bool | None = None) -> Assessment:
    """A plausible verdict on `make_pair(seed)`; every third hand has a displaced wrist bone."""
    anatomy = load_anatomy("hand")
    accepted = seed % 3 != 2 if accepted is None else accepted
    points = hand_points(seed)
    scale = float(millimetres_per_pixel(points, (1, 5), 50.0))
    expected = points + np.random.default_rng(seed + 1000).normal(0, 2.0, points.shape)
    reasons: tuple[Reason, ...] = ()
    if not accepted:
        expected[6] += (16, 16)
        expected[30] += (-3, 9)
    residuals = np.linalg.norm(points - expected, axis=1) * scale
    limits = np.full(anatomy.landmark_count, np.nan)
    limits[list(anatomy.group("wrist").landmarks)] = 16.0
    if not accepted:
        reasons = (
            Reason(
                "wrist-displaced",
                f"The triquetrum lies {residuals[6]:.1f} mm from its place on the matched mean "
                "shape; 16 mm are allowed.",
                (6,), float(residuals[6]), 16.0,
            ),
            Reason(
                "shared-candidate",
                "The ring finger's middle and distal phalanx bases share one peak of the heatmap.",
                (30, 31),
            ),
        )  # fmt: skip
    return Assessment(
        policy="paper",
        accepted=accepted,
        reasons=reasons,
        candidates=find_candidates(draw_heatmap(points), anatomy.landmark_count),
        chosen=np.arange(anatomy.landmark_count),
        landmarks=points,
        beliefs=np.full(anatomy.landmark_count, 0.98),
        expected=expected,
        residuals=residuals,
        limits=limits,
        inliers=residuals < 8,
        edges=EDGES,
        millimetres_per_pixel=scale,
        converged=seed % 5 != 4,
        sweeps=23 if seed % 5 != 4 else 100,
    )


SETTINGS = {"preset": "fast", "sampler": "dpm-solver++", "steps": 20, "device": "cpu",
            "precision": "float32"}  # fmt: skip


def add_pair(project: ReviewProject, index: int, accepted: bool | None = None) -> str:
    """Put a stick hand into a project."""
    origin = Origin("5eed" * 16, 1, index, SETTINGS)
    return project.add_pair(make_pair(index), make_assessment(index, accepted), origin)


def make_project(folder: Path, count: int) -> ReviewProject:
    """A project of stick hands; the caller closes it."""
    project = ReviewProject.create(folder)
    for index in range(count):
        add_pair(project, index)
    return project
