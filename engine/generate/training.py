"""The one training loop: a generator of events on Lightning Fabric, resumable to the step."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.data.canvas_set import CanvasSet
from engine.errors import WeightsError
from engine.events import (
    CancelToken,
    CheckpointSaved,
    Event,
    Notice,
    PairSampled,
    PreviewReady,
    TrainingStep,
)
from engine.generate.average import start_average, update_average
from engine.generate.batches import BatchSource
from engine.generate.checkpoint import (
    STATE_NAME,
    Progress,
    load_state,
    read_state_header,
    save_state,
)
from engine.generate.denoiser import Denoiser, in_channels_last
from engine.generate.previews import write_preview
from engine.generate.run_files import LOSS_COLUMNS, RunFiles
from engine.generate.sampling import sample_pairs
from engine.generate.settings import GeneratorSettings
from engine.generate.weights import WEIGHTS_NAME, save_weights

PREVIEW_PAIRS = 4
PREVIEW_STEPS = 12
SYNCHRONISE_EVERY = 10


@dataclass(frozen=True)
class TrainingPlan:
    """What to train, where it is kept and when it ends.

    settings: the generator's; data: the training radiographs on the canvas; out: the run's folder.
    companions: arrays that travel with the weights (the prior), by name; metadata: likewise, JSON.
    max_steps, max_seconds: of the whole run, resumptions included; None for no limit but the
    settings' epochs.
    accelerator, devices, precision: as Lightning Fabric names them.
    """

    settings: GeneratorSettings
    data: CanvasSet
    out: Path
    companions: dict[str, np.ndarray] = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    max_steps: int | None = None
    max_seconds: float | None = None
    accelerator: str = "cpu"
    devices: int | list[int] = 1
    nodes: int = 1
    precision: str = "32-true"
    log_every: int = 10
    checkpoint_seconds: float = 120.0
    preview_seconds: float = 300.0


def learning_rate(settings: GeneratorSettings, step: int) -> float:
    """Linear warm-up, then constant, then falling with the inverse square root of the step."""
    training = settings.training
    rate = training.learning_rate
    if training.warm_up_steps:
        rate *= min(1.0, (step + 1) / training.warm_up_steps)
    if training.decay_after_steps:
        rate *= min(1.0, (training.decay_after_steps / (step + 1)) ** 0.5)
    return rate


def train_generator(plan: TrainingPlan, token: CancelToken) -> Iterator[Event]:
    """Train until the plan's end or the token; go on from the run's last checkpoint if it has one.

    `CancelToken.stop` keeps the result so far; `cancel` puts the run back as it was found.

    Raises:
        WeightsError: the folder holds a run of other settings or other radiographs.
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


