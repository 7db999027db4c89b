"""Draw pairs from a network that turns a latent vector into a pair in one call."""

import torch
from torch import nn

from engine.events import CancelToken, SamplingStep
from engine.generate.generator import Draw, Drawn
from engine.generate.noise import latent_noise
from engine.generate.precision import autocast


def draw_in_one_call(
    network: nn.Module, latent: int, device: torch.device, asked: Draw, token: CancelToken
) -> Drawn:
    """As `PairGenerator.draw`: the latent vector of a pair depends on seed and number alone."""
    token.wait_while_paused()
    if token.stopped:
        return None
    latents = torch.from_numpy(latent_noise(asked.seed, asked.indices, latent)).to(device)
    with torch.inference_mode(), autocast(device, asked.precision):
        pairs = network(latents).float().clamp(-1, 1)
    yield SamplingStep(1, 1)
    return pairs
