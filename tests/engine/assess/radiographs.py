"""Made-up radiographs of stick hands: no two alike in bones and texture."""

import numpy as np
from scipy import ndimage

from engine.canvas import CANVAS_SIZE
from engine.data.canvas_set import GREY_LEVELS, CanvasSet
from engine.heatmap import draw_heatmap

from .shapes import stick_hands


def stick_radiographs(count: int, seed: int = 0, fingerprint: str = "sticks") -> CanvasSet:
    """`count` hands with blurred bones at their joints and a texture of their own."""
    points = np.clip(stick_hands(count, seed=seed), 8, CANVAS_SIZE - 9)
    images = [_picture(shape, seed * 1000 + i) for i, shape in enumerate(points)]
    return CanvasSet(
        ids=tuple(f"hand-{seed}-{i}" for i in range(count)),
        images=np.round(np.stack(images) * GREY_LEVELS).astype(np.uint16),
        points=points,
        sizes=np.full((count, 2), CANVAS_SIZE),
        fingerprint=fingerprint,
        anatomy="hand",
        split="set1",
        part="train",
    )


def _picture(points: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    bones = (draw_heatmap(points, sigma=6.0) + 1) / 2
    texture = ndimage.gaussian_filter(rng.normal(size=(CANVAS_SIZE, CANVAS_SIZE)), 4.0)
    return np.clip(0.2 + 0.4 * bones + 1.5 * texture, 0, 1)
