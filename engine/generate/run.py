"""The one training loop: a generator of events on Lightning Fabric, resumable to the step.

A `Run` is the training of one network; what a step does, and what happens between steps, is its
own.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from engine.errors import SettingsError, WeightsError
from engine.events import CancelToken, CheckpointSaved, Event, Notice, TrainingStep
from engine.generate.checkpoint import (
    STATE_NAME,
    Progress,
    load_state,
    read_state_header,
    save_state,
)
from engine.generate.run_files import RunFiles, is_begun
from engine.generate.run_plan import RunPlan

SYNCHRONISE_EVERY = 10


Plan = TypeVar("Plan", bound=RunPlan)


class Run(ABC, Generic[Plan]):
    """The mutable state of one training: network, optimiser, progress, files.

    A subclass calls `set_up` with what it trains before anything else.

    network: what is trained; average: of its weights, by name, empty for none.
    share_done: of the training before the step at hand, by steps or, where time ends it first, by
    time; the same in all processes, so that a learning rate that follows it is.
    """

    network: nn.Module
    average: dict[str, Tensor]
    model: Any
    optimiser: Any
    files: RunFiles

    def __init__(self, plan: Plan) -> None:
        from lightning.fabric import Fabric

        # Fabric's own lines on precision and processes are ours to say, in a notice.
        for name in ("lightning.fabric", "lightning.pytorch"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.plan, self.out = plan, plan.out
        self.fabric = Fabric(
            accelerator=plan.accelerator,
            devices=plan.devices,
            num_nodes=plan.nodes,
            precision=plan.precision,
        )
        self.fabric.launch()
        self.progress = Progress()
        self.share_done = 0.0

    def set_up(
        self, network: nn.Module, optimiser: torch.optim.Optimizer, columns: tuple[str, ...]
    ) -> None:
        """Take what is trained to where it is trained.

        Args:
            columns: of ``loss.csv``, those of the losses last.
        """
        self.model, self.optimiser = self.fabric.setup(network, optimiser)
        self.network, self.average = self.model.module, {}
        self.files = RunFiles(self.out, columns)

    @property
    @abstractmethod
    def loss_names(self) -> tuple[str, ...]:
        """How the losses of a step are called, in their order."""

    @property
    @abstractmethod
    def last_step(self) -> int:
        """The step that ends the training."""

    @property
    @abstractmethod
    def batch_size(self) -> int:
        """Of one process."""

    @property
    @abstractmethod
    def rate(self) -> float:
        """The learning rate that is logged."""

    @abstractmethod
    def trains_as(self, written: str) -> bool:
        """Whether a run with these settings, in TOML, may go on with the plan's."""

    @abstractmethod
    def step(self) -> Tensor:
        """One optimiser step; the losses, (n,) as `loss_names` has them, stay on the device."""

    @abstractmethod
    def save_weights(self) -> None:
        """Write the weights that are used, replacing older ones."""

    def describe(self) -> None:
        """Write what goes along with a run, before its first step."""

    def meanwhile(self, _token: CancelToken) -> Iterator[Event]:
        """What is to be done after a step."""
        return iter(())

    def train(self, token: CancelToken) -> Iterator[Event]:
        """Train until the plan's end or the token; go on from the run's last checkpoint if it has
        one.

        `CancelToken.stop` keeps the result so far; `cancel` puts the run back as it was found.
        Paused, it first saves what it has trained.

        Raises:
            WeightsError: the folder holds a run of other settings or other radiographs.
            SettingsError: the folder cannot be written, or no more.
        """
        from safetensors import SafetensorError

        yield from self._resume()
        try:
            yield from self._steps(token)
        except GeneratorExit:
            self.save()
            raise
        except (OSError, SafetensorError) as error:
            why = getattr(error, "strerror", None) or error
            raise SettingsError(
                f"{self.out} cannot be written any more ({why}): training ended at step "
                f"{self.progress.step}; see that the folder is there and has room, then go on with "
                "the same command"
            ) from error
        finally:
            if self.fabric.is_global_zero:
                self.files.end(discard=token.cancelled)

    def _resume(self) -> Iterator[Event]:
        found = self._found()
        if self.fabric.is_global_zero:
            self.files.begin(self.plan.settings, found.step if found else None)
            self.describe()
        self.fabric.barrier()
        if found is None:
            return
        load_state(self.out / STATE_NAME, self.network, self.average, self.optimiser.optimizer)
        self.progress = found
        if self.fabric.is_global_zero:
            self.files.truncate_logs(found.step)
        yield Notice(f"Going on from step {found.step} of {self.out}")

    def _found(self) -> Progress | None:
        """Progress of the run in the folder, None for none; refused before a file is touched."""
        if not is_begun(self.out):
            return None
        progress, written, fingerprint = read_state_header(self.out / STATE_NAME)
        if not self.trains_as(written):
            raise WeightsError(
                f"{self.out} holds a run with other settings: use them or another folder"
            )
        if fingerprint != self.plan.data.fingerprint:
            raise WeightsError(
                f"{self.out} was trained on other radiographs: use them or another folder"
            )
        return progress

    def _steps(self, token: CancelToken) -> Iterator[Event]:
        start, first = clock(token), self.progress
        logged = saved = start
        sums, count = self._no_losses(), 0
        while self.progress.step < self.last_step and not self._ending(token):
            if token.paused:
                yield from self.checkpoint()
                token.wait_while_paused()
                continue
            self.share_done = self._share_done()
            sums += self.step()
            count += 1
            now = clock(token)
            self.progress = replace(
                self.progress,
                step=self.progress.step + 1,
                pairs_seen=self.progress.pairs_seen + self._pairs_per_step,
                elapsed=first.elapsed + now - start,
            )
            if count >= self.plan.log_every or self.progress.step >= self.last_step:
                yield self._log(sums / count, count, now - logged)
                sums, count, logged = self._no_losses(), 0, clock(token)
            yield from self.meanwhile(token)
            if now - saved >= self.plan.checkpoint_seconds:
                yield from self.checkpoint()
                saved = clock(token)
        if not token.cancelled:
            yield from self.checkpoint()

    @property
    def _pairs_per_step(self) -> int:
        return self.batch_size * self.fabric.world_size

    def _no_losses(self) -> Tensor:
        return torch.zeros(len(self.loss_names), device=self.fabric.device)

    def _ending(self, token: CancelToken) -> bool:
        """Whether to end before the next step; with several processes they agree on it."""
        limit = self.plan.max_seconds
        ending = token.stopped or (limit is not None and self.progress.elapsed >= limit)
        if self.fabric.world_size == 1:
            return ending
        if self.progress.step % SYNCHRONISE_EVERY:
            return False
        return bool(self.fabric.all_reduce(self._number(ending), reduce_op="max") > 0)

    def _number(self, value: float) -> Tensor:
        return torch.tensor(float(value), device=self.fabric.device)

    def _share_done(self) -> float:
        limit, step = self.plan.max_seconds, self.progress.step
        by_steps = step / max(1, self.last_step)
        if limit is None:
            return by_steps
        by_time = self.progress.elapsed / limit
        if self.fabric.world_size > 1:
            if step % SYNCHRONISE_EVERY:
                return max(self.share_done, by_steps)
            by_time = float(self.fabric.all_reduce(self._number(by_time), reduce_op="max"))
        return min(1.0, max(by_steps, by_time))

    def _log(self, means: Tensor, steps: int, seconds: float) -> TrainingStep:
        event = TrainingStep(
            step=self.progress.step,
            pairs_seen=self.progress.pairs_seen,
            losses=dict(zip(self.loss_names, means.tolist(), strict=True)),
            learning_rate=self.rate,
            pairs_per_second=steps * self._pairs_per_step / max(seconds, 1e-9),
            elapsed=self.progress.elapsed,
        )
        if self.fabric.is_global_zero:
            self.files.append_loss(event)
        return event

    def checkpoint(self) -> Iterator[Event]:
        """Save, and say so."""
        self.save()
        yield CheckpointSaved(self.progress.step, self.out / STATE_NAME)

    def save(self) -> None:
        """Write the state, then the weights; both replace the old ones."""
        if not self.fabric.is_global_zero:
            return
        save_state(
            self.out / STATE_NAME,
            self.network,
            self.average,
            self.optimiser.optimizer,
            self.progress,
            self.plan.settings,
            self.plan.data.fingerprint,
        )
        self.save_weights()


def clock(token: CancelToken) -> float:
    """Seconds, without those that the job was paused for."""
    return time.monotonic() - token.seconds_waited
