"""A job of the engine, and what is known of it, gathered from its events. Data, without Qt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.progress import Pace
from engine.durations import format_duration
from engine.events import (
    CancelToken,
    DeviceChosen,
    JobFinished,
    JobStarted,
    PairAssessed,
    ReviewAwaited,
    SamplingStep,
    TrainingStep,
    UnitsDone,
)
from engine.jobs.memory_use import MemoryUse


@dataclass(frozen=True)
class Job:
    """What the engine thread is asked to run.

    events: makes the generator; called in the engine thread, so heavy imports belong inside.
    quiet: a helper job (finding devices) that no progress is shown for; detail: which one it is,
    where several of a title are listed; pausable: whether it rests between steps when asked.
    """

    kind: str
    title: str
    events: Callable[[CancelToken], Iterator[Any]]
    uses_torch: bool = True
    quiet: bool = False
    detail: str = ""
    pausable: bool = True

    @property
    def name(self) -> str:
        """Title and detail."""
        return f"{self.title} {self.detail}".strip()


class Outcome(StrEnum):
    """How a job ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Stage(StrEnum):
    """Where a job is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset(Stage(outcome) for outcome in Outcome)


@dataclass(frozen=True)
class JobEnd:
    """The last word on a job; `message` is one line, `details` a traceback if it was our fault."""

    job: Job
    outcome: Outcome
    message: str = ""
    details: str = ""


@dataclass(eq=False)
class JobState:
    """Counts and figures of one job, brought up to date event by event.

    message: why it failed; awaited: what generation waits for, if it waits for the reviewer.
    """

    job: Job
    token: CancelToken = field(default_factory=CancelToken)
    stage: Stage = Stage.WAITING
    message: str = ""
    title: str = ""
    unit: str = ""
    pace: Pace = field(default_factory=Pace)
    assessed: int = 0
    accepted: int = 0
    step: TrainingStep | None = None
    sampling: SamplingStep | None = None
    awaited: ReviewAwaited | None = None
    device: DeviceChosen | None = None
    memory: MemoryUse | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    _done_before: int = 0

    def __post_init__(self) -> None:
        self.title = self.title or self.job.title
        self.pace.seconds = getattr(self.job, "seconds", None)

    def take(self, event: Any) -> None:
        """Count an event in; kinds that say nothing about progress are passed over."""
        self.pace.rested = self.token.seconds_waited
        if isinstance(event, JobStarted):
            self.title, self.unit = event.title, event.unit
            self.pace.total, self._done_before = event.total, event.done
            self.pace.advance(event.done)
        elif isinstance(event, TrainingStep):
            self.step = event
            self.pace.advance(event.step, event.elapsed)
        elif isinstance(event, SamplingStep):
            self.sampling = event
        elif isinstance(event, PairAssessed):
            self.assessed += 1
            self.accepted += bool(event.assessment.accepted)
            counted = self.accepted if self.unit == "accepted pair" else self.assessed
            self.pace.advance(self._done_before + counted)
        elif isinstance(event, UnitsDone):
            self.pace.advance(event.done)
        elif isinstance(event, ReviewAwaited):
            self.awaited = None if event.over else event
        elif isinstance(event, DeviceChosen):
            self.device = event
        elif isinstance(event, MemoryUse):
            self.memory = event
        elif isinstance(event, JobFinished):
            self.summary = event.summary

    @property
    def shown_stage(self) -> Stage:
        """The stage as a person sees it: a job that rests is paused, whoever asked for it."""
        resting = self.token.paused or self.awaited is not None
        if self.stage is Stage.RUNNING and resting and not self.token.stopped:
            return Stage.PAUSED
        return self.stage

    @property
    def ending(self) -> bool:
        """Whether the job was asked to end and has not yet."""
        return self.token.stopped and self.stage not in ENDED

    @property
    def line(self) -> str:
        """Where the job is, in one line, rests and last steps included."""
        if self.ending:
            return "Cancelling …" if self.token.cancelled else "Stopping after this step …"
        if self.token.paused:
            words = "Paused" if self.token.resting else "Pausing after this step …"
            return f"{words} · {self._done_text}" if self._done_text else words
        if self.awaited is not None:
            waiting, until = self.awaited.undecided, self.awaited.goes_on_at
            words = f"{waiting} {'pair waits' if waiting == 1 else 'pairs wait'} for you"
            return f"{words}: paused until {until} are left" if until else f"{words}: paused"
        return self.progress_text

    @property
    def progress_text(self) -> str:
        """How far the job is, in one line."""
        parts = [self._done_text] if self._done_text else []
        if self.pace.seconds_left is not None:
            parts.append(f"{format_duration(self.pace.seconds_left)} left")
        if not parts or (not self.assessed and self.sampling is not None):
            parts.append(self._first_text)
        return " · ".join(parts)

    @property
    def _done_text(self) -> str:
        parts = []
        if self.step is not None:
            parts.append(f"step {grouped(self.step.step)}")
        elif self.pace.total:
            units = self.unit if self.pace.total == 1 else f"{self.unit}s"
            parts.append(f"{grouped(self.pace.done)} of {grouped(self.pace.total)} {units}")
        if self.assessed:
            parts.append(self.acceptance_text)
        return " · ".join(parts)

    @property
    def _first_text(self) -> str:
        """What can be said before the first pair is there."""
        if self.sampling is None:
            return "preparing"
        return f"drawing the first: {self.sampling.done} of {self.sampling.total} steps"

    @property
    def acceptance_text(self) -> str:
        """The share of pairs the gate accepted in this job."""
        if not self.assessed:
            return "–"
        return f"{grouped(self.accepted)} of {grouped(self.assessed)} accepted"

    @property
    def ended_text(self) -> str:
        """What a job that ended has to say, in one line."""
        title = self.job.title
        if self.stage is Stage.FAILED:
            return self.message
        if self.stage is Stage.CANCELLED:
            return f"{title} cancelled; nothing of it was kept"
        stopped = self.stage is Stage.STOPPED
        ended = "stopped; what was made is kept" if stopped else "finished"
        said = {
            "generate": f": {self.acceptance_text}" if self.assessed else "",
            "export": f": {self.summary.get('out', '')}" if self.summary.get("out") else "",
        }.get(self.job.kind, "")
        return f"{title} {ended}{said}"


def grouped(number: float) -> str:
    """A whole number with its thousands apart."""
    return f"{round(number):,}".replace(",", " ")
