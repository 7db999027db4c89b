"""What is known of the running job, gathered from its events. Plain data, without Qt."""

from dataclasses import dataclass, field
from typing import Any

from app.engine_thread import Job
from app.progress import Pace, duration_text
from engine.events import (
    JobFinished,
    JobStarted,
    PairAssessed,
    SamplingStep,
    TrainingStep,
)


@dataclass
class JobState:
    """Counts and figures of one job, brought up to date event by event."""

    job: Job
    title: str = ""
    unit: str = ""
    pace: Pace = field(default_factory=Pace)
    assessed: int = 0
    accepted: int = 0
    step: TrainingStep | None = None
    sampling: SamplingStep | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    _done_before: int = 0

    def __post_init__(self) -> None:
        self.title = self.title or self.job.title
        self.pace.seconds = getattr(self.job, "seconds", None)

    def take(self, event: Any) -> None:
        """Count an event in; kinds that say nothing about progress are passed over."""
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
        elif isinstance(event, JobFinished):
            self.summary = event.summary

    @property
    def progress_text(self) -> str:
        """Where the job is, in one line."""
        parts = []
        if self.step is not None:
            parts.append(f"step {self.step.step:,}".replace(",", " "))
        elif self.pace.total:
            units = self.unit if self.pace.total == 1 else f"{self.unit}s"
            parts.append(f"{self.pace.done:.0f} of {self.pace.total} {units}")
        if self.assessed:
            parts.append(self.acceptance_text)
        if self.pace.seconds_left is not None:
            parts.append(f"{duration_text(self.pace.seconds_left)} left")
        if not parts or (not self.assessed and self.sampling is not None):
            parts.append(self._first_text)
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
        return f"{self.accepted} of {self.assessed} accepted"
