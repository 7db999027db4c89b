"""The projects that were opened before, each to be opened again or taken off the list."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from app.icons import icon
from app.widgets import label, row
from engine.review.database import DATABASE_NAME

_SHOWN = 5


class RecentProjects(QWidget):
    """One row a project; one that is gone stays in the list, greyed, with the reason."""

    chosen = Signal(object)
    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RecentRow] = []
        self._title = label("RECENT PROJECTS", "section")
        self._list = QVBoxLayout(self)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(2)
        self._list.addWidget(self._title)

    def show_folders(self, folders: Sequence[Path]) -> None:
        """List these, newest first."""
        for one in self.rows:
            self._list.removeWidget(one)
            one.deleteLater()
        self.rows = [RecentRow(folder, why_gone(folder)) for folder in folders[:_SHOWN]]
        for one in self.rows:
            one.chosen.connect(self.chosen)
            one.removed.connect(self.removed)
            self._list.addWidget(one)
        self._title.setVisible(bool(self.rows))


class RecentRow(QWidget):
    """A project's name and place, and the button that forgets it."""

    chosen = Signal(object)
    removed = Signal(object)

    def __init__(self, folder: Path, gone: str) -> None:
        super().__init__()
        self.folder = folder
        self.open = QPushButton(folder.name)
        self.open.setProperty("role", "link")
        self.open.setAutoDefault(True)
        self.open.setEnabled(not gone)
        self.open.setToolTip(gone or f"Open {folder}")
        self.open.setAccessibleName(f"Open project {folder.name}")
        self.open.setAccessibleDescription(gone or str(folder.parent))
        self.open.clicked.connect(self._on_open)
        place = label(f"{folder.parent}" + (f"  ·  {gone}" if gone else ""), "muted")
        place.setEnabled(not gone)
        self.remove = QToolButton()
        self.remove.setIcon(icon("reject", "muted"))
        self.remove.setToolTip("Take this project off the list; its files stay")
        self.remove.setAccessibleName(f"Take {folder.name} off the list")
        self.remove.clicked.connect(self._on_remove)
        self.setLayout(row(self.open, place, None, self.remove, spacing=12))

    @Slot()
    def _on_open(self) -> None:
        self.chosen.emit(self.folder)

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit(self.folder)


def why_gone(folder: Path) -> str:
    """Why a project cannot be opened again; empty when it can."""
    if not folder.is_dir():
        return "the folder is not there any more"
    if not (folder / DATABASE_NAME).is_file():
        return "there is no review project in it any more"
    return ""
