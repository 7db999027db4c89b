"""The U-Net that both diffusion presets use, and its two kinds of residual block."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.generate.residual import CHANNELS, GROUPS, ResidualLayers
from engine.generate.settings import NetworkSettings


def sinusoidal_embedding(steps: Tensor, width: int) -> Tensor:
    """Sines and cosines of the step at `width` / 2 frequencies, (batch, width)."""
    half = width // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half, device=steps.device) / half)
    angles = steps.float()[:, None] * frequencies[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _step_projection(width: int, features: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, features), nn.SiLU(), nn.Linear(features, features))


def _start_at_zero(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


class PlainBlock(ResidualLayers):
    """The paper's residual block, told the step: its embedding enters through linear, SiLU, linear
    and is added before the norm."""

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__(inputs, outputs)
        self.embed = _step_projection(embedding, inputs)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        return self.skip(x) + self.change(x + self.embed(embedding)[:, :, None, None])


class ModulatedBlock(nn.Module):
    """Norm, SiLU, convolution, twice; the embedding scales and shifts after the second norm.

    The last convolution starts at zero, so that a new network is close to the identity.
    """

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.norm_first = nn.GroupNorm(GROUPS, inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.embed = nn.Linear(embedding, 2 * outputs)
        self.norm_second = nn.GroupNorm(GROUPS, outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        _start_at_zero(self.second)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.first(F.silu(self.norm_first(x)))
        scale, shift = self.embed(embedding)[:, :, None, None].chunk(2, dim=1)
        h = self.norm_second(h) * (1 + scale) + shift
        return self.skip(x) + self.second(F.silu(h))


class Attention(nn.Module):
    """Self-attention over all positions, as a residual."""

    def __init__(self, features: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(GROUPS, features)
        self.project = nn.Conv2d(features, 3 * features, 1)
        self.merge = nn.Conv2d(features, features, 1)
        _start_at_zero(self.merge)

    def forward(self, x: Tensor) -> Tensor:
        batch, features, height, width = x.shape
        tokens = self.project(self.norm(x)).reshape(
            batch, 3, self.heads, features // self.heads, height * width
        )
        query, key, value = (t.transpose(-1, -2) for t in tokens.unbind(dim=1))
        attended = F.scaled_dot_product_attention(query, key, value)
        return x + self.merge(attended.transpose(-1, -2).reshape(batch, features, height, width))


class Level(nn.Module):
    """The residual blocks of one resolution."""

    def __init__(
        self, settings: NetworkSettings, inputs: int, outputs: int, embedding: int, attend: bool
    ) -> None:
        super().__init__()
        block = {"plain": PlainBlock, "modulated": ModulatedBlock}[settings.block]
        widths = [inputs] + [outputs] * settings.blocks
        self.blocks = nn.ModuleList(block(a, b, embedding) for a, b in pairwise(widths))
        self.attention = nn.ModuleList(
            Attention(outputs) if attend else nn.Identity() for _ in self.blocks
        )

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        for block, attention in zip(self.blocks, self.attention, strict=True):
            x = attention(block(x, embedding))
        return x


class UNet(nn.Module):
    """Predicts, from a noisy pair and its step, what `DiffusionSettings.predicts` names.

    Args:
        settings: widths, blocks, folding and attention.
        conditions: length of the augmentation vector the network is told, 0 for none.
        own_levels: whether image and heatmap have noise levels of their own, so that the network
            is told both; their embeddings are added, the heatmap's beginning at zero.
        layouts: whether the network is told a picture of where the landmarks roughly lie; it
            enters beside the pair, beginning at zero.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        conditions: int = 0,
        own_levels: bool = False,
        layouts: bool = False,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.conditions = conditions
        widths, folded = settings.widths, CHANNELS * settings.patch**2
        self.step_width = widths[0] * 2
        modulated = settings.block == "modulated"
        embedding = widths[0] * 4 if modulated else self.step_width
        self.embed_step = _step_projection(self.step_width, embedding) if modulated else None
        self.embed_heatmap_step = (
            _step_projection(self.step_width, embedding) if own_levels else None
        )
        if self.embed_heatmap_step is not None:
            _start_at_zero(self.embed_heatmap_step[-1])
        self.embed_conditions = nn.Linear(conditions, embedding, bias=False) if conditions else None

        self.enter = nn.Conv2d(folded, widths[0], 3, padding=1)
        self.enter_layout = (
            nn.Conv2d(settings.patch**2, widths[0], 3, padding=1, bias=False) if layouts else None
        )
        if self.enter_layout is not None:
            _start_at_zero(self.enter_layout)
        self.down, self.shrink, self.grow, self.up = (nn.ModuleList() for _ in range(4))
        for depth, (width, wider) in enumerate(pairwise(widths)):
            attend = depth in settings.attention
            self.down.append(Level(settings, width, width, embedding, attend))
            self.shrink.append(nn.Conv2d(width, wider, 3, stride=2, padding=1))
            self.grow.append(nn.Conv2d(wider, width, 3, padding=1))
            self.up.append(Level(settings, 2 * width, width, embedding, attend))
        attend = len(widths) - 1 in settings.attention
        self.bottleneck = Level(settings, widths[-1], widths[-1], embedding, attend)
        self.norm = nn.GroupNorm(GROUPS, widths[0])
        self.leave = nn.Conv2d(widths[0], folded, 3, padding=1)

    def forward(
        self,
        x: Tensor,
        steps: Tensor,
        conditions: Tensor | None = None,
        layouts: Tensor | None = None,
    ) -> Tensor:
        """Args:
            x: (batch, 2, side, side); steps: (batch, 2) integers, of the image and of its heatmap;
            conditions: (batch, conditions), None stands for zeros, which is "not augmented";
            layouts: (batch, 1, side, side) in [0, 1], None stands for zeros, "no landmark".

        Returns:
            (batch, 2, side, side).
        """
        embedding = sinusoidal_embedding(steps[:, 0], self.step_width)
        if self.embed_step is not None:
            embedding = self.embed_step(embedding)
        if self.embed_heatmap_step is not None:
            heatmap_step = sinusoidal_embedding(steps[:, 1], self.step_width)
            embedding = embedding + self.embed_heatmap_step(heatmap_step)
        if self.embed_conditions is not None and conditions is not None:
            embedding = embedding + self.embed_conditions(conditions)
        if self.embed_step is not None:
            embedding = F.silu(embedding)

        h = self.enter(F.pixel_unshuffle(x, self.settings.patch))
        if self.enter_layout is not None and layouts is not None:
            h = h + self.enter_layout(F.pixel_unshuffle(layouts, self.settings.patch))
        skips = []
        for level, shrink in zip(self.down, self.shrink, strict=True):
            h = level(h, embedding)
            skips.append(h)
            h = shrink(h)
        h = self.bottleneck(h, embedding)
        for level, grow, skip in reversed(list(zip(self.up, self.grow, skips, strict=True))):
            h = grow(F.interpolate(h, scale_factor=2.0, mode="nearest"))
            h = level(torch.cat([h, skip], dim=1), embedding)
        return F.pixel_shuffle(self.leave(F.silu(self.norm(h))), self.settings.patch)
