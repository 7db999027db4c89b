"""Draw a job's events on a terminal: one bar with rate and time left, notices above it.

Everything goes to standard error, so that standard output holds results alone.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from engine.durations import format_duration
from engine.events import (
    CancelToken,
    CheckpointSaved,
    Event,
    JobFinished,
    JobStarted,
    Notice,
    PairAssessed,
    PhantomDrawn,
    ReviewAwaited,
    TrainingStep,
    UnitsDone,
)
from engine.jobs.processes import is_first_process

QUIET_EVERY = 30.0  # seconds between lines where there is no terminal to draw a bar on


@contextmanager
def interruptible(token: CancelToken) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask the job to stop and keep what it made; a second Ctrl-C breaks off."""

    def stop(_number: int, _frame: Any) -> None:
        if token.stopped:
            raise KeyboardInterrupt
        token.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_job(job: Iterator[Event], max_seconds: float | None = None) -> dict[str, Any]:
    """Run a job to its end, drawing its events; returns the summary of its `JobFinished`."""
    console = Console(stderr=True, quiet=not is_first_process())
    drawing = _Drawing(console, max_seconds)
    summary: dict[str, Any] = {}
    with drawing:
        for event in job:
            if isinstance(event, JobFinished):
                summary = event.summary
            else:
                drawing.draw(event)
    return summary


class _Drawing:
    """The bar and what it counts."""

    def __init__(self, console: Console, max_seconds: float | None) -> None:
        self.console = console
        self.max_seconds = max_seconds
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self.task: TaskID | None = None
        self.started: JobStarted | None = None
        self.begun = self.printed = time.monotonic()
        self.done = self.pairs = self.accepted = 0

    def __enter__(self) -> None:
        self.progress.__enter__()

    def __exit__(self, *details: Any) -> None:
        self.progress.__exit__(*details)

    def draw(self, event: Event) -> None:
        handlers: dict[type, Callable[[Any], None]] = {
            JobStarted: self._job_started,
            Notice: self._notice,
            TrainingStep: self._training_step,
            PairAssessed: self._pair_assessed,
            CheckpointSaved: self._checkpoint_saved,
            PhantomDrawn: self._phantom_drawn,
            ReviewAwaited: self._review_awaited,
            UnitsDone: self._units_done,
        }
        if handler := handlers.get(type(event)):
            handler(event)

    def _job_started(self, event: JobStarted) -> None:
        self.started, self.done = event, event.done
        self.begun = time.monotonic()
        total = event.total if event.total is not None else self.max_seconds
        if self.task is not None:
            self.progress.remove_task(self.task)
        self.task = self.progress.add_task(event.title, total=total, figures="")
        self._update(event.done, "")

    def _notice(self, event: Notice) -> None:
        self.console.print(event.text, highlight=False, markup=False, soft_wrap=True)

    def _checkpoint_saved(self, event: CheckpointSaved) -> None:
        if self.console.is_terminal:
            self.console.print(f"Saved at step {event.step}", style="dim")

    def _training_step(self, event: TrainingStep) -> None:
        left = _time_left(event, self.started, self.max_seconds)
        figures = (
            f"step {event.step} · loss {event.losses['total']:.4f} "
            f"· {event.pairs_per_second:.1f} pairs/s"
        )
        by_steps = self.started is not None and self.started.total is not None
        done = event.step if by_steps else event.elapsed
        self._update(done, figures + (f" · {format_duration(left)} left" if left else ""))

    def _pair_assessed(self, event: PairAssessed) -> None:
        self.pairs += 1
        self.accepted += event.assessment.accepted
        counts_accepted = self.started is not None and self.started.unit == "accepted pair"
        self.done += event.assessment.accepted if counts_accepted else 1
        rate = self.pairs / max(time.monotonic() - self.begun, 1e-9)
        figures = f"{self.pairs} pairs · {self.accepted} accepted · {1 / rate:.2f} s/pair"
        total = self.started.total if self.started else None
        if total and not counts_accepted:
            figures += f" · {format_duration((total - self.done) / rate)} left"
        self._update(self.done, figures)

    def _phantom_drawn(self, event: PhantomDrawn) -> None:
        self._count(event.index + 1)

    def _units_done(self, event: UnitsDone) -> None:
        self._count(event.done)

    def _count(self, done: int) -> None:
        """So many units are done, of those that the job began with and made since."""
        if self.started is None or done <= self.done:
            return
        units = f"{self.started.unit}s"
        rate = (done - self.done) / max(time.monotonic() - self.begun, 1e-9)
        figures = f"{done} {units} · {rate:.1f} {units}/s"
        if self.started.total:
            figures += f" · {format_duration((self.started.total - done) / rate)} left"
        self._update(done, figures)

    def _review_awaited(self, event: ReviewAwaited) -> None:
        if not event.over:
            self._update(self.done, f"{event.undecided} pairs wait for a reviewer: paused")

    def _update(self, done: float, figures: str) -> None:
        if self.task is None:
            return
        self.progress.update(self.task, completed=done, figures=figures)
        now = time.monotonic()
        if not self.console.is_terminal and figures and now - self.printed >= QUIET_EVERY:
            self.printed = now
            self.console.print(figures, highlight=False, soft_wrap=True)


def _time_left(
    event: TrainingStep, started: JobStarted | None, max_seconds: float | None
) -> float | None:
    """Seconds until the nearer of the two limits, None without a limit."""
    limits = []
    if max_seconds is not None:
        limits.append(max_seconds - event.elapsed)
    if started is not None and started.total is not None:
        limits.append((started.total - event.step) * event.elapsed / event.step)
    return max(0.0, min(limits)) if limits else None
