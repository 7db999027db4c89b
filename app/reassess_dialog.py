"""Judging again: another policy or other limits are tried, and kept only if that is wanted."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app import jobs
from app.icons import icon
from app.job_state import Job
from app.reassess_words import change_lines, change_row, headline
from app.widgets import column, label, row
from engine.assess.assessment import Assessment
from engine.assess.gate import POLICIES
from engine.assess.policy_limits import LIMITS, current_limits
from engine.assess.prior import Prior
from engine.errors import OssaError
from engine.events import JobFinished, JobStarted, PairAssessed
from engine.review.project import ReviewProject
from engine.review.project_limits import judged_by

_HEADS = ("Pair", "Gate", "Reviewer", "Why")
_WHY = 3
_SHOWN = 2000  # changes listed
_DECIMALS, _STEP, _HIGHEST = 2, 0.1, 999.0
_SAFE = "Nothing is kept before you say so. Reviewers' decisions stay in any case."
_MODEST = (660, 420)
_WITH_CHANGES = (860, 680)


class ReassessDialog(QDialog):
    """Collects what to try, shows what would change, and hands jobs on.

    job_requested: a `Job`, whose events `take` is given and whose end `job_ended`; job_dropped: one
    that nobody waits for any more; applied: new verdicts are in the project.

    Raises `OssaError` when the project cannot be read.
    """

    job_requested = Signal(object)
    job_dropped = Signal(object)
    applied = Signal()

    def __init__(
        self,
        project: ReviewProject,
        reviewer: str,
        policy: str | None = None,
        limits: Mapping[str, float] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Judge again")
        self._project, self._reviewer = project, reviewer
        self._rows = project.rows()
        arrays = project.prior_arrays()
        self._prior = None if arrays is None else Prior.from_arrays(arrays)
        self._job: Job | None = None
        self._total = 0
        self._judged: dict[str, Assessment] = {}
        self._summary: dict[str, Any] = {}
        self.policy = QComboBox()
        self.fields: dict[str, dict[str, QDoubleSpinBox]] = {}
        self._make_choices(policy or self._usual_policy(), limits or {})
        self._make_result()
        self._lay_out()
        self._follow_policy()
        self._compare_with_now()
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
                self._show_changes()
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
        super().done(result)

    def reject(self) -> None:
        """Esc and Close wait while verdicts are being written."""
        if self._job is None or self._job.kind != "reassessed":
            super().reject()

    def _usual_policy(self) -> str:
        """The policy that has judged most pairs."""
        policies = [one.policy for one in self._rows]
        return max(POLICIES, key=policies.count) if policies else "refined"

    def _make_choices(self, policy: str, limits: Mapping[str, float]) -> None:
        self.policy.setAccessibleName("Policy")
        for name, rules in POLICIES.items():
            self.policy.addItem(f"{name}: {rules.summary}", name)
            self.fields[name] = {}
            for one, now in zip(LIMITS[name], self._now(name), strict=True):
                field = QDoubleSpinBox()
                field.setDecimals(_DECIMALS)
                field.setRange(_STEP, _HIGHEST)
                field.setSingleStep(_STEP)
                field.setValue(limits.get(one.name, now) if name == policy else now)
                field.setAccessibleName(one.title)
                field.lineEdit().setTextMargins(6, 0, 6, 0)
                field.valueChanged.connect(self._outdate)
                self.fields[name][one.name] = field
        self.policy.setCurrentIndex(max(0, self.policy.findData(policy)))
        self.policy.currentIndexChanged.connect(self._follow_policy)
        self.policy.currentIndexChanged.connect(self._outdate)

    def _compare_with_now(self) -> None:
        """Say beside a limit that is to be another what it is now."""
        for policy, fields in self.fields.items():
            for field, now, one in zip(
                fields.values(), self._now(policy), LIMITS[policy], strict=True
            ):
                same = field.value() == round(now, _DECIMALS)
                field.setSuffix(f" {one.unit}" if same else f" {one.unit}, now {now:.2f}")

    def _now(self, policy: str) -> list[float]:
        if self._prior is None:
            return [1.0] * len(LIMITS[policy])
        try:
            rules = judged_by(self._project, policy, self._prior)
            return [*current_limits(policy, *rules).values()]
        except OssaError:
            return [1.0] * len(LIMITS[policy])  # the trial says what the prior lacks

    def _make_result(self) -> None:
        self.headline = label("", "figure", "How many verdicts change")
        self.lines = label("", name="What changes")
        self.table = QTableWidget(0, len(_HEADS))
        self.table.setAccessibleName("Pairs whose verdict changes")
        self.table.setHorizontalHeaderLabels(_HEADS)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_WHY, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        self._form.addRow(label("Policy", "muted"), self.policy)
        for name, fields in self.fields.items():
            titles = {one.name: one.title for one in LIMITS[name]}
            for limit, field in fields.items():
                self._form.addRow(label(titles[limit], "muted"), field)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Pairs judged")
        self._where = label("", "muted", "What is being done")
        self._card = QFrame()
        self._card.setObjectName("card")
        layout = column(self.headline, self.lines, self.table, margins=14, spacing=8)
        layout.setStretch(2, 1)
        self._card.setLayout(layout)
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
        whole.addLayout(self._form)
        whole.addWidget(self._card, 1)
        for part in (self.problem, self.progress, buttons):
            whole.addWidget(part)
        self.setLayout(whole)

    @Slot()
    def _follow_policy(self) -> None:
        for name, fields in self.fields.items():
            for field in fields.values():
                self._form.setRowVisible(field, name == self.policy.currentData())

    @Slot()
    def _outdate(self) -> None:
        """What was found was found by other limits."""
        self._forget()
        self._compare_with_now()
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
        self.policy.setEnabled(not running and able)
        for field in self.fields[self.policy.currentData()].values():
            field.setEnabled(not running and able)
        self.attempt.setEnabled(not running and able)
        self.keep.setVisible(found)
        self.keep.setEnabled(not running)
        for button, first in ((self.attempt, not found), (self.keep, found)):
            button.setProperty("role", "primary" if first else "")
            button.style().polish(button)
            button.setDefault(first)
        (self.keep if found else self.attempt).setFocus()
        self._card.setVisible(found)
        self.progress.setVisible(running)
        self._where.setText(self._job.title + " …" if self._job is not None else "")
        if found and self.height() < _WITH_CHANGES[1]:
            self.resize(*_WITH_CHANGES)

    @Slot()
    def _on_try(self) -> None:
        self._forget()
        self.problem.clear()
        self.progress.setRange(0, 0)
        policy = self.policy.currentData()
        self._start(
            jobs.reassess(project=self._project.folder, policy=policy, limits=self._limits(policy))
        )

    def _limits(self, policy: str) -> dict[str, float]:
        """Those that differ from the present ones, as far as the fields show decimals."""
        fields = self.fields[policy]
        now = dict(zip(fields, self._now(policy), strict=True))
        return {
            name: field.value()
            for name, field in fields.items()
            if field.value() != round(now[name], _DECIMALS)
        }

    @Slot()
    def _on_keep(self) -> None:
        self.progress.setRange(0, 0)
        self._start(
            jobs.apply_reassessment(
                project_folder=self._project.folder,
                judgements=self._judged,
                actor=self._reviewer,
                summary=self._summary,
            )
        )

    def _start(self, job: Job) -> None:
        self._job = job
        self._follow()
        self.job_requested.emit(job)

    def _show_changes(self) -> None:
        changes = self._summary["changes"]
        self.headline.setText(headline(changes, len(self._judged)))
        lines = change_lines(self._rows, self._judged, changes)
        if len(changes) > _SHOWN:
            lines.append(f"The first {_SHOWN} changes are listed")
        self.lines.setText("\n".join(lines))
        self.table.setRowCount(min(len(changes), _SHOWN))
        for line, change in enumerate(changes[:_SHOWN]):
            for place, text in enumerate(change_row(change)):
                item = QTableWidgetItem(text)
                item.setToolTip(text if place == _WHY else "")
                self.table.setItem(line, place, item)
        self.table.setVisible(bool(changes))
