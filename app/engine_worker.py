"""In the engine thread: a job is run to its end, and its events are left in an outbox."""

import os
import threading
import time
import traceback
from collections import deque
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.job_state import Job, JobEnd, Outcome
from engine.errors import OssaError
from engine.events import (
    CancelToken,
    DeviceChosen,
    PreviewReady,
    SamplingStep,
    TrainingStep,
    UnitsDone,
)
from engine.jobs.memory_use import MemoryUse, memory_use

_COALESCED = (TrainingStep, SamplingStep, PreviewReady, UnitsDone, MemoryUse)
_MEMORY_SECONDS = 1.0


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


class Worker(QObject):
    """Lives in the engine thread; the only place where a job's errors are caught."""

    ended = Signal()

    def __init__(self, handed_over: SimpleQueue, outbox: Outbox) -> None:
        super().__init__()
        self._handed_over = handed_over
        self._outbox = outbox
        self._torch_ready = False
        self._device = "cpu"
        self._memory_at = 0.0

    @Slot()
    def run_next(self) -> None:
        """Run the job that was handed over, to its end."""
        job, token = self._handed_over.get()
        self._outbox.put(self._run(job, token))
        self.ended.emit()

    def _run(self, job: Job, token: CancelToken) -> JobEnd:
        try:
            if token.stopped:
                return _ended(job, token)
            if job.uses_torch and not self._torch_ready:
                _leave_a_core_to_the_window()
                self._torch_ready = True
            for event in job.events(token):
                self._outbox.put(event)
                self._look_at_memory(event)
        except OssaError as error:
            return JobEnd(job, Outcome.FAILED, str(error))
        except Exception as error:
            line = f"Unexpected error while {job.title.lower()}: {type(error).__name__}: {error}"
            return JobEnd(job, Outcome.FAILED, line.splitlines()[0], traceback.format_exc())
        return _ended(job, token)

    def _look_at_memory(self, event: Any) -> None:
        """Between two events, so that nobody waits for it; seldom, so that no job feels it."""
        now = time.monotonic()
        if isinstance(event, DeviceChosen):
            self._device = event.name
        elif now - self._memory_at < _MEMORY_SECONDS:
            return
        self._memory_at = now
        self._outbox.put(memory_use(self._device))


def _ended(job: Job, token: CancelToken) -> JobEnd:
    if token.cancelled:
        return JobEnd(job, Outcome.CANCELLED)
    return JobEnd(job, Outcome.STOPPED if token.stopped else Outcome.FINISHED)


def _leave_a_core_to_the_window() -> None:
    """Set from inside the thread: torch's limit does not reach from one thread to another.

    The thread itself is not made nicer: beside other programs it would be put off while it holds
    Python's lock, and the window would wait for it longer, not shorter (measured).
    """
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
