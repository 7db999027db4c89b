"""A study's folder: its finished steps, so that a killed study goes on, and what it found.

``study.json`` says which study with which settings this is; ``steps/`` holds one JSON, and where
there are arrays one ``.npz``, per finished step; tables, figures and the report lie on top. A step
is there whole or not at all.
"""

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError
from engine.events import Notice
from engine.files import replace_file
from engine.study.figures import can_draw, save_figure
from engine.study.provenance import provenance_of
from engine.study.tables import Rows, as_csv, as_markdown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMAT = "ossa-study-1"
_NOTE = "study.json"
SMOKE_NAME = "smoke"  # holds what a smoke run draws before its study can be opened


class StudyFolder:
    """The folder of one study. folder: where it lies; seed: the study's."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self._since = time.monotonic()
        self._said_no_figures = False

    @classmethod
    def open(
        cls, folder: Path, study: str, settings: Mapping[str, Any], seed: int
    ) -> "StudyFolder":
        """Start a study in a new or empty folder, or go on with the same one.

        Args:
            settings: plain data that the finished steps depend on; others are refused.

        Raises:
            DataError: the folder is foreign, holds another study, or cannot be written.
        """
        wanted = {"format": _FORMAT, "study": study, "settings": settings, "seed": seed}
        wanted = json.loads(json.dumps(wanted))
        try:
            _claim(folder, wanted)
            (folder / "steps").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"{folder} cannot be written: {error.strerror}") from error
        return cls(folder, seed)

    def is_done(self, step: str) -> bool:
        """Whether the step is finished."""
        return self._path(step, "json").is_file()

    def finish(
        self,
        step: str,
        values: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Keep a step's result; from then on it is done.

        Beside the values stand the provenance and the seconds since the step before (since this
        process began, for its first).
        """
        now = time.monotonic()
        kept = {
            "values": values,
            "provenance": provenance_of(self.seed).to_dict(),
            "seconds": round(now - self._since, 3),
        }
        self._since = now
        if arrays is not None:
            stream = io.BytesIO()
            np.savez_compressed(stream, allow_pickle=False, **arrays)
            replace_file(self._path(step, "npz"), stream.getvalue())
        replace_file(self._path(step, "json"), (json.dumps(kept, indent=1) + "\n").encode())

    def values(self, step: str) -> dict[str, Any]:
        """What `finish` kept of a finished step.

        Raises:
            DataError: its file is damaged.
        """
        return read_step(self.folder, step)

    def arrays(self, step: str) -> dict[str, np.ndarray]:
        """The arrays of a finished step, by name; nothing is unpickled.

        Raises:
            DataError: its file is damaged or missing.
        """
        path = self._path(step, "npz")
        try:
            with np.load(path, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        except Exception as error:
            # Damaged bytes surface as whatever zipfile, zlib or numpy stumble over.
            raise DataError(_damaged(path)) from error

    def write_table(self, name: str, rows: Rows) -> str:
        """Write ``<name>.csv`` and ``<name>.md``; returns the table as Markdown."""
        note, table = provenance_of(self.seed).line, as_markdown(rows)
        replace_file(self.folder / f"{name}.csv", as_csv(rows, note).encode())
        replace_file(self.folder / f"{name}.md", f"{table}\n{_foot(note)}".encode())
        return table

    def write_figure(self, name: str, draw: "Callable[[], Figure]") -> Iterator[Notice]:
        """Write ``<name>.png`` and ``<name>.svg``; without matplotlib, say once that there are no
        figures."""
        if can_draw():
            save_figure(draw(), self.folder / name, provenance_of(self.seed).line)
        elif not self._said_no_figures:
            self._said_no_figures = True
            yield Notice("Figures are left out: matplotlib is not installed")

    def write_report(self, text: str) -> None:
        """Write ``report.md``."""
        note = provenance_of(self.seed).line
        replace_file(self.folder / "report.md", f"{text.rstrip()}\n\n{_foot(note)}".encode())

    def _path(self, step: str, suffix: str) -> Path:
        return self.folder / "steps" / f"{step}.{suffix}"


def read_step(folder: Path, step: str) -> dict[str, Any]:
    """What `StudyFolder.finish` kept of a finished step, also of a study that is not open.

    Raises:
        DataError: the step is not finished, or its file is damaged.
    """
    path = folder / "steps" / f"{step}.json"
    if not path.is_file():
        raise DataError(f"{folder} is no study whose step '{step}' is finished")
    try:
        return json.loads(path.read_text(encoding="utf-8"))["values"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(_damaged(path)) from error


def _claim(folder: Path, wanted: dict[str, Any]) -> None:
    note = folder / _NOTE
    if not note.is_file():
        if folder.exists() and not _is_free(folder):
            raise DataError(f"{folder} is not empty and no study: choose a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(note, (json.dumps(wanted, indent=1) + "\n").encode())
        return
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
        differing = _differing(found, wanted)
    except (ValueError, AttributeError) as error:
        raise DataError(_damaged(note)) from error
    if differing:
        raise DataError(
            f"{folder} holds a study with another {differing[0]}: use the same settings to go on, "
            "or choose a new folder"
        )


def _is_free(folder: Path) -> bool:
    return folder.is_dir() and all(path.name == SMOKE_NAME for path in folder.iterdir())


def _differing(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What is not the same, named as a user knows it."""
    outer = [name for name in ("format", "study", "seed") if found.get(name) != wanted[name]]
    names = dict.fromkeys([*wanted["settings"], *found["settings"]])
    missing = object()
    return outer + [
        name.replace("_", " ")
        for name in names
        if found["settings"].get(name, missing) != wanted["settings"].get(name, missing)
    ]


def _damaged(path: Path) -> str:
    return f"{path} is damaged: delete it and run the study again, the other steps are kept"


def _foot(note: str) -> str:
    return f"<sub>{note}</sub>\n"
