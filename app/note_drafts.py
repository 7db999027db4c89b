"""Notes that are still being written, kept beside the settings so that no kill loses one.

A draft is no act: the trail gets the note once it is left, and the draft goes.
"""

import json
from pathlib import Path

from app.settings import WindowSettings

_KEY = "note_drafts"


class NoteDrafts:
    """The drafts of one reviewer in one project, on this machine."""

    def __init__(self, settings: WindowSettings, project: Path) -> None:
        self._settings, self._project = settings, str(project.resolve())

    def put(self, who: str, identifier: str, text: str) -> None:
        """Keep what is written so far; it is on the disk when this returns."""
        others = [one for one in self._stored() if one[:3] != [self._project, who, identifier]]
        self._store([*others, [self._project, who, identifier, text]])

    def drop(self, who: str, identifier: str) -> None:
        """The note itself is kept, or nothing of it is to be."""
        kept = [one for one in self._stored() if one[:3] != [self._project, who, identifier]]
        if len(kept) < len(self._stored()):
            self._store(kept)

    def left_by(self, who: str) -> dict[str, str]:
        """What a reviewer was writing when the window was killed, by pair."""
        return {one[2]: one[3] for one in self._stored() if one[:2] == [self._project, who]}

    def _stored(self) -> list[list[str]]:
        try:
            stored = json.loads(self._settings.text(_KEY) or "[]")
        except ValueError:
            return []
        usable = stored if isinstance(stored, list) else []
        return [one for one in usable if isinstance(one, list) and [*map(type, one)] == [str] * 4]

    def _store(self, drafts: list[list[str]]) -> None:
        self._settings.set_text(_KEY, json.dumps(drafts) if drafts else "")
        self._settings.write_now()
