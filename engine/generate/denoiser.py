"""A network together with the forward process it was trained for."""

import torch
from torch import Tensor, nn

from engine.data.augmentation import CONDITIONING_SIZE
from engine.generate.schedule import make_schedule
from engine.generate.settings import GeneratorSettings
from engine.generate.unet import UNet


class Denoiser(nn.Module):
    """Estimates the clean pair and, for training, the loss of that estimate."""

    alpha: Tensor
    sigma: Tensor
    channel_weights: Tensor

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        self.settings = settings
        self.schedule = make_schedule(settings.diffusion)
        conditions = CONDITIONING_SIZE if settings.augmentation else 0
        self.network = UNet(settings.network, conditions)
        self.register_buffer("alpha", torch.tensor(self.schedule.alpha).float(), persistent=False)
        self.register_buffer("sigma", torch.tensor(self.schedule.sigma).float(), persistent=False)
        weights = torch.tensor([1.0, settings.training.heatmap_weight])
        self.register_buffer("channel_weights", weights[:, None, None], persistent=False)

    def clean(self, x: Tensor, step: int) -> Tensor:
        """The estimate of the clean pair, in [-1, 1].

        Args:
            x: (batch, 2, side, side) noisy pairs of that step.
        """
        steps = torch.full((len(x),), step, device=x.device)
        output = self.network(x, steps).float()
        alpha, sigma = self.schedule.at(step)
        if self.settings.diffusion.predicts == "noise":
            output = (x - sigma * output) / alpha
        elif self.settings.diffusion.predicts == "velocity":
            output = alpha * x - sigma * output
        return output.clamp(-1, 1)

    def forward(
        self, pairs: Tensor, noise: Tensor, steps: Tensor, conditions: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The loss of a training batch.

        ``noise``: |noise - prediction|^2 (Eq. 4 of the paper). ``velocity``: the same for
        v = alpha noise - sigma x_0. ``pair``: |x_0 - prediction|^2 / sigma^2, which is the velocity
        loss again, with sigma^2 kept above `sigma_floor`.

        Args:
            pairs, noise: (batch, 2, side, side); steps: (batch,) int64; conditions: (batch, c).

        Returns:
            the weighted mean (a scalar), and the mean of each channel before weighting, (2,).
        """
        alpha, sigma = (
            self.alpha[steps][:, None, None, None],
            self.sigma[steps][:, None, None, None],
        )
        output = self.network(alpha * pairs + sigma * noise, steps, conditions).float()
        predicts = self.settings.diffusion.predicts
        if predicts == "noise":
            error = (noise - output) ** 2
        elif predicts == "velocity":
            error = (alpha * noise - sigma * pairs - output) ** 2
        else:
            floor = self.settings.training.sigma_floor
            error = (pairs - output) ** 2 / (sigma**2).clamp(min=floor)
        return (self.channel_weights * error).mean(), error.detach().mean(dim=(0, 2, 3))


def in_channels_last(denoiser: Denoiser) -> Denoiser:
    """The same denoiser with its convolutions laid out channels-last, as CPUs and GPUs prefer."""
    for parameter in denoiser.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return denoiser
