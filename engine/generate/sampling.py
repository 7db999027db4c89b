"""Draw pairs from a diffusion generator."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from engine.events import CancelToken, PairSampled, SamplingStep
from engine.generate.denoiser import Denoiser
from engine.generate.noise import pair_noise
from engine.generate.samplers import Sampler
from engine.generate.unet import CHANNELS
from engine.pair import Pair


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """The context in which the network computes in `precision` (``float32`` or ``bfloat16``)."""
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def sample_pairs(
    denoiser: Denoiser,
    seed: int,
    indices: Sequence[int],
    sampler: str,
    steps: int,
    token: CancelToken,
    precision: str = "float32",
) -> Iterator[SamplingStep | PairSampled]:
    """Draw the pairs `indices` of `seed` in one batch, on the denoiser's device.

    Pair i depends on the weights, seed, i, sampler and steps alone, not on the batch it is drawn
    in (in float32 to less than 1e-3 of the range; convolutions round differently by batch size).

    Args:
        sampler: ``ancestral``, ``ddim``, ``dpm-solver++`` or ``sde-dpm-solver++``.
        steps: network calls per pair, 1 … the steps of the schedule.
        token: checked before every network call; paused, it rests there, and once stopped, nothing
            more is yielded.

    Yields:
        a `SamplingStep` per network call, then a `PairSampled` per pair.
    """
    denoiser.eval()
    device = denoiser.alpha.device

    def noise_of(step: int) -> Tensor:
        noise = torch.from_numpy(pair_noise(seed, indices, step)).to(device)
        return noise.contiguous(memory_format=torch.channels_last)

    settings = denoiser.settings.sampling
    rules = [Sampler(sampler) for _ in range(CHANNELS)]
    path = denoiser.schedule.sampling_steps(steps)
    x = noise_of(0)
    for done, (step, following) in enumerate(zip(path, [*path[1:], -1], strict=True), start=1):
        token.wait_while_paused()
        if token.stopped:
            return
        with torch.inference_mode(), autocast(device, precision):
            guided = done > settings.guided_from * len(path)
            clean = denoiser.clean(x, step, settings.guidance if guided else 1.0)
        now, then = denoiser.schedule.at(step), denoiser.schedule.at(following)
        noise = noise_of(done) if rules[0].adds_noise else torch.zeros_like(x)
        planes = [
            rule.step(x[:, i], clean[:, i], now[i], then[i], noise[:, i])
            for i, rule in enumerate(rules)
        ]
        x = torch.stack(planes, dim=1).contiguous(memory_format=torch.channels_last)
        yield SamplingStep(done, len(path))
    for index, channels in zip(indices, x.clamp(-1, 1).float().cpu().numpy(), strict=True):
        yield PairSampled(index, Pair.from_channels(channels))
