"""The one background thread: it runs one job generator at a time and hands its events over.

Jobs wait in the GUI thread, in order, and are handed over one by one. Events go through an `Outbox`
that a timer in the GUI thread empties, so no signal is sent per step, however fast a job yields: of
steps and previews only the newest is kept, everything else arrives, in order.
"""

import sys
from collections import deque
from queue import SimpleQueue

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from app.engine_worker import Outbox, Worker
from app.job_state import ENDED, Job, JobEnd, JobState, Outcome, Stage
from app.newest_only import STACK_BYTES
from engine.jobs.memory_use import MemoryUse

__all__ = ["EngineThread", "Job", "JobEnd", "Outbox", "Outcome"]

DRAIN_MILLISECONDS = 40
# Painting calls into Qt hundreds of times and gives up Python's lock at each; while the engine
# computes in Python, every one of them would wait for the usual 5 ms to get it back.
_SWITCH_SECONDS = 0.0005
_ENDED_KEPT = 20  # jobs that ended and are still listed


class EngineThread(QObject):
    """The GUI's handle on the engine thread and on the jobs that wait for it.

    Every signal is sent in the GUI thread: `job_began` (Job), `event_arrived` (the running job's
    state has taken it in already), `job_ended` (JobEnd), `drained` after a bunch of events, and
    `queue_changed` whenever a job joins, leaves or changes its stage.
    """

    job_began = Signal(object)
    event_arrived = Signal(object)
    drained = Signal()
    job_ended = Signal(object)
    queue_changed = Signal()
    thread_ended = Signal()
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._handed_over: SimpleQueue = SimpleQueue()
        self._outbox = Outbox()
        self._waiting: deque[JobState] = deque()
        self._running: JobState | None = None
        self._past: deque[JobState] = deque(maxlen=_ENDED_KEPT)
        self._closing = False
        self._rested = False
        self._thread = QThread(self)
        self._thread.setObjectName("engine")
        self._thread.setStackSize(STACK_BYTES)
        self._worker = Worker(self._handed_over, self._outbox)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.run_next)
        self._worker.ended.connect(self._drain)
        self._thread.finished.connect(self._on_thread_finished)
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MILLISECONDS)
        self._timer.timeout.connect(self._drain)

    @property
    def current(self) -> Job | None:
        """The job that runs or is next, quiet ones left out."""
        state = self.current_state
        return None if state is None else state.job

    @property
    def current_state(self) -> JobState | None:
        """What is known of `current`."""
        running = () if self._running is None else (self._running,)
        return next((state for state in (*running, *self._waiting) if not state.job.quiet), None)

    @property
    def queue(self) -> list[JobState]:
        """Jobs in the order in which they run: those that ended, the running one, the waiting."""
        running = () if self._running is None else (self._running,)
        states = (*self._past, *running, *self._waiting)
        return [state for state in states if not state.job.quiet]

    def submit(self, job: Job) -> JobState:
        """Put a job at the end of the queue; the first one starts the thread."""
        state = JobState(job)
        self._waiting.append(state)
        self._start_next()
        self.queue_changed.emit()
        return state

    def remove(self, state: JobState) -> bool:
        """Take a waiting job out of the queue; False if it has begun."""
        if state not in self._waiting:
            return False
        self._waiting.remove(state)
        self.queue_changed.emit()
        return True

    def forget_ended(self) -> None:
        """List ended jobs no longer."""
        self._past.clear()
        self.queue_changed.emit()

    def pause(self) -> None:
        """Let the current job rest after its present step, if it can."""
        if (state := self.current_state) is not None and state.job.pausable:
            state.token.pause()
            self.queue_changed.emit()

    def resume(self) -> None:
        """Let the current job go on, also where it waits for the reviewer."""
        if (state := self.current_state) is not None:
            state.token.resume()
            self.queue_changed.emit()

    def stop(self) -> None:
        """End the current job soon and keep what it made."""
        if (state := self.current_state) is not None:
            state.token.stop()
            self.queue_changed.emit()

    def cancel(self) -> None:
        """End the current job soon and discard what it made."""
        if (state := self.current_state) is not None:
            state.token.cancel()
            self.queue_changed.emit()

    def shut_down(self, milliseconds: int) -> bool:
        """Ask everything to stop and wait; False if a step outlasts the wait.

        Then `thread_ended` follows once that step is done. The thread is never killed.
        """
        self._closing = True
        self._waiting.clear()
        if self._running is not None:
            self._running.token.stop()
        self._thread.quit()
        ended = self._thread.wait(milliseconds)
        self._drain()
        if ended:
            self._timer.stop()
        return ended

    def _start_next(self) -> None:
        if self._running is not None or not self._waiting or self._closing:
            return
        state = self._running = self._waiting.popleft()
        state.stage = Stage.RUNNING
        self._handed_over.put((state.job, state.token))
        if not self._thread.isRunning():
            self._thread.start()
        self._timer.start()
        self._wake.emit()
        self.job_began.emit(state.job)

    @Slot()
    def _on_thread_finished(self) -> None:
        self._drain()
        self._timer.stop()
        self.thread_ended.emit()

    @Slot()
    def _drain(self) -> None:
        events = self._outbox.collect()
        for event in events:
            if isinstance(event, JobEnd):
                self.drained.emit()  # what came before is shown before the end is
                self._end(event)
            elif self._running is not None:
                self._running.take(event)
                if not isinstance(event, MemoryUse):
                    self.event_arrived.emit(event)
        if events or self._has_come_to_rest():
            self.drained.emit()
        if self._running is None:
            self._timer.stop()

    def _has_come_to_rest(self) -> bool:
        """Whether a pause has begun or ended since this was asked before."""
        before, self._rested = self._rested, bool(self._running and self._running.token.resting)
        return before != self._rested

    def _end(self, end: JobEnd) -> None:
        state = self._running
        if state is None:
            return
        self._running = None
        state.stage, state.message = Stage(end.outcome), end.message
        assert state.stage in ENDED
        self._past.append(state)
        self.job_ended.emit(end)
        self._start_next()
        self.queue_changed.emit()
