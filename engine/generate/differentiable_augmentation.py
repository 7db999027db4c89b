"""Variations that a gradient passes through, for pairs on their way to a discriminator.

A discriminator that sees real and generated pairs through the same variations cannot learn a few
radiographs by heart, and what the generator draws stays as recorded (Zhao et al. 2020,
"Differentiable augmentation for data-efficient GAN training").
"""

import torch
from torch import Tensor

from engine.data.augmentation import AugmentationDraw
from engine.generate.batches import warp


def vary(pairs: Tensor, draw: AugmentationDraw) -> Tensor:
    """Pairs (b, 2, s, s) moved by the draw's affine maps, with the contrast and brightness of the
    image changed; without gamma, whose slope at black is infinite, and without clipping, which
    lets no gradient through. Heatmaps are moved as pictures are."""
    contrast, brightness = (
        torch.from_numpy(values).float().to(pairs.device)[:, None, None, None]
        for values in (draw.contrast, draw.brightness)
    )
    moved = warp(pairs, draw)
    return torch.cat([contrast * moved[:, :1] + 2 * brightness, moved[:, 1:]], dim=1)
