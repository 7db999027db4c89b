"""The diffusion model: a network together with the forward process it was trained for."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.data.augmentation import CONDITIONING_SIZE
from engine.events import CancelToken, SamplingStep
from engine.generate.batches import Batch, draw_gaussians
from engine.generate.generator import Draw, Drawn, PairGenerator
from engine.generate.layout import LayoutModel
from engine.generate.noise import latent_noise, pair_noise
from engine.generate.precision import autocast
from engine.generate.residual import CHANNELS
from engine.generate.samplers import Sampler
from engine.generate.schedule import make_pair_schedule
from engine.generate.settings import GeneratorSettings
from engine.generate.unet import UNet

_LAYOUT_STEP = 2**32  # beyond every sampling step, so that a layout's noise is its own


class Denoiser(PairGenerator):
    """Estimates the clean pair of a noisy one, and draws pairs from noise by such estimates."""

    loss_names = ("total", "image", "heatmap")
    alpha: Tensor
    sigma: Tensor
    channel_steps: Tensor
    channel_weights: Tensor
    layout_mean: Tensor
    layout_axes: Tensor

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        if settings.network is None or settings.diffusion is None:
            raise ValueError("a diffusion model needs settings.network and settings.diffusion")
        self.settings = settings
        self.predicts = settings.diffusion.predicts
        self.schedule = make_pair_schedule(settings.diffusion)
        conditions = CONDITIONING_SIZE if settings.augmentation else 0
        own_levels = self.schedule.ahead > 0
        told = conditions, own_levels, settings.layout is not None
        self.network = UNet(settings.network, *told)
        self.guide = UNet(settings.guide, *told) if settings.guide else None
        if settings.layout is not None:
            components = settings.layout.components
            self.register_buffer("layout_mean", torch.zeros(0, 2))
            self.register_buffer("layout_axes", torch.zeros(components, 0, 2))
        path = range(len(self.schedule))
        levels = torch.tensor([self.schedule.at(step) for step in path]).float()
        self.register_buffer("alpha", levels[..., 0], persistent=False)
        self.register_buffer("sigma", levels[..., 1], persistent=False)
        steps = torch.tensor([self.schedule.channel_steps(step) for step in path])
        self.register_buffer("channel_steps", steps, persistent=False)
        weights = torch.tensor([1.0, settings.training.heatmap_weight])
        self.register_buffer("channel_weights", weights, persistent=False)

    def set_layouts(self, layouts: LayoutModel) -> None:
        """Draw layouts from this model from now on; it travels with the weights."""
        self.layout_mean = torch.from_numpy(layouts.mean).float().to(self.device)
        self.layout_axes = torch.from_numpy(layouts.axes).float().to(self.device)

    def draw_layouts(self, seed: int, indices: Sequence[int]) -> Tensor | None:
        """The layouts of pairs, (n, 1, 256, 256) in [0, 1]; None where none are told."""
        if self.settings.layout is None:
            return None
        arrays = (buffer.double().cpu().numpy() for buffer in (self.layout_mean, self.layout_axes))
        weights = latent_noise(seed, indices, self.settings.layout.components, _LAYOUT_STEP)
        layouts = LayoutModel(*arrays).draw(weights)
        return draw_gaussians(layouts, self.settings.layout.sigma, self.device)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *more: Any) -> None:
        """The number of landmarks comes with the weights, so the buffers take their size."""
        for name in ("layout_mean", "layout_axes"):
            stored = state_dict.get(prefix + name)
            if stored is not None and hasattr(self, name):
                setattr(self, name, torch.empty_like(stored, device=self.device))
        super()._load_from_state_dict(state_dict, prefix, *more)

    def clean(
        self, x: Tensor, step: int, guidance: float = 1.0, layouts: Tensor | None = None
    ) -> Tensor:
        """The estimate of the clean pair, in [-1, 1].

        Args:
            x: (batch, 2, side, side) noisy pairs of that step of the path.
            guidance: w of weaker + w (estimate - weaker), where the guide gives the weaker one. It
                sharpens where markers are; guided images come out no better (measured), and are
                left alone. Without a guide it changes nothing.
            layouts: (batch, 1, side, side), where the network is told of them.
        """
        estimate = self._estimate(self.network, x, step, layouts)
        if self.guide is None or guidance == 1.0:
            return estimate
        image, heatmap = estimate.unbind(dim=1)
        weaker = self._estimate(self.guide, x, step, layouts)[:, 1]
        return torch.stack([image, weaker.lerp(heatmap, guidance).clamp(-1, 1)], dim=1)

    def _estimate(self, network: nn.Module, x: Tensor, step: int, layouts: Tensor | None) -> Tensor:
        output = network(x, self.channel_steps[step].expand(len(x), -1), None, layouts).float()
        alpha, sigma = self.alpha[step][:, None, None], self.sigma[step][:, None, None]
        if self.predicts == "noise":
            output = (x - sigma * output) / alpha
        elif self.predicts == "velocity":
            output = alpha * x - sigma * output
        return output.clamp(-1, 1)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The loss at steps of the path and with noise of the batch's seed; a guide adds its own,
        over the first half of the batch alone, since it is there to be the weaker of the two.

        ``noise``: |noise - prediction|^2 (Eq. 4 of the paper). ``velocity``: the same for
        v = alpha noise - sigma x_0. ``pair``: |x_0 - prediction|^2 / sigma^2, which is the velocity
        loss again, with sigma^2 kept above `sigma_floor`. A channel that is clean counts nothing.

        Says, of the network without its guide, the weighted mean and the mean of each channel
        before weighting.
        """
        pairs, conditions, layouts = batch.pairs, batch.conditions, batch.layouts
        chance = torch.Generator(pairs.device).manual_seed(batch.seed)
        noise = torch.randn(pairs.shape, generator=chance, device=pairs.device)
        steps = self._steps(len(pairs), chance)
        alpha, sigma = self.alpha[steps][..., None, None], self.sigma[steps][..., None, None]
        noisy = alpha * pairs + sigma * noise
        told = self.channel_steps[steps]

        def errors_of(network: nn.Module, part: slice) -> Tensor:
            condition = None if conditions is None else conditions[part]
            layout = None if layouts is None else layouts[part]
            output = network(noisy[part], told[part], condition, layout).float()
            return self._errors(output, pairs[part], noise[part], alpha[part], sigma[part])

        errors = errors_of(self.network, slice(None))
        loss = (self.channel_weights * errors).mean()
        said = torch.cat([loss.detach()[None], errors.detach()])
        if self.guide is not None:
            half = slice(None, (len(pairs) + 1) // 2)
            loss = loss + (self.channel_weights * errors_of(self.guide, half)).mean()
        return loss, said

    def _steps(self, count: int, chance: torch.Generator) -> Tensor:
        """One step of the pair's path from each of `count` equal parts of the process.

        Each is uniform over the process when all batches are taken together, and the loss of a
        small batch varies less.
        """
        total = len(self.schedule)
        offset = torch.rand(1, generator=chance, device=chance.device)
        places = (torch.arange(count, device=chance.device) / count + offset) % 1
        return (places * total).long().clamp(max=total - 1)

    def _errors(
        self, output: Tensor, pairs: Tensor, noise: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        """The mean error of each channel, (2,)."""
        if self.predicts == "noise":
            error = (noise - output) ** 2
        elif self.predicts == "velocity":
            error = (alpha * noise - sigma * pairs - output) ** 2
        else:
            floor = self.settings.training.sigma_floor
            error = (pairs - output) ** 2 / (sigma**2).clamp(min=floor)
        return (error * (sigma > 0)).mean(dim=(0, 2, 3))

    def draw(self, asked: Draw, token: CancelToken) -> Drawn:
        """Walk the path from noise to pairs, one network call per step."""

        def noise_of(step: int) -> Tensor:
            noise = torch.from_numpy(pair_noise(asked.seed, asked.indices, step)).to(self.device)
            return noise.contiguous(memory_format=torch.channels_last)

        settings = self.settings.sampling
        rules = [Sampler(asked.sampler) for _ in range(CHANNELS)]
        path = self.schedule.sampling_steps(asked.steps)
        layouts = self.draw_layouts(asked.seed, asked.indices)
        x = noise_of(0)
        for done, (step, following) in enumerate(zip(path, [*path[1:], -1], strict=True), start=1):
            token.wait_while_paused()
            if token.stopped:
                return None
            with torch.inference_mode(), autocast(self.device, asked.precision):
                share = (done - 1) / len(path)
                guided = settings.guided_from <= share < settings.guided_until
                clean = self.clean(x, step, settings.guidance if guided else 1.0, layouts)
            now, then = self.schedule.at(step), self.schedule.at(following)
            noise = noise_of(done) if rules[0].adds_noise else torch.zeros_like(x)
            planes = [
                rule.step(x[:, i], clean[:, i], now[i], then[i], noise[:, i])
                for i, rule in enumerate(rules)
            ]
            x = torch.stack(planes, dim=1).contiguous(memory_format=torch.channels_last)
            yield SamplingStep(done, len(path))
        return x.clamp(-1, 1)
