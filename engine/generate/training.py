"""The one training loop: a generator of events on Lightning Fabric, resumable to the step."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.errors import WeightsError
from engine.events import (
    CancelToken,
    CheckpointSaved,
    CopiesWatched,
    Event,
    Notice,
    PreviewReady,
    TrainingStep,
)
from engine.generate.average import start_average, swapped, update_average
from engine.generate.batches import BatchSource
from engine.generate.checkpoint import (
    STATE_NAME,
    Progress,
    load_state,
    read_state_header,
    save_state,
)
from engine.generate.copy_watch import COPY_PAIRS, COPY_SHARE, COPY_STEPS, CopyWatch, copying_begins
from engine.generate.families import make_generator
from engine.generate.generator import PairGenerator
from engine.generate.previews import PREVIEW_PAIRS, PREVIEW_STEPS, sample_some, write_preview
from engine.generate.run_files import (
    BEFORE_COPYING_NAME,
    DESCRIPTORS_NAME,
    NOT_COPYING_NAME,
    PROGRESS_COLUMNS,
    RunFiles,
    is_begun,
)
from engine.generate.settings import GeneratorSettings
from engine.generate.training_plan import TrainingPlan, learning_rate
from engine.generate.weights import WEIGHTS_NAME, load_networks, save_weights
from engine.pair import Pair

SYNCHRONISE_EVERY = 10


def train_generator(plan: TrainingPlan, token: CancelToken) -> Iterator[Event]:
    """Train until the plan's end or the token; go on from the run's last checkpoint if it has one.

    `CancelToken.stop` keeps the result so far; `cancel` puts the run back as it was found. Paused,
    it first saves what it has trained.

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
    """The mutable state of one training: generator, average, optimiser, progress, files."""

    def __init__(self, plan: TrainingPlan) -> None:
        from lightning.fabric import Fabric

        # Fabric's own lines on precision and processes are ours to say, in a notice.
        for name in ("lightning.fabric", "lightning.pytorch"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.plan = plan
        self.out = plan.out
        self.fabric = Fabric(
            accelerator=plan.accelerator,
            devices=plan.devices,
            num_nodes=plan.nodes,
            precision=plan.precision,
        )
        self.fabric.launch()
        training = plan.settings.training
        torch.manual_seed(training.seed)
        generator = make_generator(plan.settings)
        if plan.start_from is not None:
            load_networks(plan.start_from, plan.settings, generator)
        optimiser = torch.optim.Adam(
            generator.parameters(), lr=1e-3, betas=(training.momentum, 0.999), fused=True
        )
        self.model, self.optimiser = self.fabric.setup(generator, optimiser)
        self.generator: PairGenerator = self.model.module
        self.files = RunFiles(plan.out, (*PROGRESS_COLUMNS, *generator.loss_names))
        self.average = start_average(self.generator) if training.average_decay else {}
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
            if self.plan.copy_watch is not None:
                self.plan.copy_watch.describe(self.out / DESCRIPTORS_NAME)
        self.fabric.barrier()
        if found is None:
            return
        state = self.out / STATE_NAME
        load_state(state, self.generator, self.average, self.optimiser.optimizer)
        self.progress = found
        if self.fabric.is_global_zero:
            self.files.truncate_logs(found.step)
        yield Notice(f"Going on from step {found.step} of {self.out}")

    def _found(self) -> Progress | None:
        """Progress of the run in the folder, None for none; refused before a file is touched."""
        if not is_begun(self.out):
            return None
        progress, written, fingerprint = read_state_header(self.out / STATE_NAME)
        settings = GeneratorSettings.from_toml(written, str(self.out / STATE_NAME))
        if not settings.trains_as(self.plan.settings):
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

        def clock() -> float:
            return time.monotonic() - token.seconds_waited

        start, first = clock(), self.progress
        logged, saved, previewed, watched = start, start, start, start
        pause = plan.copy_watch.every if plan.copy_watch else float("inf")
        sums, count = self._no_losses(), 0
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
                pairs_seen=self.progress.pairs_seen + self._pairs_per_step,
                elapsed=first.elapsed + now - start,
            )
            if count >= plan.log_every or self.progress.step >= self.last_step:
                yield self._log(sums / count, count, now - logged)
                sums, count, logged = self._no_losses(), 0, clock()
            if now - previewed >= plan.preview_seconds:
                yield from self._preview(token)
                previewed = clock()
            if plan.copy_watch is not None and now - watched >= pause:
                begun = clock()
                yield from self._watch_copies(plan.copy_watch, token)
                watched = clock()
                pause = max(plan.copy_watch.every, (watched - begun) / COPY_SHARE)
            if now - saved >= plan.checkpoint_seconds:
                yield from self._checkpoint()
                saved = clock()
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

    def _no_losses(self) -> Tensor:
        return torch.zeros(len(self.generator.loss_names), device=self.fabric.device)

    def _step(self) -> Tensor:
        """One optimiser step; the losses, (n,) as the generator names them, stay on the device."""
        settings = self.plan.settings
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(settings, self.progress.step)
        self.model.train()
        loss, said = self.model(self.batches.batch(self.progress.step))
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        if settings.training.gradient_clip:
            self.fabric.clip_gradients(
                self.model, self.optimiser, max_norm=settings.training.gradient_clip
            )
        self.optimiser.step()
        if self.average:
            decay = settings.training.average_decay
            update_average(self.average, self.generator, self.progress.step, decay)
        return said

    def _log(self, means: Tensor, steps: int, seconds: float) -> TrainingStep:
        losses = dict(zip(self.generator.loss_names, means.tolist(), strict=True))
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
        pairs = self._sample(0, PREVIEW_PAIRS, PREVIEW_STEPS, token)
        if pairs:
            planes = np.stack([pair.channels() for pair in pairs])
            planes.flags.writeable = False
            write_preview(self.out / "previews" / f"step-{self.progress.step:07d}.png", planes)
            yield PreviewReady(self.progress.step, planes)

    def _sample(self, seed: int, count: int, steps: int, token: CancelToken) -> list[Pair]:
        precision = "bfloat16" if "bf16" in self.plan.precision else "float32"
        with swapped(self.generator, self.average):
            return sample_some(self.generator, seed, count, steps, precision, token)

    def _watch_copies(self, watch: CopyWatch, token: CancelToken) -> Iterator[Event]:
        """Look for copies; keep the weights as long as there are none, and say when they begin."""
        if not self.fabric.is_global_zero:
            return
        step, since = self.progress.step, self.progress.copying_since
        pairs = self._sample(step, COPY_PAIRS, COPY_STEPS, token)
        if len(pairs) < COPY_PAIRS:
            return
        found = watch.count(pairs)
        begins = since is None and found.copying
        event = CopiesWatched(
            step, found.checked, found.copies, found.suspects, begins or since is not None
        )
        self.files.append_copies(event)
        yield event
        if begins:
            self.progress = replace(self.progress, copying_since=step)
            kept = self.files.keep_before_copying()
            yield Notice(copying_begins(step, found, BEFORE_COPYING_NAME if kept else None))
            yield from self._checkpoint()
        elif since is None:
            self._save_weights(self.out / NOT_COPYING_NAME)

    def _checkpoint(self) -> Iterator[Event]:
        self.save()
        yield CheckpointSaved(self.progress.step, self.out / STATE_NAME)

    def save(self) -> None:
        """Write the state, then the weights to sample from; both replace the old ones."""
        if not self.fabric.is_global_zero:
            return
        plan = self.plan
        save_state(
            self.out / STATE_NAME,
            self.generator,
            self.average,
            self.optimiser.optimizer,
            self.progress,
            plan.settings,
            plan.data.fingerprint,
        )
        self._save_weights(self.out / WEIGHTS_NAME)

    def _save_weights(self, path: Path) -> None:
        plan = self.plan
        tensors = self.generator.state_dict() | self.average
        tensors |= {f"prior.{k}": torch.from_numpy(v) for k, v in plan.companions.items()}
        metadata = {
            **plan.metadata,
            "data_fingerprint": plan.data.fingerprint,
            "step": self.progress.step,
            "pairs_seen": self.progress.pairs_seen,
        }
        save_weights(path, tensors, plan.settings, metadata)

    def close(self, discard: bool) -> None:
        if self.fabric.is_global_zero:
            self.files.end(discard)
