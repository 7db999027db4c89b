"""Training batches: a pure function of (data, settings, step), made on the device.

Order, augmentation and the seed of all other chance come from counter-based generators keyed by the
step, so that a run that was killed sees exactly what it would have seen.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.canvas import CANVAS_SIZE
from engine.data.augmentation import (
    AugmentationDraw,
    draw_augmentation,
    keep_on_canvas,
    transform_points,
)
from engine.data.canvas_set import CanvasSet
from engine.generate.layout import LayoutModel
from engine.generate.settings import GeneratorSettings
from engine.heatmap import HEATMAP_SIGMA


class Batch(NamedTuple):
    """What a generator learns from in one step.

    pairs: (b, 2, 256, 256) in [-1, 1]; conditions: (b, c), how each was varied, None for not at
    all; seed: of all that the generator draws by chance; layouts: (b, 1, 256, 256) in [0, 1], where
    the landmarks roughly lie, None for untold.
    """

    pairs: Tensor
    conditions: Tensor | None
    seed: int
    layouts: Tensor | None = None


class BatchSource:
    """Holds the training radiographs on the device and makes batches of them.

    Args:
        rank, ranks: this process among those that share a step; each makes its own part.
        layouts: what the generator is told of landmarks, where the settings have a layout.
    """

    def __init__(
        self,
        data: CanvasSet,
        settings: GeneratorSettings,
        device: torch.device,
        rank: int = 0,
        ranks: int = 1,
        layouts: LayoutModel | None = None,
    ) -> None:
        self.settings = settings
        self.device = device
        self.rank, self.ranks = rank, ranks
        self.points = np.asarray(data.points, dtype=np.float64)
        self.layouts = None if layouts is None else layouts.nearest(self.points)
        everything = np.arange(len(data.ids))
        self.images = torch.from_numpy(data.images_in_range(everything))[:, None].to(device)

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        chosen = self._order(step)
        draw = self._draw(step, self.points[chosen])
        images, points = self.images[torch.from_numpy(chosen)], self.points[chosen]
        conditions = None
        if draw is not None:
            images = change_grey_values(warp(images, draw), draw)
            points = transform_points(draw, points)
            conditions = torch.from_numpy(draw.conditioning()).to(self.device)
        pairs = torch.cat([images, draw_heatmaps(points, self.device)], dim=1)
        pairs = pairs.contiguous(memory_format=torch.channels_last)
        return Batch(pairs, conditions, self._seed(step), self._layouts(chosen, draw))

    def _layouts(self, chosen: np.ndarray, draw: AugmentationDraw | None) -> Tensor | None:
        """The layouts of the radiographs, varied as these are."""
        told = self.settings.layout
        if told is None or self.layouts is None:
            return None
        layouts = self.layouts[chosen]
        if draw is not None:
            layouts = transform_points(draw, layouts)
        return draw_gaussians(layouts, told.sigma, self.device)

    def _order(self, step: int) -> np.ndarray:
        """Which radiographs: every epoch goes through all of them in an order of its own."""
        size = self.settings.training.batch_size
        first = (step * self.ranks + self.rank) * size
        return order_of(self.settings.training.seed, first, size, len(self.points))

    def _draw(self, step: int, points: np.ndarray) -> AugmentationDraw | None:
        augmentation = self.settings.augmentation
        if augmentation is None:
            return None
        rng = seeded(self.settings.training.seed, step, self.rank)
        return keep_on_canvas(draw_augmentation(rng, augmentation, len(points)), points)

    def _seed(self, step: int) -> int:
        rng = seeded(self.settings.training.seed, step, self.rank + 2**32)
        return int(rng.integers(2**63))


def order_of(seed: int, first: int, size: int, count: int) -> np.ndarray:
    """Which of `count` radiographs stand at `first` … `first` + `size` - 1 of a training's order:
    every epoch goes through all of them in an order of its own."""
    places = range(first, first + size)
    return np.array([_permutation(seed, i // count, count)[i % count] for i in places])


def warp(images: Tensor, draw: AugmentationDraw) -> Tensor:
    """Images (b, 1, s, s) in [-1, 1] under the draw's affine maps; black where nothing was.

    The maps are those of the 256 canvas, whatever s: the picture keeps its centre and its frame.
    """
    matrices, side = draw.matrices(), images.shape[-1]
    inverse = np.linalg.inv(matrices[:, :, :2])
    half = (CANVAS_SIZE - 1) / 2
    source_of_centre = (inverse @ (half - matrices[:, :, 2:]))[:, :, 0] - half
    in_half_sides = source_of_centre * (side / CANVAS_SIZE) / ((side - 1) / 2)
    theta = np.concatenate([inverse, in_half_sides[:, :, None]], axis=2)
    grid = F.affine_grid(
        torch.from_numpy(theta).float().to(images.device), list(images.shape), align_corners=True
    )
    warped = F.grid_sample(
        (images + 1) / 2, grid, mode="bilinear", padding_mode="zeros", align_corners=True
    )
    return 2 * warped - 1


def change_grey_values(images: Tensor, draw: AugmentationDraw) -> Tensor:
    """`engine.data.augmentation.change_grey_values` on a batch of tensors (b, 1, s, s)."""
    gamma, contrast, brightness = (
        torch.from_numpy(values).float().to(images.device)[:, None, None, None]
        for values in (draw.gamma, draw.contrast, draw.brightness)
    )
    grey = ((images + 1) / 2).clamp(0, 1) ** gamma
    return 2 * (contrast * (grey - 0.5) + 0.5 + brightness).clamp(0, 1) - 1


def draw_heatmaps(points: np.ndarray, device: torch.device) -> Tensor:
    """`engine.heatmap.draw_heatmap` for points (b, L, 2): (b, 1, 256, 256) in [-1, 1]."""
    return 2 * draw_gaussians(points, HEATMAP_SIGMA, device) - 1


def draw_gaussians(points: np.ndarray, sigma: float, device: torch.device) -> Tensor:
    """Gaussians at points (b, L, 2), joined by maximum: (b, 1, 256, 256) in [0, 1].

    A Gaussian is the product of one along x and one along y, so a landmark costs one outer product.
    """
    places = torch.arange(CANVAS_SIZE, device=device)
    distances = torch.from_numpy(points).float().to(device)[..., None] - places
    profiles = torch.exp(-(distances**2) / (2 * sigma**2))
    heat = torch.zeros(len(points), CANVAS_SIZE, CANVAS_SIZE, device=device)
    for landmark in range(points.shape[1]):
        x, y = profiles[:, landmark, 0], profiles[:, landmark, 1]
        heat = torch.maximum(heat, y[:, :, None] * x[:, None, :])
    return heat[:, None]


@lru_cache(maxsize=4)
def _permutation(seed: int, epoch: int, count: int) -> np.ndarray:
    return seeded(seed, epoch, 2**33).permutation(count)


def seeded(seed: int, position: int, stream: int) -> np.random.Generator:
    """A generator of its own for every (seed, stream, position): nothing to carry or to save."""
    key = np.array([seed, stream], dtype=np.uint64)
    counter = np.array([0, 0, 0, position], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
