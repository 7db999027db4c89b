"""Between the engine and the window: jobs go in, and strip and run panel show what they do."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app import jobs
from app.actions import Actions
from app.engine_thread import EngineThread
from app.job_state import Job, JobEnd, JobState, Outcome, Stage
from app.job_strip import JobStrip
from app.job_words import ended_text
from app.run_panel import RunPanel
from engine.events import PairAssessed

_MAKES_PAIRS = ("generate", "import")
_TELLS_ITSELF = ("reassess", "reassessed")  # in a dialog of its own


class JobControl(QObject):
    """Shows the job that runs, and lets jobs be paused, ended and taken out of the queue.

    said: a line of news; failed: a line, and details to copy; pairs_arrived: a project has grown;
    expecting_changed: whether pairs are being made; ended: a `JobState`.
    """

    said = Signal(str)
    failed = Signal(str, str)
    pairs_arrived = Signal()
    expecting_changed = Signal(bool)
    ended = Signal(object)

    def __init__(
        self,
        engine: EngineThread,
        actions: Actions,
        strip: JobStrip,
        panel: RunPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._engine, self._strip, self._panel = engine, strip, panel
        self._pause = actions["pause"]
        self._pause.setEnabled(False)
        self._shown: JobState | None = None
        self._pairs_came = self._devices_asked = False
        self._pause.triggered.connect(self._pause_or_resume)
        strip.stop_asked.connect(engine.stop)
        strip.cancel_asked.connect(engine.cancel)
        panel.job_requested.connect(self.submit)
        panel.queue.removal_asked.connect(engine.remove)
        panel.queue.tidying_asked.connect(engine.forget_ended)
        engine.job_began.connect(self._on_job_began)
        engine.event_arrived.connect(self._on_event)
        engine.drained.connect(self._on_drained)
        engine.job_ended.connect(self._on_job_ended)
        engine.queue_changed.connect(self._on_queue_changed)

    @Slot(object)
    def submit(self, job: Job) -> None:
        """Give a job to the engine; it is shown at once, or waits for its turn."""
        before = self._engine.current
        state = self._engine.submit(job)
        if before is not None:
            self.said.emit(f"{job.name} waits in the queue")
        elif not job.quiet:
            self._show(state)

    def find_devices(self) -> None:
        """Let the forms offer what this machine computes with; asked once."""
        if not self._devices_asked:
            self._devices_asked = True
            self._engine.submit(jobs.find_devices())

    @Slot()
    def _pause_or_resume(self) -> None:
        state = self._engine.current_state
        if state is not None and state.shown_stage is Stage.PAUSED:
            self._engine.resume()
        else:
            self._engine.pause()

    @Slot(object)
    def _on_job_began(self, job: Job) -> None:
        state = self._engine.current_state
        if not job.quiet and state is not None:
            self._show(state)

    def _show(self, state: JobState) -> None:
        """Show a job, also while the engine is still getting ready for it."""
        if self._shown is state:
            return
        self._shown = state
        self._strip.begin(state)
        self._panel.begin(state)
        self.expecting_changed.emit(state.job.kind in _MAKES_PAIRS)
        self._on_queue_changed()

    @Slot(object)
    def _on_event(self, event: Any) -> None:
        if isinstance(event, jobs.DevicesFound):
            self._panel.set_devices(event.devices)
        elif self._shown is not None and self._shown.stage is Stage.RUNNING:
            self._panel.take(event)
            self._pairs_came |= isinstance(event, PairAssessed)

    @Slot()
    def _on_drained(self) -> None:
        """Draw once for all the events that came together."""
        if self._pairs_came:
            self._pairs_came = False
            self.pairs_arrived.emit()
        if self._shown is not None:
            self._on_queue_changed()

    @Slot()
    def _on_queue_changed(self) -> None:
        state = self._shown
        self._panel.queue.show_jobs(self._engine.queue)
        self._panel.set_busy(state is not None)
        if state is not None:
            self._strip.show_state(state)
            self._panel.show_state(state)
        self._offer_pause(state)

    def _offer_pause(self, state: JobState | None) -> None:
        """Let the pause's button say what it would do now."""
        can = state is not None and state.job.pausable and not state.ending
        self._pause.setEnabled(can)
        paused = state is not None and state.shown_stage is Stage.PAUSED
        awaited = paused and state is not None and not state.token.paused
        self._strip.offer_pause(paused, awaited)

    @Slot(object)
    def _on_job_ended(self, end: JobEnd) -> None:
        if end.outcome is Outcome.FAILED:
            self.failed.emit(end.message, end.details)
        state = self._shown
        if end.job.quiet or state is None:
            return
        self._shown = None
        self._pairs_came = False
        self._panel.finish(state)
        if end.outcome is not Outcome.FAILED and state.job.kind not in _TELLS_ITSELF:
            self.said.emit(ended_text(state))
        self.pairs_arrived.emit()
        self.expecting_changed.emit(False)
        self.ended.emit(state)
        self._strip.hide()
