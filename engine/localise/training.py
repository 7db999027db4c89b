"""Training a localiser: a generator of events on Lightning Fabric, resumable to the step."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from engine.data.canvas_set import CanvasSet
from engine.errors import WeightsError
from engine.events import CancelToken, CheckpointSaved, Event, Notice, TrainingStep
from engine.generate.checkpoint import (
    STATE_NAME,
    Progress,
    load_state,
    read_state_header,
    save_state,
)
from engine.generate.run_files import RunFiles, is_begun
from engine.generate.weights import WEIGHTS_NAME
from engine.localise.batches import RadiographBatches
from engine.localise.network import Localiser
from engine.localise.resnet import load_imagenet
from engine.localise.settings import LocaliserSettings
from engine.localise.weights import save_localiser

LOSS_COLUMNS = ("step", "radiographs_seen", "elapsed", "learning_rate", "total", "pixels")


@dataclass(frozen=True)
class LocaliserPlan:
    """What to train, where it is kept and when it ends.

    data: the training radiographs on a canvas of the settings' side; out: the run's folder.
    metadata: travels with the weights, JSON. max_steps, max_seconds: of the whole run.
    pretrained: a file with ImageNet weights for the backbone, None to begin at random.
    accelerator, devices, precision: as Lightning Fabric names them.
    """

    settings: LocaliserSettings
    data: CanvasSet
    out: Path
    metadata: dict = field(default_factory=dict)
    max_steps: int | None = None
    max_seconds: float | None = None
    pretrained: Path | None = None
    accelerator: str = "cpu"
    devices: int | list[int] = 1
    nodes: int = 1
    precision: str = "32-true"
    log_every: int = 10
    checkpoint_seconds: float = 120.0


def train_localiser(plan: LocaliserPlan, token: CancelToken) -> Iterator[Event]:
    """Train until the plan's end or the token; go on from the run's last checkpoint if it has one.

    `CancelToken.stop` keeps the result so far; `cancel` puts the run back as it was found.

    Raises:
        WeightsError: the folder holds a run of other settings or other radiographs, or the
            ImageNet weights do not fit.
    """
    run = _Run(plan)
    yield from run.resume()
    try:
        yield from run.steps(token)
    except GeneratorExit:
        run.save()
        raise
    finally:
        run.close(discard=token.cancelled)


def total_steps(settings: LocaliserSettings, count: int, ranks: int = 1) -> int:
    """Optimiser steps of a whole training on `count` radiographs."""
    return settings.epochs * -(-count // (settings.batch_size * ranks))


def learning_rate(settings: LocaliserSettings, step: int, steps: int) -> float:
    """Falls linearly from the settings' rate to `last_rate` times that over all `steps`."""
    share = min(1.0, step / max(1, steps))
    return settings.learning_rate * (1 + share * (settings.last_rate - 1))


