"""Exponential moving average of the weights, with a warm-up."""

import torch
from torch import Tensor, nn


def average_decay(step: int, decay: float) -> float:
    """Decay at a step: (1 + step) / (10 + step) until `decay` is reached, so that the first random
    weights are soon forgotten."""
    return min(decay, (1 + step) / (10 + step))


def start_average(network: nn.Module) -> dict[str, Tensor]:
    """A copy of the weights in float32, by name."""
    return {name: p.detach().clone() for name, p in network.named_parameters()}


@torch.no_grad()
def update_average(average: dict[str, Tensor], network: nn.Module, step: int, decay: float) -> None:
    """Move the average towards the weights, in place."""
    weights = [p.detach() for p in network.parameters()]
    torch._foreach_lerp_(list(average.values()), weights, 1 - average_decay(step, decay))


class swapped:
    """Inside the context the network has the averaged weights."""

    def __init__(self, network: torch.nn.Module, average: dict[str, Tensor]) -> None:
        self.network, self.average = network, average

    def __enter__(self) -> None:
        self._exchange()

    def __exit__(self, *_: object) -> None:
        self._exchange()

    @torch.no_grad()
    def _exchange(self) -> None:
        for name, parameter in self.network.named_parameters():
            if name in self.average:
                kept = parameter.detach().clone()
                parameter.copy_(self.average[name])
                self.average[name].copy_(kept)
