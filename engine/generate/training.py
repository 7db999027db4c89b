"""Training a generator of pairs: what a step does, and what is looked at between steps."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.events import CancelToken, CopiesWatched, Event, Notice, PreviewReady
from engine.generate.average import start_average, swapped, update_average
from engine.generate.batches import BatchSource
from engine.generate.checkpoint import STATE_NAME
from engine.generate.copy_watch import COPY_PAIRS, COPY_SHARE, COPY_STEPS, CopyWatch, copying_begins
from engine.generate.denoiser import Denoiser
from engine.generate.families import make_generator
from engine.generate.generator import PairGenerator
from engine.generate.layout import LayoutModel, fit_layouts
from engine.generate.previews import PREVIEW_PAIRS, PREVIEW_STEPS, sample_some, write_preview
from engine.generate.run import Run, clock
from engine.generate.run_files import (
    BEFORE_COPYING_NAME,
    DESCRIPTORS_NAME,
    NOT_COPYING_NAME,
    PROGRESS_COLUMNS,
)
from engine.generate.settings import GeneratorSettings
from engine.generate.training_plan import TrainingPlan, learning_rate
from engine.generate.weights import WEIGHTS_NAME, load_networks, save_weights
from engine.pair import Pair


def train_generator(plan: TrainingPlan, token: CancelToken) -> Iterator[Event]:
    """Train until the plan's end or the token; go on from the run's last checkpoint if it has one.

    `CancelToken.stop` keeps the result so far; `cancel` puts the run back as it was found. Paused,
    it first saves what it has trained.

    Raises:
        WeightsError: the folder holds a run of other settings or other radiographs.
    """
    yield from _GeneratorRun(plan).train(token)


def _fit_layouts(plan: TrainingPlan) -> LayoutModel | None:
    """Of the training radiographs' landmarks; None where the settings have none."""
    told = plan.settings.layout
    return None if told is None else fit_layouts(plan.data.points, told.components)


class _GeneratorRun(Run[TrainingPlan]):
    """The training of a generator: beside its steps previews, and a watch for copies."""

    network: PairGenerator

    def __init__(self, plan: TrainingPlan) -> None:
        super().__init__(plan)
        training = plan.settings.training
        torch.manual_seed(training.seed)
        generator = make_generator(plan.settings)
        if plan.start_from is not None:
            load_networks(plan.start_from, plan.settings, generator)
        layouts = _fit_layouts(plan)
        if layouts is not None and isinstance(generator, Denoiser):
            generator.set_layouts(layouts)
        optimiser = torch.optim.Adam(
            generator.parameters(), lr=1e-3, betas=(training.momentum, 0.999), fused=True
        )
        self.set_up(generator, optimiser, (*PROGRESS_COLUMNS, *generator.loss_names))
        if training.average_decay:
            self.average = start_average(self.network)
        self.batches = BatchSource(
            plan.data,
            plan.settings,
            self.fabric.device,
            rank=self.fabric.global_rank,
            ranks=self.fabric.world_size,
            layouts=layouts,
        )
        self._previewed = self._watched = 0.0
        self._pause = plan.copy_watch.every if plan.copy_watch else float("inf")

    @property
    def loss_names(self) -> tuple[str, ...]:
        return self.network.loss_names

    @property
    def batch_size(self) -> int:
        return self.plan.settings.training.batch_size

    @property
    def last_step(self) -> int:
        global_batch = self.batch_size * self.fabric.world_size
        whole = self.plan.settings.training.epochs * -(-len(self.plan.data.ids) // global_batch)
        return whole if self.plan.max_steps is None else min(whole, self.plan.max_steps)

    @property
    def rate(self) -> float:
        """Of the last step."""
        return learning_rate(self.plan.settings, self.progress.step - 1, self.share_done)

    def trains_as(self, written: str) -> bool:
        settings = GeneratorSettings.from_toml(written, str(self.out / STATE_NAME))
        return settings.trains_as(self.plan.settings)

    def describe(self) -> None:
        if self.plan.copy_watch is not None:
            self.plan.copy_watch.describe(self.out / DESCRIPTORS_NAME)

    def train(self, token: CancelToken) -> Iterator[Event]:
        self._previewed = self._watched = clock(token)
        yield from super().train(token)

    def step(self) -> Tensor:
        settings = self.plan.settings
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(settings, self.progress.step, self.share_done)
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
            update_average(self.average, self.network, self.progress.step, decay)
        return said

    def meanwhile(self, token: CancelToken) -> Iterator[Event]:
        if clock(token) - self._previewed >= self.plan.preview_seconds:
            yield from self._preview(token)
            self._previewed = clock(token)
        watch = self.plan.copy_watch
        if watch is not None and clock(token) - self._watched >= self._pause:
            begun = clock(token)
            yield from self._watch_copies(watch, token)
            self._watched = clock(token)
            self._pause = max(watch.every, (self._watched - begun) / COPY_SHARE)

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
        with swapped(self.network, self.average):
            return sample_some(self.network, seed, count, steps, precision, token)

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
            yield from self.checkpoint()
        elif since is None:
            self._save_weights(self.out / NOT_COPYING_NAME)

    def save_weights(self) -> None:
        self._save_weights(self.out / WEIGHTS_NAME)

    def _save_weights(self, path: Path) -> None:
        plan = self.plan
        tensors = self.network.state_dict() | self.average
        tensors |= {f"prior.{k}": torch.from_numpy(v) for k, v in plan.companions.items()}
        metadata = {
            **plan.metadata,
            "data_fingerprint": plan.data.fingerprint,
            "step": self.progress.step,
            "pairs_seen": self.progress.pairs_seen,
        }
        save_weights(path, tensors, plan.settings, metadata)