class _Run:
    """The mutable state of one training: network, average, optimiser, progress, files."""

    def __init__(self, plan: TrainingPlan) -> None:
        from lightning.fabric import Fabric

        # Fabric's own lines on precision and processes are ours to say, in a notice.
        for name in ("lightning.fabric", "lightning.pytorch"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.plan = plan
        self.out = plan.out
        self.files = RunFiles(plan.out)
        self.fabric = Fabric(
            accelerator=plan.accelerator,
            devices=plan.devices,
            num_nodes=plan.nodes,
            precision=plan.precision,
        )
        self.fabric.launch()
        torch.manual_seed(plan.settings.training.seed)
        denoiser = in_channels_last(Denoiser(plan.settings))
        optimiser = torch.optim.Adam(denoiser.network.parameters(), lr=1e-3, fused=True)
        self.model, self.optimiser = self.fabric.setup(denoiser, optimiser)
        self.denoiser: Denoiser = self.model.module
        decay = plan.settings.training.average_decay
        self.average = start_average(self.denoiser.network) if decay else {}
        self.batches = BatchSource(
            plan.data,
            plan.settings,
            self.fabric.device,
            rank=self.fabric.global_rank,
            ranks=self.fabric.world_size,
        )
        self.progress = Progress()

    @property
    def last_step(self) -> int:
        training = self.plan.settings.training
        global_batch = training.batch_size * self.fabric.world_size
        whole = training.epochs * -(-len(self.plan.data.ids) // global_batch)
        return whole if self.plan.max_steps is None else min(whole, self.plan.max_steps)

    def resume(self) -> Iterator[Event]:
        found = self._found()
        if self.fabric.is_global_zero:
            self.files.begin(self.plan.settings, found.step if found else None)
        self.fabric.barrier()
        if found is None:
            return
        state = self.out / STATE_NAME
        load_state(state, self.denoiser.network, self.average, self.optimiser.optimizer)
        self.progress = found
        if self.fabric.is_global_zero:
            self.files.truncate_losses(found.step)
        yield Notice(f"Going on from step {found.step} of {self.out}")

    def _found(self) -> Progress | None:
        """Progress of the run in the folder, None for none; refused before a file is touched."""
        state = self.out / STATE_NAME
        if not state.exists():
            return None
        progress, settings, fingerprint = read_state_header(state)
        if settings != self.plan.settings:
            raise WeightsError(
                f"{self.out} holds a run with other settings: use them or another folder"
            )
        if fingerprint != self.plan.data.fingerprint:
            raise WeightsError(
                f"{self.out} was trained on other radiographs: use them or another folder"
            )
        return progress

    def steps(self, token: CancelToken) -> Iterator[Event]:
        plan = self.plan
        start, first = time.monotonic(), self.progress
        logged, saved, previewed = start, start, start
        sums, count = torch.zeros(3, device=self.fabric.device), 0
        while self.progress.step < self.last_step and not self._ending(token):
            sums += self._step()
            count += 1
            now = time.monotonic()
            self.progress = Progress(
                step=self.progress.step + 1,
                pairs_seen=self.progress.pairs_seen + self._pairs_per_step,
                elapsed=first.elapsed + now - start,
            )
            if count >= plan.log_every or self.progress.step >= self.last_step:
                yield self._log(sums / count, count, now - logged)
                sums, count, logged = torch.zeros_like(sums), 0, time.monotonic()
            if now - previewed >= plan.preview_seconds:
                yield from self._preview(token)
                previewed = time.monotonic()
            if now - saved >= plan.checkpoint_seconds:
                yield from self._checkpoint()
                saved = time.monotonic()
        if not token.cancelled:
            yield from self._checkpoint()

    @property
    def _pairs_per_step(self) -> int:
        return self.plan.settings.training.batch_size * self.fabric.world_size

    def _ending(self, token: CancelToken) -> bool:
        """Whether to end before the next step; with several processes they agree on it."""
        limit = self.plan.max_seconds
        ending = token.stopped or (limit is not None and self.progress.elapsed >= limit)
        if self.fabric.world_size == 1:
            return ending
        if self.progress.step % SYNCHRONISE_EVERY:
            return False
        flag = torch.tensor(float(ending), device=self.fabric.device)
        return bool(self.fabric.all_reduce(flag, reduce_op="max") > 0)

    def _step(self) -> Tensor:
        """One optimiser step; the losses (total, image, heatmap) stay on the device."""
        settings = self.plan.settings
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(settings, self.progress.step)
        self.model.train()
        loss, channels = self.model(*self.batches.batch(self.progress.step))
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        if settings.training.gradient_clip:
            self.fabric.clip_gradients(
                self.model, self.optimiser, max_norm=settings.training.gradient_clip
            )
        self.optimiser.step()
        if self.average:
            decay = settings.training.average_decay
            update_average(self.average, self.denoiser.network, self.progress.step, decay)
        return torch.cat([loss.detach()[None], channels])

    def _log(self, means: Tensor, steps: int, seconds: float) -> TrainingStep:
        losses = dict(zip(LOSS_COLUMNS[-3:], means.tolist(), strict=True))
        event = TrainingStep(
            step=self.progress.step,
            pairs_seen=self.progress.pairs_seen,
            losses=losses,
            learning_rate=learning_rate(self.plan.settings, self.progress.step - 1),
            pairs_per_second=steps * self._pairs_per_step / max(seconds, 1e-9),
            elapsed=self.progress.elapsed,
        )
        if self.fabric.is_global_zero:
            self.files.append_loss(event)
        return event

    def _preview(self, token: CancelToken) -> Iterator[Event]:
        if not self.fabric.is_global_zero:
            return
        sampling = self.plan.settings.sampling
        indices = range(PREVIEW_PAIRS)
        steps = min(PREVIEW_STEPS, sampling.steps)
        precision = "bfloat16" if "bf16" in self.plan.precision else "float32"
        with _swapped(self.denoiser.network, self.average):
            drawn = list(
                sample_pairs(self.denoiser, 0, indices, "dpm-solver++", steps, token, precision)
            )
        pairs = [event.pair.channels() for event in drawn if isinstance(event, PairSampled)]
        if pairs:
            planes = np.stack(pairs)
            planes.flags.writeable = False
            write_preview(self.out / "previews" / f"step-{self.progress.step:07d}.png", planes)
            yield PreviewReady(self.progress.step, planes)

    def _checkpoint(self) -> Iterator[Event]:
        self.save()
        yield CheckpointSaved(self.progress.step, self.out / STATE_NAME)

    def save(self) -> None:
        """Write the state, then the weights to sample from; both replace the old ones."""
        if not self.fabric.is_global_zero:
            return
        plan, network = self.plan, self.denoiser.network
        save_state(
            self.out / STATE_NAME,
            network,
            self.average,
            self.optimiser.optimizer,
            self.progress,
            plan.settings,
            plan.data.fingerprint,
        )
        tensors = {f"network.{k}": v for k, v in (self.average or network.state_dict()).items()}
        tensors |= {f"prior.{k}": torch.from_numpy(v) for k, v in plan.companions.items()}
        metadata = {
            **plan.metadata,
            "data_fingerprint": plan.data.fingerprint,
            "step": self.progress.step,
            "pairs_seen": self.progress.pairs_seen,
        }
        save_weights(self.out / WEIGHTS_NAME, tensors, plan.settings, metadata)

    def close(self, discard: bool) -> None:
        if self.fabric.is_global_zero:
            self.files.end(discard)


class _swapped:
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
