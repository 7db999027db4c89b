"""The main window: it opens projects, hands jobs to the engine and their events to its pages."""

from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import jobs, prompts
from app.actions import Actions
from app.banner import Banner
from app.engine_thread import EngineThread, Job, JobEnd, Outcome
from app.exact_checks import ExactChecks
from app.export_dialog import ExportDialog, accepted_copies
from app.first_look import first_look_folder, first_look_job, why_no_first_look
from app.header import Header
from app.icons import icon
from app.job_state import JobState
from app.job_strip import JobStrip
from app.review_page import ReviewPage
from app.run_panel import RunPanel
from app.settings import WindowSettings
from app.welcome import WelcomePage
from app.widgets import choose_folder
from engine.errors import OssaError
from engine.events import PairAssessed
from engine.review.project import ReviewProject

_CLOSE_MILLISECONDS = 2000


class MainWindow(QMainWindow):
    """One window, one project at a time, one engine thread.

    ask_to_close is asked once when the window is closed while a job runs.
    """

    ended = Signal()

    def __init__(self, ask_to_close: prompts.AskToClose = prompts.ask_to_close) -> None:
        super().__init__()
        self.setWindowTitle("Ossa")
        self.setWindowIcon(icon("ossa"))
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(1000, 640))
        self.settings = WindowSettings()
        self.actions_by_name = Actions(self)
        self.actions_by_name["try_now"].setEnabled(not why_no_first_look())
        self.engine = EngineThread(self)
        self.exact_checks = ExactChecks(self)
        self.project: ReviewProject | None = None
        self.review: ReviewPage | None = None
        self.export_dialog: ExportDialog | None = None
        self._ask_to_close = ask_to_close
        self._closing = False
        self._job: JobState | None = None
        self._devices_asked = False
        self.header = Header(self.actions_by_name)
        self.strip = JobStrip()
        self.banner = Banner()
        self.welcome = WelcomePage(self.actions_by_name)
        self.run_panel = RunPanel(self.settings)
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._restore_geometry()
        self.show_welcome()

    def open_project(self, folder: Path) -> bool:
        """Open a project and show it; a mistake is told in the banner."""
        return self._use_project(ReviewProject.open, folder)

    def start_project(self, folder: Path) -> bool:
        """Start a project in a new or empty folder and show it."""
        return self._use_project(ReviewProject.create, folder)

    @Slot()
    def try_now(self) -> None:
        """Show the built-in generator's hands in a project of today's, without a question."""
        folder = first_look_folder(date.today())
        if self._use_project(ReviewProject.open_or_create, folder):
            self.banner.say(f"This first look is kept in {folder}")
            self.submit(first_look_job(folder))

    def warm_up(self) -> None:
        """Let the engine get ready for the first pair while the start page is looked at."""
        if self.actions_by_name["try_now"].isEnabled() and self.engine.current is None:
            self.engine.submit(jobs.warm_up())

    @Slot()
    def show_welcome(self) -> None:
        """Show the start page."""
        self.welcome.show_recent(self.settings.recent_projects())
        self._show(self.welcome)

    @Slot()
    def show_review(self) -> None:
        """Show the open project."""
        if self.review is not None:
            self._show(self.review)
            self.review.sheet.setFocus()

    @Slot()
    def show_run(self) -> None:
        """Show the run panel; the first time, the engine looks for devices."""
        self._show(self.run_panel)
        if not self._devices_asked:
            self._devices_asked = True
            self.engine.submit(jobs.find_devices())

    @Slot(object)
    def submit(self, job: Job) -> None:
        """Give a job to the engine."""
        before = self.engine.current
        if before is not None:
            self.banner.say(f"{job.title} waits until {before.title.lower()} has ended")
        else:
            self._begin(job)
        self.engine.submit(job)

    @Slot(str)
    def complain(self, text: str, details: str = "") -> None:
        """Tell the user what went wrong."""
        self.banner.complain(text, details)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closing and not self._may_close():
            event.ignore()
            return
        if self._closing:
            event.ignore()
            return
        self._closing = True
        self._save_geometry()
        self.hide()
        if self.engine.shut_down(_CLOSE_MILLISECONDS):
            self._end()
            event.accept()
        else:
            self.engine.thread_ended.connect(self._end)
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.review is not None:
            self.review.viewer.hide_overlays(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _dropped_folder(event)
        if folder is not None:
            event.acceptProposedAction()
            self.open_project(folder)

    def _may_close(self) -> bool:
        job = self.engine.current
        return job is None or self._ask_to_close(self, job.title)

    @Slot()
    def _end(self) -> None:
        """Everything has stopped: let go of files and take the scene apart while Qt still lives."""
        self._close_project()
        self.exact_checks.close()
        self.run_panel.curve.close()
        self.ended.emit()

    def _use_project(self, get: Any, folder: Path) -> bool:
        try:
            project = get(folder)
        except OssaError as error:
            self.complain(str(error))
            return False
        self._close_project()
        self.project = project
        self.review = ReviewPage(
            project, self.actions_by_name, self.settings.reviewer, self.exact_checks
        )
        self.review.failed.connect(self.complain)
        self.review.counts_changed.connect(self._on_counts_changed)
        state = self.settings.geometry("splitter")
        if not state.isEmpty():
            self.review.splitter.restoreState(state)
        self._pages.addWidget(self.review)
        self.settings.remember_project(project.folder)
        self.run_panel.generate_form.set_project(project.folder)
        self.header.show_project(project.folder)
        self.setWindowTitle(f"{project.folder.name} · Ossa")
        self.actions_by_name["show_review"].setEnabled(True)
        self.banner.hide()
        for text in project.notices:
            self.banner.say(text)
        self._on_counts_changed()
        self.show_review()
        return True

    def _close_project(self) -> None:
        if self.review is not None:
            self.settings.set_geometry("splitter", self.review.splitter.saveState())
            self.review.leave()
            self._pages.removeWidget(self.review)
            self.review.deleteLater()
            self.review = None
        if self.project is not None:
            self.project.close()
            self.project = None

    @Slot()
    def _choose_project(self) -> None:
        folder = choose_folder(self, "Open a review project", self._last_place())
        if folder is not None:
            self.open_project(folder)

    @Slot()
    def _choose_new_project(self) -> None:
        folder = choose_folder(self, "Start a review project", self._last_place(), new=True)
        if folder is not None:
            self.start_project(folder)

    def _last_place(self) -> Path | None:
        recent = self.settings.recent_projects()
        return recent[0].parent if recent else None

    @Slot()
    def show_export(self) -> None:
        """Open the export dialog for the project."""
        if self.project is None:
            return
        self.export_dialog = ExportDialog(
            self.project.folder,
            self.project.counts(),
            accepted_copies(self.project.rows()),
            self.settings.reviewer,
            self.settings,
            self,
        )
        self.export_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.export_dialog.job_requested.connect(self.submit)
        self.export_dialog.open()

    @Slot()
    def _on_counts_changed(self) -> None:
        self.actions_by_name["export"].setEnabled(self.project is not None)

    @Slot(object)
    def _on_job_began(self, job: Job) -> None:
        if not job.quiet and (self._job is None or self._job.job is not job):
            self._begin(job)

    def _begin(self, job: Job) -> None:
        """Show a job, also while the engine is still getting ready for it."""
        self._job = JobState(job)
        self.strip.begin(self._job)
        self.run_panel.begin(self._job)
        if self.review is not None:
            self.review.set_expecting(job.kind == "generate")

    @Slot(object)
    def _on_event(self, event: Any) -> None:
        if isinstance(event, jobs.DevicesFound):
            self.run_panel.train_form.set_devices(event.devices)
            self.run_panel.generate_form.set_devices(event.devices)
        elif self._job is not None:
            self._job.take(event)
            self.strip.show_state(self._job)
            self.run_panel.take(event, self._job)
            if isinstance(event, PairAssessed) and self.review is not None:
                self.review.append_new()

    @Slot(object)
    def _on_job_ended(self, end: JobEnd) -> None:
        if end.outcome is Outcome.FAILED:
            self.complain(end.message, end.details)
        if end.job.quiet or self._job is None:
            return
        self.run_panel.finish(end)
        if end.outcome is not Outcome.FAILED:
            self.banner.say(ended_text(end, self._job))
        if self.review is not None:
            self.review.append_new()
            self.review.set_expecting(False)
        self.strip.hide()
        self._job = None

    def _show(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self.header.show_page(
            {self.welcome: "home", self.run_panel: "show_run"}.get(page, "show_review")
        )
        if self.review is not None:
            self.review.set_active(page is self.review)

    def _lay_out(self) -> None:
        centre = QWidget()
        centre.setObjectName("page")
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.header, self.strip, self.banner):
            layout.addWidget(part)
        layout.addWidget(self._pages, 1)
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.run_panel)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        actions = self.actions_by_name
        for action in actions:
            self.addAction(action)
        for name in ("accept", "reject", "clear", "undo", "redo", "previous", "next",
                     "next_undecided", "show_review", "export"):  # fmt: skip
            actions[name].setEnabled(False)
        actions["try_now"].triggered.connect(self.try_now)
        actions["home"].triggered.connect(self.show_welcome)
        actions["open"].triggered.connect(self._choose_project)
        actions["new"].triggered.connect(self._choose_new_project)
        actions["show_review"].triggered.connect(self.show_review)
        actions["show_run"].triggered.connect(self.show_run)
        actions["export"].triggered.connect(self.show_export)
        actions["quit"].triggered.connect(self.close)
        self.welcome.project_chosen.connect(self.open_project)
        self.run_panel.job_requested.connect(self.submit)
        self.strip.stop_asked.connect(self.engine.stop)
        self.strip.cancel_asked.connect(self.engine.cancel)
        self.engine.job_began.connect(self._on_job_began)
        self.engine.event_arrived.connect(self._on_event)
        self.engine.job_ended.connect(self._on_job_ended)

    def _restore_geometry(self) -> None:
        self.resize(1280, 800)
        state = self.settings.geometry("window")
        if not state.isEmpty():
            self.restoreGeometry(state)

    def _save_geometry(self) -> None:
        self.settings.set_geometry("window", self.saveGeometry())


def ended_text(end: JobEnd, state: JobState) -> str:
    """What a job that ended has to say, in one line."""
    if end.outcome is Outcome.CANCELLED:
        return f"{end.job.title} cancelled; nothing of it was kept"
    ended = "stopped; what was made is kept" if end.outcome is Outcome.STOPPED else "finished"
    said = {
        "generate": f": {state.acceptance_text}" if state.assessed else "",
        "export": f": {state.summary.get('out', '')}" if state.summary.get("out") else "",
    }.get(end.job.kind, "")
    return f"{end.job.title} {ended}{said}"


def _dropped_folder(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    if len(urls) == 1 and urls[0].isLocalFile():
        folder = Path(urls[0].toLocalFile())
        return folder if folder.is_dir() else None
    return None
