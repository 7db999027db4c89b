"""The variational autoencoder: the paper's baseline generator."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.events import CancelToken
from engine.generate.batches import Batch
from engine.generate.generator import Draw, Drawn, PairGenerator
from engine.generate.latent_sampling import draw_in_one_call
from engine.generate.latent_settings import VaeSettings
from engine.generate.residual import CHANNELS, GROUPS, ResidualBlock
from engine.generate.settings import GeneratorSettings

_LARGEST_LOG_VARIANCE = 20.0


def _level(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    widths = [inputs] + [outputs] * blocks
    return nn.Sequential(*(ResidualBlock(a, b) for a, b in pairwise(widths)))


class Encoder(nn.Module):
    """Pairs (b, 2, 256, 256) to mean and log variance of their latent vectors, both (b, latent)."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.patch, widths = settings.patch, settings.widths
        self.enter = nn.Conv2d(CHANNELS * self.patch**2, widths[0], 3, padding=1)
        self.levels = nn.ModuleList(_level(w, w, settings.blocks) for w in widths)
        self.shrink = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairwise(widths)
        )
        self.norm = nn.GroupNorm(GROUPS, widths[-1])
        self.leave = nn.Linear(widths[-1] * settings.coarsest_side**2, 2 * settings.latent)
        # Every pair begins at the standard normal: random means lie far out and stay there long.
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, pairs: Tensor) -> tuple[Tensor, Tensor]:
        h = self.enter(F.pixel_unshuffle(pairs, self.patch))
        for level, shrink in zip(self.levels, [*self.shrink, nn.Identity()], strict=True):
            h = shrink(level(h))
        h = F.silu(self.norm(h)).flatten(1)
        mean, log_variance = self.leave(h).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-_LARGEST_LOG_VARIANCE, _LARGEST_LOG_VARIANCE)


class Decoder(nn.Module):
    """Latent vectors (b, latent) to pairs (b, 2, 256, 256)."""

    def __init__(self, settings: VaeSettings) -> None:
        super().__init__()
        self.patch, self.side = settings.patch, settings.coarsest_side
        widths = settings.widths[::-1]
        self.enter = nn.Linear(settings.latent, widths[0] * self.side**2)
        self.levels = nn.ModuleList(_level(w, w, settings.blocks) for w in widths)
        self.grow = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(widths))
        self.norm = nn.GroupNorm(GROUPS, widths[-1])
        self.leave = nn.Conv2d(widths[-1], CHANNELS * self.patch**2, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        h = self.enter(latents).unflatten(1, (-1, self.side, self.side))
        h = self.levels[0](h.contiguous(memory_format=torch.channels_last))
        for grow, level in zip(self.grow, list(self.levels)[1:], strict=True):
            h = level(grow(F.interpolate(h, scale_factor=2.0, mode="nearest")))
        return F.pixel_shuffle(self.leave(F.silu(self.norm(h))), self.patch)


class Autoencoder(PairGenerator):
    """Learns to give pairs back from a few numbers that are normally distributed, and draws pairs
    from such numbers."""

    loss_names = ("total", "image", "heatmap", "divergence")
    channel_weights: Tensor

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        if settings.vae is None:
            raise ValueError("a variational autoencoder needs settings.vae")
        self.settings, self.vae = settings, settings.vae
        self.encoder, self.decoder = Encoder(self.vae), Decoder(self.vae)
        weights = torch.tensor([1.0, settings.training.heatmap_weight])
        self.register_buffer("channel_weights", weights, persistent=False)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The negative evidence bound, up to scale: |x - decoded|^2 averaged over the pair, and the
        divergence from the standard normal distribution, averaged over the latent entries.

        Says the loss, the squared error of image and of heatmap before weighting, and the
        divergence.
        """
        pairs = batch.pairs
        mean, log_variance = self.encoder(pairs)
        chance = torch.Generator(pairs.device).manual_seed(batch.seed)
        noise = torch.randn(mean.shape, generator=chance, device=pairs.device)
        decoded = self.decoder(mean + (log_variance / 2).exp() * noise).float()
        errors = ((pairs - decoded) ** 2).mean(dim=(0, 2, 3))
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance).mean() / 2
        loss = (self.channel_weights * errors).mean() + self.vae.kl_weight * divergence
        return loss, torch.cat([loss[None], errors, divergence[None]]).detach()

    def draw(self, asked: Draw, token: CancelToken) -> Drawn:
        """Decode latent vectors of the standard normal distribution."""
        return draw_in_one_call(self.decoder, self.vae.latent, self.device, asked, token)
