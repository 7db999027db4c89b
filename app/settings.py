"""What the window remembers between starts: its place, recent projects, the reviewer's name."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from engine.jobs.reviewer import reviewer_name

_RECENT = "recent_projects"
_RECENT_COUNT = 8


class WindowSettings:
    """A thin, typed face of `QSettings`."""

    def __init__(self) -> None:
        self._store = QSettings("Ossa", "Ossa")

    @property
    def reviewer(self) -> str:
        """Whose decisions these are: the name in the settings, else the login name."""
        name = str(self._store.value("reviewer", "") or "").strip()
        return name or reviewer_name()

    def recent_projects(self) -> list[Path]:
        """Projects opened before that still exist, newest first."""
        stored = self._store.value(_RECENT, [])
        names = stored if isinstance(stored, list) else [stored]
        return [Path(name) for name in names if isinstance(name, str) and Path(name).is_dir()]

    def remember_project(self, folder: Path) -> None:
        """Put a project at the head of the recent ones."""
        folder = folder.resolve()
        others = [path for path in self.recent_projects() if path != folder]
        self._store.setValue(_RECENT, [str(path) for path in [folder, *others][:_RECENT_COUNT]])

    def text(self, name: str, default: str = "") -> str:
        """A remembered line of a form."""
        return str(self._store.value(f"form/{name}", default) or "")

    def set_text(self, name: str, value: str) -> None:
        """Remember a line of a form."""
        self._store.setValue(f"form/{name}", value)

    def geometry(self, name: str) -> QByteArray:
        """A remembered window or splitter state, empty when there is none."""
        stored = self._store.value(f"geometry/{name}")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_geometry(self, name: str, state: QByteArray) -> None:
        """Remember a window or splitter state."""
        self._store.setValue(f"geometry/{name}", state)
