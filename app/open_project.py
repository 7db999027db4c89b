"""The project that is open: its files, its review page, and what brings the page up to date."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QStackedWidget

from app.actions import Actions
from app.exact_checks import ExactChecks
from app.job_state import JobState
from app.review_page import ReviewPage
from app.settings import WindowSettings
from engine.errors import OssaError
from engine.review.project import ReviewProject


class OpenProject(QObject):
    """One project at a time; project and review are None while none is open.

    shown: a project has been opened; closing: it is about to be closed; failed, said: one line.
    """

    shown = Signal()
    closing = Signal()
    failed = Signal(str)
    said = Signal(str)

    def __init__(
        self,
        pages: QStackedWidget,
        actions: Actions,
        settings: WindowSettings,
        checks: ExactChecks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._pages, self._actions, self._settings = pages, actions, settings
        self._checks = checks
        self.project: ReviewProject | None = None
        self.review: ReviewPage | None = None

    def use(self, get: Callable[[Path], ReviewProject], folder: Path) -> bool:
        """Open the project that `get` makes of a folder; a mistake is told."""
        try:
            project = get(folder)
        except OssaError as error:
            self.failed.emit(str(error))
            return False
        self.close()
        self.project = project
        self.review = ReviewPage(project, self._actions, self._settings, self._checks)
        self.review.failed.connect(self.failed)
        self.review.said.connect(self.said)
        state = self._settings.geometry("splitter")
        if not state.isEmpty():
            self.review.splitter.restoreState(state)
        self._pages.addWidget(self.review)
        self._settings.remember_project(project.folder)
        self.shown.emit()
        return True

    def close(self) -> None:
        """Take the page away and let go of the files."""
        if self.review is not None:
            self._settings.set_geometry("splitter", self.review.splitter.saveState())
            self.review.leave()
            self._pages.removeWidget(self.review)
            self.review.deleteLater()
            self.review = None
        self.closing.emit()
        if self.project is not None:
            self.project.close()
            self.project = None

    @Slot()
    def append_new(self) -> None:
        """Pairs have joined the project."""
        if self.review is not None:
            self.review.append_new()

    @Slot()
    def reread_all(self) -> None:
        """Many pairs have changed."""
        if self.review is not None:
            self.review.reread_all()

    @Slot(bool)
    def set_expecting(self, expecting: bool) -> None:
        """Whether pairs are being made."""
        if self.review is not None:
            self.review.set_expecting(expecting)

    @Slot(object)
    def follow_end(self, state: JobState) -> None:
        """An export may have brought another rule of counting."""
        if state.job.kind == "export":
            self.reread_all()

    def settings_changed(self) -> None:
        """Another reviewer may look now, or others may be hidden."""
        if self.review is not None:
            self.review.settings_changed()
