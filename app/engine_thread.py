"""The one background thread: it runs one job generator at a time and hands its events over.

Events go through an `Outbox` that a timer in the GUI thread empties, so no signal is sent per
step, however fast a job yields: of steps and previews only the newest is kept, everything else
arrives, in order.
"""

import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from engine.errors import OssaError
from engine.events import CancelToken, PreviewReady, SamplingStep, TrainingStep

DRAIN_MILLISECONDS = 40
_STACK_BYTES = 16 * 1024 * 1024  # secondary threads get 512 KB on macOS, too little for BLAS
# Painting calls into Qt hundreds of times and gives up Python's lock at each; while the engine
# computes in Python, every one of them would wait for the usual 5 ms to get it back.
_SWITCH_SECONDS = 0.0005
_COALESCED = (TrainingStep, SamplingStep, PreviewReady)


@dataclass(frozen=True)
class Job:
    """What the engine thread is asked to run.

    events: makes the generator; called in the engine thread, so heavy imports belong inside.
    quiet: a helper job (finding devices) that no progress is shown for.
    """

    kind: str
    title: str
    events: Callable[[CancelToken], Iterator[Any]]
    uses_torch: bool = True
    quiet: bool = False


class Outcome(StrEnum):
    """How a job ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class JobEnd:
    """The last word on a job; `message` is one line, `details` a traceback if it was our fault."""

    job: Job
    outcome: Outcome
    message: str = ""
    details: str = ""


@dataclass(frozen=True)
class _JobBegin:
    job: Job


class Outbox:
    """Where the engine thread leaves events and the GUI thread collects them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Any] = deque()
        self._newest: dict[type, Any] = {}

    def put(self, event: Any) -> None:
        """Leave an event; a step or preview replaces the one before."""
        with self._lock:
            if isinstance(event, _COALESCED):
                self._newest[type(event)] = event
                return
            self._flush_newest()
            self._kept.append(event)

    def collect(self) -> list[Any]:
        """Take everything that waits, oldest first."""
        with self._lock:
            self._flush_newest()
            events = list(self._kept)
            self._kept.clear()
        return events

    def _flush_newest(self) -> None:
        """Steps belong before what came after them; at most one of each kind stays waiting."""
        if self._newest:
            kinds = set(self._newest)
            self._kept = deque(event for event in self._kept if type(event) not in kinds)
            self._kept.extend(self._newest.values())
            self._newest.clear()


class _Worker(QObject):
    """Lives in the engine thread; the only place where a job's errors are caught."""

    def __init__(self, waiting: SimpleQueue, outbox: Outbox) -> None:
        super().__init__()
        self._waiting = waiting
        self._outbox = outbox
        self._torch_ready = False

    @Slot()
    def run_next(self) -> None:
        """Run the job that waits longest, to its end."""
        job, token = self._waiting.get()
        self._outbox.put(_JobBegin(job))
        self._outbox.put(self._run(job, token))

    def _run(self, job: Job, token: CancelToken) -> JobEnd:
        try:
            if token.stopped:
                return _ended(job, token)
            if job.uses_torch and not self._torch_ready:
                _leave_a_core_to_the_window()
                self._torch_ready = True
            for event in job.events(token):
                self._outbox.put(event)
        except OssaError as error:
            return JobEnd(job, Outcome.FAILED, str(error))
        except Exception as error:
            line = f"Unexpected error while {job.title.lower()}: {type(error).__name__}: {error}"
            return JobEnd(job, Outcome.FAILED, line.splitlines()[0], traceback.format_exc())
        return _ended(job, token)


def _ended(job: Job, token: CancelToken) -> JobEnd:
    if token.cancelled:
        return JobEnd(job, Outcome.CANCELLED)
    return JobEnd(job, Outcome.STOPPED if token.stopped else Outcome.FINISHED)


def _leave_a_core_to_the_window() -> None:
    """Set from inside the thread: torch's limit does not reach from one thread to another."""
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))


class EngineThread(QObject):
    """The GUI's handle on the engine thread. Every signal is sent in the GUI thread."""

    job_began = Signal(object)
    event_arrived = Signal(object)
    job_ended = Signal(object)
    thread_ended = Signal()
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._waiting: SimpleQueue = SimpleQueue()
        self._outbox = Outbox()
        self._jobs: deque[tuple[Job, CancelToken]] = deque()
        self._thread = QThread(self)
        self._thread.setObjectName("engine")
        self._thread.setStackSize(_STACK_BYTES)
        self._worker = _Worker(self._waiting, self._outbox)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.run_next)
        self._thread.finished.connect(self._on_thread_finished)
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MILLISECONDS)
        self._timer.timeout.connect(self._drain)

    @property
    def current(self) -> Job | None:
        """The job that runs or is next, quiet ones left out."""
        return None if self._first is None else self._first[0]

    @property
    def _first(self) -> tuple[Job, CancelToken] | None:
        return next(((job, token) for job, token in self._jobs if not job.quiet), None)

    def submit(self, job: Job) -> None:
        """Put a job into the queue; the first one starts the thread."""
        token = CancelToken()
        self._jobs.append((job, token))
        self._waiting.put((job, token))
        if not self._thread.isRunning():
            self._thread.start()
        self._timer.start()
        self._wake.emit()

    def stop(self) -> None:
        """End the current job soon and keep what it made."""
        if self._first is not None:
            self._first[1].stop()

    def cancel(self) -> None:
        """End the current job soon and discard what it made."""
        if self._first is not None:
            self._first[1].cancel()

    def shut_down(self, milliseconds: int) -> bool:
        """Ask everything to stop and wait; False if a step outlasts the wait.

        Then `thread_ended` follows once that step is done. The thread is never killed.
        """
        for _, token in self._jobs:
            token.stop()
        self._thread.quit()
        ended = self._thread.wait(milliseconds)
        self._drain()
        if ended:
            self._timer.stop()
        return ended

    @Slot()
    def _on_thread_finished(self) -> None:
        self._drain()
        self._timer.stop()
        self.thread_ended.emit()

    @Slot()
    def _drain(self) -> None:
        for event in self._outbox.collect():
            if isinstance(event, _JobBegin):
                self.job_began.emit(event.job)
            elif isinstance(event, JobEnd):
                self._jobs.popleft()
                self.job_ended.emit(event)
            else:
                self.event_arrived.emit(event)
        if not self._jobs:
            self._timer.stop()
