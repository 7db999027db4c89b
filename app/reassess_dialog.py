"""Judging again: another policy or other limits are tried, and kept only if that is wanted."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QProgressBar, QPushButton, QWidget

from app import jobs
from app.icons import icon
from app.job_state import Job
from app.reassess_choices import ReassessChoices
from app.reassess_result import ReassessResult
from app.reviewer_sight import ReviewerSight, left_out
from app.widgets import column, label, row
from engine.assess.assessment import Assessment
from engine.assess.gate import POLICIES
from engine.assess.prior import Prior
from engine.events import JobFinished, JobStarted, PairAssessed
from engine.review.project import ReviewProject

_SAFE = "Nothing is kept before you say so. Reviewers' decisions stay in any case."
_MODEST = (660, 420)
_WITH_CHANGES = (900, 720)


class ReassessDialog(QDialog):
    """Collects what to try, shows what would change, and hands jobs on.

    job_requested: a `Job`, whose events `take` is given and whose end `job_ended`; job_dropped: one
    that nobody waits for any more; applied: new verdicts are in the project.

    sight: who asks, and what they may see. Raises `OssaError` when the project cannot be read.
    """

    job_requested = Signal(object)
    job_dropped = Signal(object)
    applied = Signal()

    def __init__(
        self,
        project: ReviewProject,
        sight: ReviewerSight,
        policy: str | None = None,
        limits: Mapping[str, float] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Judge again")
        self._project, self._sight = project, sight
        rows = project.rows()
        self._hidden = left_out(sight.leaves_out(rows))
        self._rows = sight.rows(project, rows)
        arrays = project.prior_arrays()
        self._prior = None if arrays is None else Prior.from_arrays(arrays)
        self._job: Job | None = None
        self._total = 0
        self._judged: dict[str, Assessment] = {}
        self._summary: dict[str, Any] = {}
        self._choices = ReassessChoices(
            project, self._prior, policy or self._usual_policy(), limits or {}
        )
        self._choices.changed.connect(self._outdate)
        self.policy, self.fields = self._choices.policy, self._choices.fields
        self.changes = ReassessResult(project)
        self._lay_out()
        self._follow()
        self.resize(*_MODEST)

    def take(self, event: Any) -> None:
        """Follow the job that was asked for."""
        if isinstance(event, JobStarted):
            self._total = event.total or 0
            self.progress.setRange(0, self._total)
        elif isinstance(event, PairAssessed):
            self._judged[event.identifier] = event.assessment
            self.progress.setValue(len(self._judged))
        elif isinstance(event, JobFinished) and "changes" in event.summary:
            self._summary = event.summary

    def job_ended(self, job: Job, problem: str) -> None:
        """The job is over; problem: why it failed or was broken off, "" if it is done."""
        if job is not self._job:
            return
        self._job = None
        if not problem and job.kind == "reassessed":
            self.applied.emit()
            self.accept()
            return
        if not problem and len(self._judged) < len(self._rows):
            problem = "The trial was stopped before all pairs were judged"
        self.problem.setText(problem)
        if job.kind == "reassess":
            if problem:
                self._forget()
            else:
                changes = self._summary["changes"]
                self.changes.show_changes(self._rows, self._judged, changes, self._hidden)
        self._follow()

    def tell(self, text: str) -> None:
        """Say what the job that was asked for waits for."""
        self._where.setText(text)

    @property
    def job(self) -> Job | None:
        """The job whose events and end are awaited."""
        return self._job

    def done(self, result: int) -> None:
        """Nobody waits for a trial any more once the dialog is closed."""
        if self._job is not None and self._job.kind == "reassess":
            self.job_dropped.emit(self._job)
        self._job = None
        self._forget()
        self.changes.close_pictures()
        super().done(result)

    def reject(self) -> None:
        """Esc and Close wait while verdicts are being written."""
        if self._job is None or self._job.kind != "reassessed":
            super().reject()

    def _usual_policy(self) -> str:
        """The policy that has judged most pairs."""
        policies = [one.policy for one in self._rows]
        return max(POLICIES, key=policies.count) if policies else "refined"

    def _lay_out(self) -> None:
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Pairs judged")
        self._where = label("", "muted", "What is being done")
        self.problem = label("", "warning", "What went wrong")
        self.problem.setWordWrap(True)
        self.problem.setMinimumWidth(1)
        self.attempt = QPushButton(icon("reassess"), "Try it")
        self.attempt.clicked.connect(self._on_try)
        self.keep = QPushButton(icon("accept"), "Keep the new verdicts")
        self.keep.clicked.connect(self._on_keep)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.reject)
        buttons = QWidget()
        buttons.setLayout(row(self._where, None, self.close_button, self.attempt, self.keep))
        whole = column(label("Judge again", "title"), label(_SAFE, "muted"), margins=22, spacing=12)
        whole.addWidget(self._choices)
        whole.addWidget(self.changes, 1)
        for part in (self.problem, self.progress, buttons):
            whole.addWidget(part)
        self.setLayout(whole)

    @Slot()
    def _outdate(self) -> None:
        """What was found was found by other limits."""
        self._forget()
        self._follow()

    def _forget(self) -> None:
        self._summary = {}
        self._judged = {}

    def _follow(self) -> None:
        """Let the buttons and lines say where one is."""
        running, found = self._job is not None, bool(self._summary)
        able = self._prior is not None and bool(self._rows)
        if not able:
            self.problem.setText(
                "There are no pairs to judge" if self._prior is not None
                else "This project holds no prior to judge by: generate a pair into it"
            )  # fmt: skip
        self.problem.setVisible(bool(self.problem.text()))
        self._choices.enable(not running and able)
        self.attempt.setEnabled(not running and able)
        self.keep.setVisible(found)
        self.keep.setEnabled(not running)
        for button, first in ((self.attempt, not found), (self.keep, found)):
            button.setProperty("role", "primary" if first else "")
            button.style().polish(button)
            button.setDefault(first)
        (self.keep if found else self.attempt).setFocus()
        self.changes.setVisible(found)
        self.progress.setVisible(running)
        self._where.setText(self._job.title + " …" if self._job is not None else "")
        if found and self.height() < _WITH_CHANGES[1]:
            self._grow()

    def _grow(self) -> None:
        """Make room for the list of changes, more in a large window."""
        window = self.parentWidget()
        width, height = _WITH_CHANGES
        if window is not None:
            width, height = max(width, window.width() // 2), max(height, window.height() * 3 // 4)
        self.resize(width, height)

    @Slot()
    def _on_try(self) -> None:
        self._forget()
        self.problem.clear()
        self.progress.setRange(0, 0)
        policy, limits = self._choices.chosen, self._choices.limits
        self._start(jobs.reassess(project=self._project.folder, policy=policy, limits=limits))

    @Slot()
    def _on_keep(self) -> None:
        self.progress.setRange(0, 0)
        self._start(
            jobs.apply_reassessment(
                project_folder=self._project.folder,
                judgements=self._judged,
                actor=self._sight.reviewer,
                summary=self._summary,
            )
        )

    def _start(self, job: Job) -> None:
        self._job = job
        self._follow()
        self.job_requested.emit(job)
