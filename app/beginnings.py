"""Ways to begin: a project, a folder of something else, or a first look without a question."""

from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.dropped import import_folder, import_job
from app.first_look import first_look_folder, first_look_job
from app.open_project import OpenProject
from engine.jobs.recognising import FolderKind, not_recognised, recognise
from engine.review.project import ReviewProject


class Beginnings(QObject):
    """Opens what is asked for. job_requested: a `Job` that fills it; failed, said: one line."""

    job_requested = Signal(object)
    failed = Signal(str)
    said = Signal(str)

    def __init__(self, opened: OpenProject) -> None:
        super().__init__(opened)
        self._opened = opened

    @Slot(object)
    def open_project(self, folder: Path) -> bool:
        """Open a project and show it; a mistake is told."""
        return self._opened.use(ReviewProject.open, folder)

    @Slot(object)
    def start_project(self, folder: Path) -> bool:
        """Start a project in a new or empty folder and show it."""
        return self._opened.use(ReviewProject.create, folder)

    def take_folder(self, folder: Path) -> None:
        """Open a project; judge radiographs or another generator's pairs in a project of theirs."""
        kind = recognise(folder)
        if kind is FolderKind.PROJECT:
            self.open_project(folder)
        elif kind is FolderKind.UNKNOWN:
            self.failed.emit(str(not_recognised(folder)))
        else:
            place = import_folder(folder)
            job = import_job(folder, place, self._opened.project)
            if self._opened.use(ReviewProject.open_or_create, place):
                self.said.emit(f"{folder.name} is judged in a project of its own, {place}")
                self.job_requested.emit(job)

    @Slot()
    def try_now(self) -> None:
        """Show the built-in generator's hands in a project of today's, without a question."""
        folder = first_look_folder(date.today())
        if self._opened.use(ReviewProject.open_or_create, folder):
            self.said.emit(f"This first look is kept in {folder}")
            self.job_requested.emit(first_look_job(folder))