class _Run:
    """The mutable state of one training: network, optimiser, progress, files."""

    def __init__(self, plan: LocaliserPlan) -> None:
        from lightning.fabric import Fabric

        for name in ("lightning.fabric", "lightning.pytorch"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.plan, self.out = plan, plan.out
        self.files = RunFiles(plan.out, LOSS_COLUMNS)
        self.fabric = Fabric(
            accelerator=plan.accelerator,
            devices=plan.devices,
            num_nodes=plan.nodes,
            precision=plan.precision,
        )
        self.fabric.launch()
        torch.manual_seed(plan.settings.seed)
        network = Localiser(plan.settings, plan.data.landmark_count)
        if plan.pretrained is not None:
            load_imagenet(network.backbone, plan.pretrained)
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        self.model, self.optimiser = self.fabric.setup(network, optimiser)
        self.network: Localiser = self.model.module
        self.batches = RadiographBatches(
            plan.data,
            plan.settings,
            self.fabric.device,
            rank=self.fabric.global_rank,
            ranks=self.fabric.world_size,
        )
        self.progress = Progress()

    @property
    def last_step(self) -> int:
        plan = self.plan
        whole = total_steps(plan.settings, len(plan.data), self.fabric.world_size)
        return whole if plan.max_steps is None else plan.max_steps

    def resume(self) -> Iterator[Event]:
        found = self._found()
        if self.fabric.is_global_zero:
            self.files.begin(self.plan.settings, found.step if found else None)
        self.fabric.barrier()
        if found is None:
            return
        load_state(self.out / STATE_NAME, self.network, {}, self.optimiser.optimizer)
        self.progress = found
        if self.fabric.is_global_zero:
            self.files.truncate_logs(found.step)
        yield Notice(f"Going on from step {found.step} of {self.out}")

    def _found(self) -> Progress | None:
        if not is_begun(self.out):
            return None
        progress, written, fingerprint = read_state_header(self.out / STATE_NAME)
        if written != self.plan.settings.to_toml():
            raise WeightsError(
                f"{self.out} holds a run with other settings: use them or another folder"
            )
        if fingerprint != self.plan.data.fingerprint:
            raise WeightsError(
                f"{self.out} was trained on other radiographs: use them or another folder"
            )
        return progress

    def steps(self, token: CancelToken) -> Iterator[Event]:
        def clock() -> float:
            return time.monotonic() - token.seconds_waited

        start, first = clock(), self.progress
        logged, saved = start, start
        sums, count = torch.zeros(2, device=self.fabric.device), 0
        while self.progress.step < self.last_step and not self._ending(token):
            if token.paused:
                yield from self._checkpoint()
                token.wait_while_paused()
                continue
            sums += self._step()
            count += 1
            now = clock()
            self.progress = replace(
                self.progress,
                step=self.progress.step + 1,
                pairs_seen=self.progress.pairs_seen + self._per_step,
                elapsed=first.elapsed + now - start,
            )
            if count >= self.plan.log_every or self.progress.step >= self.last_step:
                yield self._log(sums / count, count, now - logged)
                sums, count, logged = torch.zeros_like(sums), 0, clock()
            if now - saved >= self.plan.checkpoint_seconds:
                yield from self._checkpoint()
                saved = clock()
        if not token.cancelled:
            yield from self._checkpoint()

    @property
    def _per_step(self) -> int:
        return self.plan.settings.batch_size * self.fabric.world_size

    def _ending(self, token: CancelToken) -> bool:
        limit = self.plan.max_seconds
        ending = token.stopped or (limit is not None and self.progress.elapsed >= limit)
        if self.fabric.world_size == 1:
            return ending
        flag = torch.tensor(float(ending), device=self.fabric.device)
        return bool(self.fabric.all_reduce(flag, reduce_op="max") > 0)

    @property
    def _rate(self) -> float:
        """By steps, or by time where time ends the training first."""
        plan, step = self.plan, self.progress.step
        share = step / max(1, self.last_step)
        if plan.max_seconds is not None:
            share = max(share, self.progress.elapsed / plan.max_seconds)
        return learning_rate(plan.settings, round(share * self.last_step), self.last_step)

    def _step(self) -> Tensor:
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate
        self.model.train()
        loss, pixels = self.model(*self.batches.batch(self.progress.step))
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        self.optimiser.step()
        return torch.stack([loss.detach(), pixels])

    def _log(self, means: Tensor, steps: int, seconds: float) -> TrainingStep:
        event = TrainingStep(
            step=self.progress.step,
            pairs_seen=self.progress.pairs_seen,
            losses=dict(zip(LOSS_COLUMNS[-2:], means.tolist(), strict=True)),
            learning_rate=self._rate,
            pairs_per_second=steps * self._per_step / max(seconds, 1e-9),
            elapsed=self.progress.elapsed,
        )
        if self.fabric.is_global_zero:
            self.files.append_loss(event)
        return event

    def _checkpoint(self) -> Iterator[Event]:
        self.save()
        yield CheckpointSaved(self.progress.step, self.out / STATE_NAME)

    def save(self) -> None:
        """Write the state, then the weights; both replace the old ones."""
        if not self.fabric.is_global_zero:
            return
        plan = self.plan
        save_state(
            self.out / STATE_NAME,
            self.network,
            {},
            self.optimiser.optimizer,
            self.progress,
            plan.settings,
            plan.data.fingerprint,
        )
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

    def close(self, discard: bool) -> None:
        if self.fabric.is_global_zero:
            self.files.end(discard)
