"""The pages beside the review of a project: blinded reading, agreement, and judging again."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.actions import Actions
from app.agreement_page import AgreementPage
from app.engine_thread import EngineThread
from app.job_state import Job, JobEnd, Outcome, Stage
from app.reading_page import ReadingPage
from app.reassess_dialog import ReassessDialog
from app.reviewer_sight import sight_of
from app.settings import WindowSettings
from engine.errors import OssaError
from engine.review.project import ReviewProject

_ACTIONS = ("show_reading", "show_agreement", "reassess")


class Studies(QObject):
    """Makes the pages for the open project, and brings jobs and their events to and from them.

    page_asked: a page to show; job_requested: a `Job` for the engine; judged_anew: verdicts of the
    gate, or whose decision counts, have changed; failed, said: one line.
    """

    page_asked = Signal(object)
    job_requested = Signal(object)
    judged_anew = Signal()
    failed = Signal(str)
    said = Signal(str)

    def __init__(
        self,
        window: QWidget,
        pages: QStackedWidget,
        actions: Actions,
        settings: WindowSettings,
        engine: EngineThread,
    ) -> None:
        super().__init__(window)
        self._window, self._pages = window, pages
        self._actions, self._settings, self._engine = actions, settings, engine
        self.project: ReviewProject | None = None
        self.reading: ReadingPage | None = None
        self.agreement: AgreementPage | None = None
        self.dialog: ReassessDialog | None = None
        actions["show_reading"].triggered.connect(self.show_reading)
        actions["show_agreement"].triggered.connect(self.show_agreement)
        actions["reassess"].triggered.connect(self.show_reassess)
        engine.event_arrived.connect(self._on_event)
        engine.job_ended.connect(self._on_job_ended)

    def open(self, project: ReviewProject) -> None:
        """Make the pages of a project."""
        self.project = project
        self.reading = ReadingPage(project, self._actions, self._settings)
        self.reading.failed.connect(self.failed)
        self.reading.said.connect(self.said)
        self.reading.job_requested.connect(self.job_requested)
        self.agreement = AgreementPage(project, self._actions, self._settings)
        self.agreement.failed.connect(self.failed)
        self.agreement.job_requested.connect(self.job_requested)
        self.agreement.reassess_asked.connect(self._reassess)
        self.agreement.counting_changed.connect(self.judged_anew)
        for page in (self.reading, self.agreement):
            self._pages.addWidget(page)
        self._actions.enable(_ACTIONS, True)

    def close(self) -> None:
        """Take the pages away; the project is about to close."""
        if self.dialog is not None:
            self.dialog.done(0)
        for page in (self.reading, self.agreement):
            if page is not None:
                page.leave()
                self._pages.removeWidget(page)
                page.deleteLater()
        self.project = self.reading = self.agreement = None
        self._actions.enable(_ACTIONS, False)

    def name_of(self, page: QWidget) -> str:
        """The action that shows a page, "" if it is none of these."""
        if page is self.reading:
            return "show_reading"
        return "show_agreement" if page is self.agreement else ""

    def settings_changed(self) -> None:
        """Somebody else may sit here now."""
        if self.reading is not None:
            self.reading.settings_changed()
        if self.agreement is not None and self.agreement.isVisible():
            self.agreement.refresh()

    @Slot()
    def show_reading(self) -> None:
        """Show the blinded reading where it was left."""
        if self.reading is not None:
            if not self.reading.reading:
                self.reading.show_start()
            self.page_asked.emit(self.reading)

    @Slot()
    def show_agreement(self) -> None:
        """Show how far reviewers and the gate agree now."""
        if self.agreement is not None:
            self.agreement.refresh()
            self.page_asked.emit(self.agreement)

    @Slot()
    def show_reassess(self) -> None:
        """Open the dialog that judges again, with what judged the project so far."""
        self._reassess(None, {})

    @Slot(str, dict)
    def _reassess(self, policy: str | None, limits: Mapping[str, float]) -> None:
        if self.project is None or self.dialog is not None:
            return
        try:
            dialog = ReassessDialog(
                self.project, sight_of(self._settings), policy, limits, self._window
            )
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.job_requested.connect(self._submit_trial)
        dialog.job_dropped.connect(self._drop)
        dialog.applied.connect(self._on_applied)
        dialog.finished.connect(self._on_dialog_closed)
        dialog.open()

    @Slot()
    def _on_dialog_closed(self) -> None:
        self.dialog = None

    @Slot()
    def _on_applied(self) -> None:
        self.judged_anew.emit()
        if self.agreement is not None and self.agreement.isVisible():
            self.agreement.refresh()

    @Slot(object)
    def _submit_trial(self, job: Job) -> None:
        self.job_requested.emit(job)
        current = self._engine.current
        if self.dialog is not None and current is not None and current is not job:
            self.dialog.tell(f"Waits until {current.title.lower()} has ended")

    @Slot(object)
    def _drop(self, job: Job) -> None:
        """Take a job out of the queue, or end it if it has begun."""
        for state in self._engine.queue:
            if state.job is job and not self._engine.remove(state):
                state.token.cancel()

    @Slot(object)
    def _on_event(self, event: Any) -> None:
        for part in (self.reading, self.agreement):
            if part is not None:
                part.take(event)
        state = self._engine.current_state
        if state is None or self.dialog is None or state.stage is not Stage.RUNNING:
            return
        if state.job is self.dialog.job:
            self.dialog.take(event)

    @Slot(object)
    def _on_job_ended(self, end: JobEnd) -> None:
        if self.reading is not None and end.job.kind == "reading":
            self.reading.job_ended()
        if self.dialog is not None:
            done = end.outcome is Outcome.FINISHED
            self.dialog.job_ended(end.job, "" if done else end.message or "It was stopped")
