"""Which project to open: asked for with the system's dialogs, or picked among the recent ones."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.recent_projects import RecentProjects
from app.settings import WindowSettings
from app.widgets import choose_folder


class ProjectDoor(QObject):
    """Sends `open_asked` for a project that exists, `start_asked` for one that is to be made."""

    open_asked = Signal(object)
    start_asked = Signal(object)

    def __init__(
        self, window: QWidget, actions: Actions, settings: WindowSettings, recent: RecentProjects
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._recent = recent
        actions["open"].triggered.connect(self._choose)
        actions["new"].triggered.connect(self._choose_new)
        recent.chosen.connect(self.open_asked)
        recent.removed.connect(self._forget)

    def show_recent(self) -> None:
        """Bring the list of recent projects up to date."""
        self._recent.show_folders(self._settings.recent_projects())

    @Slot()
    def _choose(self) -> None:
        folder = choose_folder(self._window, "Open a review project", self._last_place())
        if folder is not None:
            self.open_asked.emit(folder)

    @Slot()
    def _choose_new(self) -> None:
        place = self._last_place()
        folder = choose_folder(self._window, "Start a review project", place, new=True)
        if folder is not None:
            self.start_asked.emit(folder)

    @Slot(object)
    def _forget(self, folder: Path) -> None:
        self._settings.forget_project(folder)
        self.show_recent()

    def _last_place(self) -> Path | None:
        recent = self._settings.recent_projects()
        return recent[0].parent if recent else None


def dropped_folder(event: QDropEvent) -> Path | None:
    """The one folder that is being dropped, None for anything else."""
    urls = event.mimeData().urls()
    if len(urls) == 1 and urls[0].isLocalFile():
        folder = Path(urls[0].toLocalFile())
        return folder if folder.is_dir() else None
    return None
