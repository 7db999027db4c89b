"""What every generator of pairs can do, whatever its family: say its loss, and draw pairs."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.events import CancelToken, SamplingStep
from engine.generate.batches import Batch
from engine.generate.settings import GeneratorSettings

Drawn = Generator[SamplingStep, None, Tensor | None]


@dataclass(frozen=True)
class Draw:
    """Which pairs to draw, and how.

    seed, indices: pair i of a seed is the same in every batch. sampler, steps: as
    `SamplingSettings` has them. precision: ``float32`` or ``bfloat16``.
    """

    seed: int
    indices: Sequence[int]
    sampler: str
    steps: int
    precision: str = "float32"


class PairGenerator(nn.Module, ABC):
    """Networks that learn to draw pairs of image and heatmap, and all they need to do it.

    loss_names: what `forward` says besides its loss, the loss itself (``total``) first.
    """

    loss_names: ClassVar[tuple[str, ...]]
    settings: GeneratorSettings

    @abstractmethod
    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The loss of a training batch; all chance comes from the batch's seed, so that a step can
        be repeated to the bit.

        Returns:
            what to descend (a scalar); and the figures of `loss_names`, detached.
        """

    @abstractmethod
    def draw(self, asked: Draw, token: CancelToken) -> Drawn:
        """Draw pairs in one batch.

        Args:
            token: checked before every network call; paused, it rests there.

        Yields:
            a `SamplingStep` per network call.

        Returns:
            the pairs (n, 2, 256, 256) in [-1, 1], None once the token is stopped.
        """

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device


def in_channels_last(generator: PairGenerator) -> PairGenerator:
    """The same generator with its convolutions laid out channels-last, as CPUs and GPUs prefer."""
    for parameter in generator.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return generator
