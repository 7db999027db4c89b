"""A network together with the forward process it was trained for."""

import torch
from torch import Tensor, nn

from engine.data.augmentation import CONDITIONING_SIZE
from engine.generate.schedule import make_pair_schedule
from engine.generate.settings import GeneratorSettings
from engine.generate.unet import UNet


class Denoiser(nn.Module):
    """Estimates the clean pair and, for training, the loss of that estimate."""

    alpha: Tensor
    sigma: Tensor
    channel_steps: Tensor
    channel_weights: Tensor

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        self.settings = settings
        self.schedule = make_pair_schedule(settings.diffusion)
        conditions = CONDITIONING_SIZE if settings.augmentation else 0
        own_levels = self.schedule.ahead > 0
        self.network = UNet(settings.network, conditions, own_levels)
        self.guide = UNet(settings.guide, conditions, own_levels) if settings.guide else None
        path = range(len(self.schedule))
        levels = torch.tensor([self.schedule.at(step) for step in path]).float()
        self.register_buffer("alpha", levels[..., 0], persistent=False)
        self.register_buffer("sigma", levels[..., 1], persistent=False)
        steps = torch.tensor([self.schedule.channel_steps(step) for step in path])
        self.register_buffer("channel_steps", steps, persistent=False)
        weights = torch.tensor([1.0, settings.training.heatmap_weight])
        self.register_buffer("channel_weights", weights, persistent=False)

    def clean(self, x: Tensor, step: int, guidance: float = 1.0) -> Tensor:
        """The estimate of the clean pair, in [-1, 1].

        Args:
            x: (batch, 2, side, side) noisy pairs of that step of the path.
            guidance: w of weaker + w (estimate - weaker), where the guide gives the weaker one;
                without a guide it changes nothing.
        """
        estimate = self._estimate(self.network, x, step)
        if self.guide is None or guidance == 1.0:
            return estimate
        return self._estimate(self.guide, x, step).lerp(estimate, guidance).clamp(-1, 1)

    def _estimate(self, network: nn.Module, x: Tensor, step: int) -> Tensor:
        output = network(x, self.channel_steps[step].expand(len(x), -1)).float()
        alpha, sigma = self.alpha[step][:, None, None], self.sigma[step][:, None, None]
        if self.settings.diffusion.predicts == "noise":
            output = (x - sigma * output) / alpha
        elif self.settings.diffusion.predicts == "velocity":
            output = alpha * x - sigma * output
        return output.clamp(-1, 1)

    def forward(
        self, pairs: Tensor, noise: Tensor, steps: Tensor, conditions: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The loss of a training batch; a guide adds its own, over the first half of the batch
        alone, since it is there to be the weaker of the two.

        ``noise``: |noise - prediction|^2 (Eq. 4 of the paper). ``velocity``: the same for
        v = alpha noise - sigma x_0. ``pair``: |x_0 - prediction|^2 / sigma^2, which is the velocity
        loss again, with sigma^2 kept above `sigma_floor`. A channel that is clean counts nothing.

        Args:
            pairs, noise: (batch, 2, side, side); steps: (batch,) int64 along the path of the pair;
            conditions: (batch, c).

        Returns:
            what to descend (a scalar); and of the network without its guide the weighted mean and
            the mean of each channel before weighting, (3,).
        """
        alpha, sigma = self.alpha[steps][..., None, None], self.sigma[steps][..., None, None]
        noisy = alpha * pairs + sigma * noise
        told = self.channel_steps[steps]

        def errors_of(network: nn.Module, part: slice) -> Tensor:
            condition = None if conditions is None else conditions[part]
            output = network(noisy[part], told[part], condition).float()
            return self._errors(output, pairs[part], noise[part], alpha[part], sigma[part])

        errors = errors_of(self.network, slice(None))
        loss = (self.channel_weights * errors).mean()
        said = torch.cat([loss.detach()[None], errors.detach()])
        if self.guide is not None:
            half = slice(None, (len(pairs) + 1) // 2)
            loss = loss + (self.channel_weights * errors_of(self.guide, half)).mean()
        return loss, said

    def _errors(
        self, output: Tensor, pairs: Tensor, noise: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        """The mean error of each channel, (2,)."""
        predicts = self.settings.diffusion.predicts
        if predicts == "noise":
            error = (noise - output) ** 2
        elif predicts == "velocity":
            error = (alpha * noise - sigma * pairs - output) ** 2
        else:
            floor = self.settings.training.sigma_floor
            error = (pairs - output) ** 2 / (sigma**2).clamp(min=floor)
        return (error * (sigma > 0)).mean(dim=(0, 2, 3))


def in_channels_last(denoiser: Denoiser) -> Denoiser:
    """The same denoiser with its convolutions laid out channels-last, as CPUs and GPUs prefer."""
    for parameter in denoiser.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return denoiser
