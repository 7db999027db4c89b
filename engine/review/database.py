"""The project's SQLite file: connection, version, transactions, and its errors in one line."""

import errno
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import ProjectError
from engine.review.schema import APPLICATION_ID, SCHEMA_VERSION

DATABASE_NAME = "review.sqlite"
BUSY_SECONDS = 10.0
_RETRY_SECONDS = 0.02


def connect(folder: Path) -> sqlite3.Connection:
    """A connection to the project's database, which is made when missing. May cross threads."""
    connection = sqlite3.connect(
        folder / DATABASE_NAME,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def choose_journal(connection: sqlite3.Connection, network_share: bool) -> bool:
    """Write-ahead log, or a rollback journal on a network share.

    Returns:
        Whether the write-ahead log is in use (a file system may refuse it).
    """
    wanted = "delete" if network_share else "wal"
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode == wanted:
            return mode == "wal"
        try:
            mode = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0]
            return mode == "wal"
        except sqlite3.OperationalError as error:
            # SQLite does not wait by itself to change the journal while others have it open.
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(_RETRY_SECONDS)


def is_blank(connection: sqlite3.Connection) -> bool:
    """Whether the database holds nothing at all yet."""
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]
    return tables == 0 and _pragma(connection, "application_id") in (0, APPLICATION_ID)


def check_version(connection: sqlite3.Connection, folder: Path) -> int:
    """Make sure that this is a project of a version that this Ossa knows.

    Returns:
        The version, which may be an older one.

    Raises:
        ProjectError: something else, or from a newer Ossa.
    """
    if is_blank(connection):
        raise ProjectError(f"{folder} is not a review project: {DATABASE_NAME} is empty")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise ProjectError(
            f"{folder} is not a review project: {DATABASE_NAME} was not made by Ossa"
        )
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise ProjectError(
            f"{folder} was written by a newer Ossa (format {version}, this one knows "
            f"{SCHEMA_VERSION}): update Ossa to open it"
        )
    return version


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, as the database's only writer."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def told_in_one_line(folder: Path) -> Iterator[None]:
    """Turn what the disk and SQLite say into a `ProjectError`; bugs of ours pass through."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise ProjectError(f"{folder}{_database_trouble(error)}") from error
    except OSError as error:
        raise ProjectError(f"{folder}{disk_trouble(error)}") from error


def _database_trouble(error: sqlite3.DatabaseError) -> str:
    primary_code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    known = {
        sqlite3.SQLITE_NOTADB: f" is not a review project: {DATABASE_NAME} is no SQLite file",
        sqlite3.SQLITE_CORRUPT: f": {DATABASE_NAME} is damaged, restore it from a backup",
        sqlite3.SQLITE_READONLY: " is read-only: copy the project to where you may write",
        sqlite3.SQLITE_CANTOPEN: f": {DATABASE_NAME} cannot be opened, check the folder's rights",
        sqlite3.SQLITE_PERM: f": {DATABASE_NAME} cannot be opened, check the folder's rights",
        sqlite3.SQLITE_FULL: ": the disk is full, make room and try again",
        sqlite3.SQLITE_BUSY: f" is busy: another program kept it locked for {BUSY_SECONDS:.0f} s",
        sqlite3.SQLITE_LOCKED: " is busy: another part of Ossa keeps it locked",
    }
    return known.get(primary_code, f": {DATABASE_NAME} cannot be read or written ({error})")


def disk_trouble(error: OSError) -> str:
    """What went wrong and what to do, to follow the name of a folder."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ": the disk is full, make room and try again"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return " is read-only: choose a folder where you may write"
    return f" cannot be read or written: {error.strerror or error}"
