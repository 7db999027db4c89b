"""Training batches of radiographs and landmarks: a pure function of (data, settings, step)."""

import numpy as np
import torch
from torch import Tensor

from engine.canvas import CANVAS_SIZE
from engine.data.augmentation import draw_augmentation, transform_points
from engine.data.canvas_set import CanvasSet, in_range
from engine.generate.batches import change_grey_values, order_of, seeded, warp
from engine.localise.settings import LocaliserSettings

Batch = tuple[Tensor, Tensor, Tensor]


class RadiographBatches:
    """Holds the radiographs and makes varied batches of them on the device.

    Args:
        rank, ranks: this process among those that share a step; each makes its own part.
    """

    def __init__(
        self,
        data: CanvasSet,
        settings: LocaliserSettings,
        device: torch.device,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        self.settings, self.device = settings, device
        self.rank, self.ranks = rank, ranks
        self.side = data.side
        self.points = to_canvas_256(np.asarray(data.points), data.side)
        self.images = data.images

    def batch(self, step: int) -> Batch:
        """Images (b, 1, side, side) in [-1, 1], points (b, L, 2) in their pixels, and whether each
        landmark is still on the picture, (b, L) bool."""
        size, seed = self.settings.batch_size, self.settings.seed
        first = (step * self.ranks + self.rank) * size
        chosen = order_of(seed, first, size, len(self.points))
        draw = draw_augmentation(
            seeded(seed, step, self.rank), self.settings.augmentation, len(chosen)
        )
        levels = torch.from_numpy(in_range(self.images[chosen]))[:, None].to(self.device)
        images = change_grey_values(warp(levels, draw), draw)
        points = from_canvas_256(transform_points(draw, self.points[chosen]), self.side)
        seen = ((points >= -0.5) & (points <= self.side - 0.5)).all(axis=2)
        return (
            images.contiguous(memory_format=torch.channels_last),
            torch.from_numpy(points).float().to(self.device),
            torch.from_numpy(seen).to(self.device),
        )


def to_canvas_256(points: np.ndarray, side: int) -> np.ndarray:
    """Points in pixels of a canvas of `side` to those of the 256 canvas, centres at integers."""
    return (points + 0.5) * (CANVAS_SIZE / side) - 0.5


def from_canvas_256(points: np.ndarray, side: int) -> np.ndarray:
    """The inverse of `to_canvas_256`."""
    return (points + 0.5) * (side / CANVAS_SIZE) - 0.5
