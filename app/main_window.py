"""The main window: it opens projects, hands jobs to the engine and their events to its pages."""

from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import jobs, prompts
from app.actions import Actions
from app.banner import Banner
from app.beginnings import Beginnings
from app.closing import Closing
from app.engine_thread import EngineThread, Job
from app.exact_checks import ExactChecks
from app.exporting import Exporting
from app.first_look import why_no_first_look
from app.habits import Habits
from app.header import Header
from app.icons import icon
from app.job_control import JobControl
from app.job_strip import JobStrip
from app.open_project import OpenProject
from app.project_door import ProjectDoor, dropped_folder
from app.review_page import ReviewPage
from app.run_panel import RunPanel
from app.settings import WindowSettings
from app.studies import Studies
from app.welcome import WelcomePage
from engine.review.project import ReviewProject


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
        self._closing = Closing(self, self.engine, ask_to_close)
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
        self.opened = OpenProject(
            self._pages, self.actions_by_name, self.settings, self.exact_checks, self
        )
        self.beginnings = Beginnings(self.opened)
        self.exporting = Exporting(self.opened, self.settings, self)
        self.studies = Studies(self, self._pages, self.actions_by_name, self.settings, self.engine)
        self._lay_out()
        self._connect()
        self._restore_geometry()
        self.show_welcome()

    @property
    def project(self) -> ReviewProject | None:
        """The project that is open."""
        return self.opened.project

    @property
    def review(self) -> ReviewPage | None:
        """The page that shows it."""
        return self.opened.review

    def open_project(self, folder: Path) -> bool:
        """Open a project and show it; a mistake is told in the banner."""
        return self.beginnings.open_project(folder)

    def start_project(self, folder: Path) -> bool:
        """Start a project in a new or empty folder and show it."""
        return self.beginnings.start_project(folder)

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

    @Slot()
    def close_unasked(self) -> None:
        """Close, whatever runs: nobody may be there to be asked."""
        self._closing.close_unasked()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._closing.close())

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
            self.beginnings.take_folder(folder)

    @Slot()
    def _end(self) -> None:
        """Everything has stopped: let go of files and take the scene apart while Qt still lives."""
        self.opened.close()
        self.exact_checks.close()
        self.habits.let_go()
        self.run_panel.let_go()
        self.ended.emit()

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name == "pause_at_undecided":
            self.run_panel.generate_form.follow_settings()
        if self.project is not None and name in ("reviewer", "hide_others"):
            self.opened.settings_changed()
            self.studies.settings_changed()

    @Slot()
    def _on_opened(self) -> None:
        project = self.project
        if project is None:
            return
        self.studies.open(project)
        self.run_panel.generate_form.set_project(project.folder)
        self.header.show_project(project.folder)
        self.setWindowTitle(f"{project.folder.name} · Ossa")
        self.actions_by_name.enable(("show_review", "export"), True)
        self.banner.hide()
        for text in project.notices:
            self.banner.say(text)
        self.show_review()

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
        actions["try_now"].triggered.connect(self.beginnings.try_now)
        actions["home"].triggered.connect(self.show_welcome)
        actions["show_review"].triggered.connect(self.show_review)
        actions["show_run"].triggered.connect(self.show_run)
        actions["export"].triggered.connect(self.exporting.show)
        actions["quit"].triggered.connect(self.close)
        self._closing.begun.connect(self._save_geometry)
        self._closing.ended.connect(self._end)
        self.opened.shown.connect(self._on_opened)
        self.opened.closing.connect(self.studies.close)
        self.opened.failed.connect(self.complain)
        self.opened.said.connect(self.banner.say)
        self.beginnings.said.connect(self.banner.say)
        for part in (self.beginnings, self.exporting):
            part.failed.connect(self.complain)
            part.job_requested.connect(self.submit)
        self.door.open_asked.connect(self.beginnings.open_project)
        self.door.start_asked.connect(self.beginnings.start_project)
        self.habits.setting_changed.connect(self._on_setting_changed)
        studies = self.studies
        studies.page_asked.connect(self._show)
        studies.job_requested.connect(self.submit)
        studies.judged_anew.connect(self.opened.reread_all)
        studies.failed.connect(self.complain)
        studies.said.connect(self.banner.say)
        control = self.job_control
        control.said.connect(self.banner.say)
        control.failed.connect(self.complain)
        control.pairs_arrived.connect(self.opened.append_new)
        control.expecting_changed.connect(self.opened.set_expecting)
        control.ended.connect(self.opened.follow_end)

    def _restore_geometry(self) -> None:
        self.resize(1280, 800)
        state = self.settings.geometry("window")
        if not state.isEmpty():
            self.restoreGeometry(state)

    def _save_geometry(self) -> None:
        self.settings.set_geometry("window", self.saveGeometry())
