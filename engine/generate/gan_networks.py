"""The two networks of the adversarial generator."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from engine.generate.latent_settings import FIRST_SIDE, GanSettings
from engine.generate.residual import CHANNELS, GROUPS

_SLOPE = 0.2
_SKIPPED_LEVELS = 4


def _gated(convolution: nn.Module, features: int) -> nn.Sequential:
    """The convolution gives twice the features; one half opens and closes the other."""
    return nn.Sequential(convolution, nn.GroupNorm(GROUPS, 2 * features), nn.GLU(dim=1))


class SkipLayerExcitation(nn.Module):
    """Lets coarse features open and close the channels of much finer ones (Liu et al. 2021)."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(FIRST_SIDE),
            nn.Conv2d(coarse, fine, FIRST_SIDE),
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(fine, fine, 1),
            nn.Sigmoid(),
        )

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        return fine * self.gate(coarse)


class LatentNetwork(nn.Module):
    """The generator: latent vectors (b, latent) to pairs (b, 2, 256, 256) in [-1, 1].

    Norms are over a pair alone, so that it does not depend on its batch.
    """

    def __init__(self, settings: GanSettings) -> None:
        super().__init__()
        self.patch, widths = settings.patch, settings.widths
        self.enter = _gated(
            nn.ConvTranspose2d(settings.latent, 2 * widths[0], FIRST_SIDE), widths[0]
        )
        self.grow = nn.ModuleList(
            _gated(nn.Conv2d(a, 2 * b, 3, padding=1), b) for a, b in pairwise(widths)
        )
        self.excite = nn.ModuleList(
            SkipLayerExcitation(coarse, fine)
            for coarse, fine in zip(widths, widths[_SKIPPED_LEVELS:], strict=False)
        )
        self.leave = nn.Conv2d(widths[-1], CHANNELS * self.patch**2, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        h = self.enter(F.normalize(latents, dim=1)[:, :, None, None] * latents.shape[1] ** 0.5)
        levels = [h.contiguous(memory_format=torch.channels_last)]
        for depth, grow in enumerate(self.grow, start=1):
            h = grow(F.interpolate(levels[-1], scale_factor=2.0, mode="nearest"))
            if depth >= _SKIPPED_LEVELS:
                skipped = depth - _SKIPPED_LEVELS
                h = self.excite[skipped](levels[skipped], h)
            levels.append(h)
        return F.pixel_shuffle(self.leave(levels[-1]), self.patch).tanh()


class _Down(nn.Module):
    """Halves the side: two convolutions beside an average, both halved by the root of two."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(inputs, outputs, 4, stride=2, padding=1))
        self.second = spectral_norm(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.skip = spectral_norm(nn.Conv2d(inputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        h = F.leaky_relu(self.first(x), _SLOPE)
        h = F.leaky_relu(self.second(h), _SLOPE)
        return (self.skip(F.avg_pool2d(x, 2)) + h) / 2**0.5


class Discriminator(nn.Module):
    """Judges pairs place by place, and can give them back from what it kept of them."""

    def __init__(self, settings: GanSettings) -> None:
        super().__init__()
        self.patch, widths = settings.patch, settings.discriminator_widths
        folded = CHANNELS * self.patch**2
        self.enter = spectral_norm(nn.Conv2d(folded, widths[0], 3, padding=1))
        self.down = nn.ModuleList(_Down(a, b) for a, b in pairwise(widths))
        self.judge = nn.Sequential(
            spectral_norm(nn.Conv2d(widths[-1], widths[-1], 3, padding=1)),
            nn.LeakyReLU(_SLOPE),
            spectral_norm(nn.Conv2d(widths[-1], 1, 1)),
        )
        narrow = [max(GROUPS, width // 2) for width in widths[::-1]]
        self.grow = nn.ModuleList(
            _gated(nn.Conv2d(a, 2 * b, 3, padding=1), b)
            for a, b in pairwise([widths[-1], *narrow[1:]])
        )
        self.leave = nn.Conv2d(narrow[-1], folded, 3, padding=1)

    def forward(self, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Args:
            pairs: (b, 2, 256, 256).

        Returns:
            logits (b, 1, k, k), high for real; and the last features, to `give_back` from.
        """
        h = F.leaky_relu(self.enter(F.pixel_unshuffle(pairs, self.patch)), _SLOPE)
        for down in self.down:
            h = down(h)
        return self.judge(h).float(), h

    def give_back(self, features: Tensor) -> Tensor:
        """The pairs (b, 2, 256, 256) that the features are of, as far as they tell."""
        h = features
        for grow in self.grow:
            h = grow(F.interpolate(h, scale_factor=2.0, mode="nearest"))
        return F.pixel_shuffle(self.leave(h), self.patch)
