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
from app.dropped import import_folder, import_job
from app.engine_thread import EngineThread, Job
from app.exact_checks import ExactChecks
from app.export_dialog import ExportDialog
from app.first_look import first_look_folder, first_look_job, why_no_first_look
from app.habits import Habits
from app.header import Header
from app.icons import icon
from app.job_control import JobControl
from app.job_state import JobState
from app.job_strip import JobStrip
from app.project_door import ProjectDoor, dropped_folder
from app.review_page import ReviewPage
from app.run_panel import RunPanel
from app.settings import WindowSettings
from app.studies import Studies
from app.welcome import WelcomePage
from engine.errors import OssaError
from engine.jobs.recognising import FolderKind, not_recognised, recognise
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
        self.actions_by_name = Actions(self, self.settings.shortcuts)
        self.actions_by_name["try_now"].setEnabled(not why_no_first_look())
        self.engine = EngineThread(self)
        self.exact_checks = ExactChecks(self)
        self.project: ReviewProject | None = None
        self.review: ReviewPage | None = None
        self.export_dialog: ExportDialog | None = None
        self._ask_to_close = ask_to_close
        self._closing = self._agreed = False
        self.header = Header(self.actions_by_name)
        self.strip = JobStrip(self.actions_by_name["pause"])
        self.banner = Banner()
        self.habits = Habits(self, self.actions_by_name, self.settings)
        self.welcome = WelcomePage(self.actions_by_name)
        self.door = ProjectDoor(self, self.actions_by_name, self.settings, self.welcome.recent)
        self.run_panel = RunPanel(self.settings)
        self.job_control = JobControl(
            self.engine, self.actions_by_name, self.strip, self.run_panel, self
        )
        self._pages = QStackedWidget()
        self.studies = Studies(self, self._pages, self.actions_by_name, self.settings, self.engine)
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

    def take_folder(self, folder: Path) -> None:
        """Open a project; judge radiographs or another generator's pairs in a project of theirs."""
        kind = recognise(folder)
        if kind is FolderKind.PROJECT:
            self.open_project(folder)
        elif kind is FolderKind.UNKNOWN:
            self.complain(str(not_recognised(folder)))
        else:
            place = import_folder(folder)
            job = import_job(folder, place, self.project)
            if self._use_project(ReviewProject.open_or_create, place):
                self.banner.say(f"{folder.name} is judged in a project of its own, {place}")
                self.submit(job)

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
        self.door.show_recent()
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
        if self._pages.currentWidget() is self.welcome:
            self.run_panel.show_form("train")
        self._show(self.run_panel)
        self.job_control.find_devices()

    @Slot(object)
    def submit(self, job: Job) -> None:
        """Give a job to the engine."""
        self.job_control.submit(job)

    @Slot(str)
    def complain(self, text: str, details: str = "") -> None:
        """Tell the user what went wrong."""
        self.banner.complain(text, details)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closing or not self._may_close():
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
        if dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = dropped_folder(event)
        if folder is not None:
            event.acceptProposedAction()
            self.take_folder(folder)

    def _may_close(self) -> bool:
        job = self.engine.current
        if job is not None and not self._agreed:
            self._ask_to_close(self, job.title, self._agree)
        return job is None or self._agreed

    def _agree(self) -> None:
        self._agreed = True
        self.close()

    @Slot()
    def _end(self) -> None:
        """Everything has stopped: let go of files and take the scene apart while Qt still lives."""
        self._close_project()
        self.exact_checks.close()
        self.habits.let_go()
        self.run_panel.let_go()
        self.ended.emit()

    def _use_project(self, get: Any, folder: Path) -> bool:
        try:
            project = get(folder)
        except OssaError as error:
            self.complain(str(error))
            return False
        self._close_project()
        self.project = project
        self.review = ReviewPage(project, self.actions_by_name, self.settings, self.exact_checks)
        self.review.failed.connect(self.complain)
        self.review.said.connect(self.banner.say)
        self.review.counts_changed.connect(self._on_counts_changed)
        state = self.settings.geometry("splitter")
        if not state.isEmpty():
            self.review.splitter.restoreState(state)
        self._pages.addWidget(self.review)
        self.studies.open(project)
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
        self.studies.close()
        if self.project is not None:
            self.project.close()
            self.project = None

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if self.review is not None and name in ("reviewer", "hide_others"):
            self.review.settings_changed()
            self.studies.settings_changed()

    @Slot()
    def show_export(self) -> None:
        """Open the export dialog for the project."""
        if self.project is None:
            return
        try:
            dialog = ExportDialog(self.project, self.settings.reviewer, self.settings, self)
        except OssaError as error:
            self.complain(str(error))
            return
        self.export_dialog = dialog
        self.export_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.export_dialog.job_requested.connect(self.submit)
        self.export_dialog.open()

    @Slot()
    def _on_counts_changed(self) -> None:
        self.actions_by_name["export"].setEnabled(self.project is not None)

    @Slot()
    def _on_pairs_arrived(self) -> None:
        if self.review is not None:
            self.review.append_new()

    @Slot(bool)
    def _on_expecting_changed(self, expecting: bool) -> None:
        if self.review is not None:
            self.review.set_expecting(expecting)

    @Slot(object)
    def _on_job_ended(self, state: JobState) -> None:
        if self.review is not None and state.job.kind == "export":
            self.review.reread_all()  # another rule of counting may have come with it

    @Slot()
    def _on_judged_anew(self) -> None:
        if self.review is not None:
            self.review.reread_all()

    @Slot(object)
    def _show(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self.header.show_page(
            {self.welcome: "home", self.run_panel: "show_run"}.get(page)
            or self.studies.name_of(page)
            or "show_review"
        )
        if self.review is not None:
            self.review.set_active(page is self.review)

    def _lay_out(self) -> None:
        centre = QWidget()
        centre.setObjectName("page")
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.header, self.habits.crash_offer, self.strip, self.banner):
            layout.addWidget(part)
        layout.addWidget(self._pages, 1)
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.run_panel)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        actions = self.actions_by_name
        for action in actions:
            self.addAction(action)
        actions["try_now"].triggered.connect(self.try_now)
        actions["home"].triggered.connect(self.show_welcome)
        actions["show_review"].triggered.connect(self.show_review)
        actions["show_run"].triggered.connect(self.show_run)
        actions["export"].triggered.connect(self.show_export)
        actions["quit"].triggered.connect(self.close)
        self.door.open_asked.connect(self.open_project)
        self.door.start_asked.connect(self.start_project)
        self.habits.setting_changed.connect(self._on_setting_changed)
        studies = self.studies
        studies.page_asked.connect(self._show)
        studies.job_requested.connect(self.submit)
        studies.judged_anew.connect(self._on_judged_anew)
        studies.failed.connect(self.complain)
        studies.said.connect(self.banner.say)
        control = self.job_control
        control.said.connect(self.banner.say)
        control.failed.connect(self.complain)
        control.pairs_arrived.connect(self._on_pairs_arrived)
        control.expecting_changed.connect(self._on_expecting_changed)
        control.ended.connect(self._on_job_ended)

    def _restore_geometry(self) -> None:
        self.resize(1280, 800)
        state = self.settings.geometry("window")
        if not state.isEmpty():
            self.restoreGeometry(state)

    def _save_geometry(self) -> None:
        self.settings.set_geometry("window", self.saveGeometry())
