"""Training a localiser: what a step does."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.events import CancelToken, Event
from engine.generate.run import Run
from engine.generate.run_plan import RunPlan
from engine.generate.weights import WEIGHTS_NAME
from engine.localise.batches import RadiographBatches
from engine.localise.network import Localiser
from engine.localise.resnet import load_imagenet
from engine.localise.settings import LocaliserSettings
from engine.localise.weights import save_localiser

LOSS_COLUMNS = ("step", "radiographs_seen", "elapsed", "learning_rate", "total", "pixels")


@dataclass(frozen=True)
class LocaliserPlan(RunPlan):
    """The training of a localiser, on radiographs on a canvas of the settings' side.

    pretrained: a file with ImageNet weights for the backbone, None to begin at random.
    """

    settings: LocaliserSettings
    pretrained: Path | None = None


def train_localiser(plan: LocaliserPlan, token: CancelToken) -> Iterator[Event]:
    """Train until the plan's end or the token; go on from the run's last checkpoint if it has one.

    `CancelToken.stop` keeps the result so far; `cancel` puts the run back as it was found.

    Raises:
        WeightsError: the folder holds a run of other settings or other radiographs, or the
            ImageNet weights do not fit.
    """
    yield from _LocaliserRun(plan).train(token)


def total_steps(settings: LocaliserSettings, count: int, ranks: int = 1) -> int:
    """Optimiser steps of a whole training on `count` radiographs."""
    return settings.epochs * -(-count // (settings.batch_size * ranks))


def learning_rate(settings: LocaliserSettings, share_done: float) -> float:
    """Falls linearly from the settings' rate to `last_rate` times that over the whole training."""
    return settings.learning_rate * (1 + min(1.0, share_done) * (settings.last_rate - 1))


class _LocaliserRun(Run[LocaliserPlan]):
    """The training of a localiser."""

    network: Localiser

    def __init__(self, plan: LocaliserPlan) -> None:
        super().__init__(plan)
        torch.manual_seed(plan.settings.seed)
        network = Localiser(plan.settings, plan.data.landmark_count)
        if plan.pretrained is not None:
            load_imagenet(network.backbone, plan.pretrained)
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        self.set_up(network, optimiser, LOSS_COLUMNS)
        self.batches = RadiographBatches(
            plan.data,
            plan.settings,
            self.fabric.device,
            rank=self.fabric.global_rank,
            ranks=self.fabric.world_size,
        )

    @property
    def loss_names(self) -> tuple[str, ...]:
        return LOSS_COLUMNS[-2:]

    @property
    def batch_size(self) -> int:
        return self.plan.settings.batch_size

    @property
    def last_step(self) -> int:
        plan = self.plan
        whole = total_steps(plan.settings, len(plan.data), self.fabric.world_size)
        return whole if plan.max_steps is None else plan.max_steps

    @property
    def rate(self) -> float:
        """Of the last step."""
        return learning_rate(self.plan.settings, self.share_done)

    def trains_as(self, written: str) -> bool:
        return written == self.plan.settings.to_toml()

    def step(self) -> Tensor:
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        self.model.train()
        loss, pixels = self.model(*self.batches.batch(self.progress.step))
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        self.optimiser.step()
        return torch.stack([loss.detach(), pixels])

    def save_weights(self) -> None:
        plan = self.plan
        metadata = {
            **plan.metadata,
            "landmarks": plan.data.landmark_count,
            "data_fingerprint": plan.data.fingerprint,
            "step": self.progress.step,
            "radiographs_seen": self.progress.pairs_seen,
            "minutes": round(self.progress.elapsed / 60, 1),
        }
        tensors = self.network.state_dict()
        save_localiser(self.out / WEIGHTS_NAME, tensors, plan.settings, metadata)
