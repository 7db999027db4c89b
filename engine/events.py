"""What long jobs yield, and how they are asked to pause and to end.

A job is a plain generator of these frozen dataclasses. It checks its `CancelToken` between steps.
The command line draws the events, the window turns them into signals; neither knows the science.
"""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as _Flag
from time import monotonic
from typing import Any

import numpy as np


class CancelToken:
    """How a job is asked to pause or to end: `stop` keeps what was made, `cancel` discards it.

    A job calls `wait_while_paused` between its steps and then looks whether it is `stopped`. Any
    thread may ask.
    """

    def __init__(self) -> None:
        self._stop = _Flag()
        self._cancel = _Flag()
        self._going = _Flag()  # cleared while paused; a job that is to end never waits
        self._going.set()
        self._called_on = _Flag()
        self._resting = False
        self._seconds_waited = 0.0

    def stop(self) -> None:
        """End soon and keep the result so far, also out of a pause."""
        self._stop.set()
        self._going.set()

    def cancel(self) -> None:
        """End soon and discard the result, also out of a pause."""
        self._cancel.set()
        self.stop()

    def pause(self) -> None:
        """Rest after the present step until `resume`; nothing once the job is to end."""
        self._going.clear()
        if self.stopped:
            self._going.set()

    def resume(self) -> None:
        """Go on after a pause; where there is none, go on without what `wait` waits for."""
        if self.paused:
            self._going.set()
        else:
            self._called_on.set()

    def wait_while_paused(self) -> None:
        """Rest for as long as the job is paused, without computing; at once if it is not."""
        if self._going.is_set():
            return
        start, self._resting = monotonic(), True
        self._going.wait()
        self._resting = False
        self._seconds_waited += monotonic() - start

    def wait(self, seconds: float) -> bool:
        """Rest for so long because something outside is awaited; less once the job is to end.

        Returns:
            whether `resume` said to go on without it.
        """
        start = monotonic()
        self._stop.wait(seconds)
        self._seconds_waited += monotonic() - start
        called_on = self._called_on.is_set()
        self._called_on.clear()
        return called_on

    @property
    def paused(self) -> bool:
        """Whether the job is asked to rest."""
        return not self._going.is_set()

    @property
    def resting(self) -> bool:
        """Whether the job has come to its rest in a pause."""
        return self._resting

    @property
    def seconds_waited(self) -> float:
        """How long the job has rested in all; clocks of work leave this out."""
        return self._seconds_waited

    @property
    def stopped(self) -> bool:
        """Whether the job should end, whatever becomes of its result."""
        return self._stop.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether the result is to be discarded."""
        return self._cancel.is_set()


@dataclass(frozen=True)
class JobStarted:
    """A job began; `total` counts its units (steps, pairs), None when unknown."""

    title: str
    unit: str
    total: int | None = None
    done: int = 0


@dataclass(frozen=True)
class Notice:
    """One line the user should read; the job goes on."""

    text: str


@dataclass(frozen=True)
class TrainingStep:
    """One optimiser step, or the mean of the few since the last event.

    losses: mean loss by name (``total``, ``image``, ``heatmap``); `elapsed` counts seconds of
    training over all resumptions; `pairs_per_second` this resumption only.
    """

    step: int
    pairs_seen: int
    losses: dict[str, float]
    learning_rate: float
    pairs_per_second: float
    elapsed: float


@dataclass(frozen=True)
class PreviewReady:
    """Pairs sampled during training, (n, 2, 256, 256) float32 in [-1, 1], read-only."""

    step: int
    pairs: np.ndarray


@dataclass(frozen=True)
class CopiesWatched:
    """Pairs sampled during training were compared with the training radiographs.

    checked of them could be; `copies` and `suspects` are near ones among those; `begun`: these are
    more copies than among real radiographs, at this step or an earlier one.
    """

    step: int
    checked: int
    copies: int
    suspects: int
    begun: bool


@dataclass(frozen=True)
class CheckpointSaved:
    """Training state is on disk up to `step`."""

    step: int
    path: Path


@dataclass(frozen=True)
class SamplingStep:
    """One network call for the batch that is being sampled; `done` of `total` calls."""

    done: int
    total: int


@dataclass(frozen=True)
class PairSampled:
    """Pair number `index` of a seed came out of the generator (an `engine.pair.Pair`)."""

    index: int
    pair: Any


@dataclass(frozen=True)
class PairAssessed:
    """A pair has its verdict and, in a project, its identifier.

    pair: `engine.pair.Pair`; assessment: `engine.assess.assessment.Assessment`.
    """

    identifier: str
    index: int
    pair: Any
    assessment: Any


@dataclass(frozen=True)
class ReviewAwaited:
    """Generation rests because `undecided` pairs wait for a reviewer; it goes on as soon as no more
    than `goes_on_at` do."""

    undecided: int
    goes_on_at: int

    @property
    def over(self) -> bool:
        """Whether the reviewer has caught up."""
        return self.undecided <= self.goes_on_at


@dataclass(frozen=True)
class DeviceChosen:
    """A job computes on this device (as torch names it; `title` as people do) in `precision`."""

    name: str
    title: str
    precision: str


@dataclass(frozen=True)
class PhantomDrawn:
    """Phantom number `index` of a seed is on disk."""

    index: int


@dataclass(frozen=True)
class UnitsDone:
    """So many of the units that `JobStarted` counts are done."""

    done: int


@dataclass(frozen=True)
class JobFinished:
    """A job ended by itself or by `stop`; `summary` is what it has to say in plain data."""

    summary: dict[str, Any] = field(default_factory=dict)


Event = (
    JobStarted
    | Notice
    | TrainingStep
    | PreviewReady
    | CopiesWatched
    | CheckpointSaved
    | SamplingStep
    | PairSampled
    | PairAssessed
    | ReviewAwaited
    | DeviceChosen
    | PhantomDrawn
    | UnitsDone
    | JobFinished
)
