"""An open project folder: how it is started, opened, read, written and closed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from engine.anatomy import Anatomy
from engine.errors import ProjectError
from engine.review import opening
from engine.review.database import told_in_one_line, transaction


class OpenedProject:
    """What every door of a review project needs: its folder, its connection and its lock.

    folder: where it lies; anatomy: its landmark set; notices: lines the user should read.
    Every method raises `ProjectError` when the disk or the database fails.
    """

    def __init__(self, opened: opening.OpenProject) -> None:
        """Use `create`, `open` or `open_or_create`."""
        self.folder: Path = opened.folder
        self.anatomy: Anatomy = opened.anatomy
        self.notices: tuple[str, ...] = opened.notices
        self._opened = opened
        self._connection = opened.connection
        self._planes = opened.folder / opening.PAIRS
        self._lock = RLock()
        self._closed = False

    @classmethod
    def create(cls, folder: str | Path, anatomy_name: str = "hand") -> Self:
        """Start a project in a new or empty folder.

        Raises:
            ProjectError: there is a project or something else already, or no place to write.
            SettingsError: no such anatomy.
        """
        return cls(opening.start_folder(Path(folder), anatomy_name, must_be_new=True))

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open a project, and sweep what a process that died has left of its last pair. One of an
        older Ossa is brought to this one's format first.

        Raises:
            ProjectError: not a project, damaged, from a newer Ossa, read-only or in use.
        """
        return cls(opening.open_folder(Path(folder)))

    @classmethod
    def open_or_create(cls, folder: str | Path, anatomy_name: str = "hand") -> Self:
        """Open the project in `folder`, or start one there.

        Raises:
            ProjectError: as `open` and `create`, or a project for another anatomy.
            SettingsError: no such anatomy.
        """
        return cls(opening.start_folder(Path(folder), anatomy_name, must_be_new=False))

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                opening.close(self._opened)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told_in_one_line(self.folder):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection, transaction(connection):
            yield connection

    def _one(self, table: str, identifier: str) -> sqlite3.Row:
        """The row of a pair in ``pair`` or ``standing``.

        Raises:
            ProjectError: no such pair.
        """
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT * FROM {table} WHERE identifier = ?", (identifier,)
            ).fetchone()
        if row is None:
            raise ProjectError(f"{self.folder} has no pair '{identifier}'")
        return row
