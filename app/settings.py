"""What the window remembers between starts: its settings, its place, recent projects, keys."""

import json
import math
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from app.settings_schema import Value, setting
from engine.jobs.reviewer import reviewer_name

_RECENT = "recent_projects"
_RECENT_COUNT = 8
_FULL_RANGE = (2.0, 0.0)


class WindowSettings:
    """A typed face of `QSettings`; what cannot be read counts as not set."""

    def __init__(self) -> None:
        self._store = QSettings("Ossa", "Ossa")

    @property
    def file(self) -> str:
        """Where the settings are kept."""
        return self._store.fileName()

    def value(self, name: str) -> Value:
        """A setting of the schema."""
        return setting(name).value_of(self._store.value(name))

    def set_value(self, name: str, value: Value) -> None:
        """Keep a setting of the schema."""
        text = str(value).lower() if isinstance(value, bool) else str(value).strip()
        self._store.setValue(setting(name).name, text)

    @property
    def reviewer(self) -> str:
        """Whose decisions these are: the name in the settings, else the login name."""
        return str(self.value("reviewer")) or reviewer_name()

    @reviewer.setter
    def reviewer(self, name: str) -> None:
        self.set_value("reviewer", name)

    @property
    def reviewer_known(self) -> bool:
        """Whether somebody has said who reviews here."""
        return bool(self.value("reviewer"))

    @property
    def theme(self) -> str:
        """``dark``, ``light`` or ``system``."""
        return str(self.value("theme"))

    @property
    def hide_others(self) -> bool:
        """Whether other reviewers' decisions are hidden until there is an own."""
        return bool(self.value("hide_others"))

    @property
    def pause_at_undecided(self) -> int:
        """At how many undecided pairs generation pauses, 0 for never."""
        return int(self.value("pause_at_undecided"))

    @property
    def window_level(self) -> tuple[float, float]:
        """Width and centre of the grey window in image units (-1 … 1), as last used."""
        try:
            width, centre = (float(part) for part in self.text("window_level").split())
        except ValueError:
            return _FULL_RANGE
        usable = math.isfinite(width) and math.isfinite(centre) and width > 0
        return (width, centre) if usable else _FULL_RANGE

    @window_level.setter
    def window_level(self, window: tuple[float, float]) -> None:
        self.set_text("window_level", f"{window[0]:.6g} {window[1]:.6g}")

    @property
    def shortcuts(self) -> dict[str, tuple[str, ...]]:
        """The keys of the actions whose keys were changed; () for an action without any."""
        try:
            stored = json.loads(str(self._store.value("shortcuts") or "{}"))
        except ValueError:
            return {}
        if not isinstance(stored, dict):
            return {}
        return {
            str(name): tuple(key for key in keys if isinstance(key, str))
            for name, keys in stored.items()
            if isinstance(keys, list)
        }

    @shortcuts.setter
    def shortcuts(self, shortcuts: dict[str, tuple[str, ...]]) -> None:
        self._store.setValue("shortcuts", json.dumps({k: list(v) for k, v in shortcuts.items()}))

    def recent_projects(self) -> list[Path]:
        """Projects opened before, newest first; some may be gone since."""
        stored = self._store.value(_RECENT, [])
        names = stored if isinstance(stored, list) else [stored]
        return [Path(name) for name in names if isinstance(name, str) and name]

    def remember_project(self, folder: Path) -> None:
        """Put a project at the head of the recent ones."""
        folder = folder.resolve()
        others = [path for path in self.recent_projects() if path != folder]
        self._keep_recent([folder, *others])

    def forget_project(self, folder: Path) -> None:
        """Take a project off the recent ones; its files stay."""
        self._keep_recent([path for path in self.recent_projects() if path != folder])

    def _keep_recent(self, folders: list[Path]) -> None:
        self._store.setValue(_RECENT, [str(path) for path in folders[:_RECENT_COUNT]])

    def text(self, name: str, default: str = "") -> str:
        """A remembered line of a form."""
        return str(self._store.value(f"form/{name}", default) or "")

    def set_text(self, name: str, value: str) -> None:
        """Remember a line of a form."""
        self._store.setValue(f"form/{name}", value)

    def write_now(self) -> None:
        """Write to the disk what was set so far."""
        self._store.sync()

    def geometry(self, name: str) -> QByteArray:
        """A remembered window or splitter state, empty when there is none."""
        stored = self._store.value(f"geometry/{name}")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_geometry(self, name: str, state: QByteArray) -> None:
        """Remember a window or splitter state."""
        self._store.setValue(f"geometry/{name}", state)
