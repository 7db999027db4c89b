"""The blinded reading: a series is begun, read picture by picture, and told once it is through."""

import secrets
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app import jobs
from app.actions import Actions
from app.reading_stage import ReadingStage
from app.reading_start import ReadingStart
from app.settings import WindowSettings
from engine.errors import OssaError
from engine.jobs.blinded import BlindedItem, SeriesPrepared
from engine.review.project import ReviewProject
from engine.review.reading_report import reading_report
from engine.review.readings import Reading
from engine.review.series import SeriesPlan, read_plans, readings_of_finished, unfinished
from engine.review.trail import now

_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ReadingPage(QWidget):
    """One project's blinded readings by the reviewer in the settings.

    failed: what went wrong, in one line; said: news; job_requested: a `Job` that makes pictures
    ready, whose events `take` is given.
    """

    failed = Signal(str)
    said = Signal(str)
    job_requested = Signal(object)

    def __init__(self, project: ReviewProject, actions: Actions, settings: WindowSettings) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._project = project
        self._settings = settings
        self._fit = actions["fit"]
        self._plan: SeriesPlan | None = None
        self._left: list[BlindedItem] = []
        self._shown_at = 0.0
        self.start = ReadingStart(settings)
        self.stage = ReadingStage()
        self._views = QStackedLayout(self)
        self._views.setContentsMargins(0, 0, 0, 0)
        self._views.addWidget(self.start)
        self._views.addWidget(self.stage)
        self.start.begin_asked.connect(self._on_begin)
        self.start.resume_asked.connect(self._on_resume)
        self.stage.answered.connect(self._on_answer)
        self.stage.left.connect(self.show_start)
        self._fit.triggered.connect(self.stage.fit)
        self.show_start()

    @property
    def reading(self) -> bool:
        """Whether a picture is being read."""
        return self._views.currentWidget() is self.stage

    @Slot()
    def show_start(self) -> None:
        """Show what there is to begin and to go on with, and the results."""
        self._left = []
        self._views.setCurrentWidget(self.start)
        try:
            plans, readings = read_plans(self._project.folder), self._project.readings()
        except OssaError as error:
            self.failed.emit(str(error))
            return
        reader = self._settings.reviewer
        self._plan = unfinished(plans, readings, reader)
        answered = 0 if self._plan is None else self._plan.answered(readings)
        self.start.show_unfinished(self._plan, answered)
        reports = reading_report(readings_of_finished(plans, readings))
        self.start.results.show_reports(reports, reader, hidden=self._plan is not None)

    def settings_changed(self) -> None:
        """Another reader may be at the keyboard: whose pictures these were, reads them later."""
        if self._plan is None or self._plan.who != self._settings.reviewer:
            self.show_start()

    def take(self, event: Any) -> None:
        """Begin to read what a job has made ready."""
        if not isinstance(event, SeriesPrepared) or event.plan.who != self._settings.reviewer:
            return
        try:
            readings = self._project.readings(event.plan.session)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        answered = {one.item for one in readings}
        self._plan = event.plan
        self._left = [one for one in event.items if one.item not in answered]
        self._views.setCurrentWidget(self.stage)
        self._show_next()
        if not self.isVisible():
            self.said.emit("The blinded reading is ready")

    def job_ended(self) -> None:
        """The job that was asked for is over, with pictures or without."""
        self.start.set_preparing(False)

    def leave(self) -> None:
        """Let go of the window's actions; every answer is kept already."""
        self._fit.triggered.disconnect(self.stage.fit)
        self._left = []
        self.stage.let_go()

    def event(self, event: QEvent) -> bool:
        """Keys that answer come here and not to the window's shortcuts, while one reads."""
        if event.type() == QEvent.Type.ShortcutOverride and self._is_answer(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_answer(event):
            if not event.isAutoRepeat():
                self.stage.press(Qt.Key(event.key()))
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown_at = monotonic()
        self.setFocus()

    def _is_answer(self, event: QEvent) -> bool:
        return (
            isinstance(event, QKeyEvent)
            and self.reading
            and event.modifiers() in _PLAIN
            and self.stage.takes(Qt.Key(event.key()))
        )

    @Slot(object, str, int)
    def _on_begin(self, data: Path, split: str, count: int) -> None:
        self.start.set_preparing(True)
        self.job_requested.emit(
            jobs.prepare_series(
                project=self._project.folder,
                real_data=data,
                reader=self._settings.reviewer,
                split=split or None,
                count=count,
                seed=secrets.randbits(32),
            )
        )

    @Slot()
    def _on_resume(self) -> None:
        if self._plan is not None:
            self.start.set_preparing(True)
            self.job_requested.emit(jobs.resume_series(self._project.folder, self._plan))

    @Slot(bool, int)
    def _on_answer(self, said_real: bool, confidence: int) -> None:
        """Keep the answer before the next picture is shown."""
        if self._plan is None or not self._left:
            return
        shown = self._left[0]
        reading = Reading(
            uuid=str(uuid4()),
            session=self._plan.session,
            who=self._plan.who,
            at=now(),
            item=shown.item,
            is_real=shown.is_real,
            said_real=said_real,
            confidence=confidence,
            seconds=round(monotonic() - self._shown_at, 2),
        )
        try:
            self._project.record_reading(reading)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self._left.pop(0)
        self._show_next()

    def _show_next(self) -> None:
        if self._plan is None or not self._left:
            self.show_start()
            return
        count = len(self._plan.items)
        self.stage.show_picture(self._left[0].image, count - len(self._left) + 1, count)
        self._shown_at = monotonic()
        self.setFocus()
