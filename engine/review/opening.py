"""How a project is started, opened and closed."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from engine.anatomy import Anatomy, load_anatomy
from engine.errors import ProjectError
from engine.files import replace_file
from engine.review import migration, planes, prior_file, shares
from engine.review.database import (
    BUSY_SECONDS,
    DATABASE_NAME,
    check_version,
    choose_journal,
    connect,
    is_blank,
    told_in_one_line,
    transaction,
)
from engine.review.schema import SCHEMA_VERSION, create_schema
from engine.review.trail import now

PAIRS = "pairs"
_ANATOMY_FILE = "anatomy.toml"
_OWN_NAMES = (PAIRS, _ANATOMY_FILE, shares.LOCK_NAME)
_SWEEP_AGE = 600.0  # seconds; see `planes.sweep_orphans`


@dataclass(frozen=True)
class OpenProject:
    """An open project folder: its database connection, anatomy and lines for the user."""

    folder: Path
    connection: sqlite3.Connection
    network_share: bool
    anatomy: Anatomy
    notices: tuple[str, ...]


def open_folder(folder: Path) -> OpenProject:
    """Open a project, and sweep what a process that died has left of its last pair.

    Raises:
        ProjectError: not a project, damaged, from a newer Ossa, read-only or in use.
    """
    if not folder.is_dir():
        raise ProjectError(f"{folder} is not a review project: there is no such folder")
    if not (folder / DATABASE_NAME).is_file():
        raise ProjectError(f"{folder} is not a review project: it has no {DATABASE_NAME}")
    return _open(folder, anatomy_name=None, must_be_new=False)


def start_folder(folder: Path, anatomy_name: str, must_be_new: bool) -> OpenProject:
    """Start a project in a new or empty folder; one that is there is opened unless forbidden.

    Raises:
        ProjectError: a foreign folder, a project for another anatomy, or any trouble of `open`.
        SettingsError: no such anatomy.
    """
    wanted = load_anatomy(anatomy_name).name
    with told_in_one_line(folder):
        _check_free(folder)
        folder.mkdir(parents=True, exist_ok=True)
    opened = _open(folder, anatomy_name, must_be_new)
    if opened.anatomy.name != wanted:
        close(opened)
        raise ProjectError(
            f"{folder} is a project for anatomy '{opened.anatomy.name}', not '{wanted}': "
            "choose another folder"
        )
    return opened


def close(opened: OpenProject) -> None:
    """Close the connection and, on a network share, let others in."""
    _release(opened.folder, opened.connection, opened.network_share)


def _check_free(folder: Path) -> None:
    if folder.is_file():
        raise ProjectError(f"{folder} is a file: choose a folder for the project")
    if not folder.exists():
        return
    # One listing answers both questions: another thread may make the database between two.
    names = [path.name for path in folder.iterdir()]
    foreign = [name for name in names if name not in _OWN_NAMES]
    if foreign and DATABASE_NAME not in names:
        raise ProjectError(
            f"{folder} is not a review project and not empty (it holds {foreign[0]}): "
            "choose a new or empty folder"
        )


def _open(folder: Path, anatomy_name: str | None, must_be_new: bool) -> OpenProject:
    network_share = shares.is_network_share(folder)
    with told_in_one_line(folder):
        if network_share:
            shares.hold_alone(folder)
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(folder)
            made = anatomy_name is not None and _make(connection, folder, anatomy_name)
            if must_be_new and not made:
                raise ProjectError(
                    f"{folder} is a review project already: open it, or choose another folder"
                )
            older = check_version(connection, folder) < SCHEMA_VERSION
            notices = _journal_notices(connection, folder, network_share)
            if older:
                notices += migration.migrate(connection, folder)
            (folder / PAIRS).mkdir(exist_ok=True)
            _sweep(connection, folder)
            anatomy = _anatomy(connection, folder)
        except BaseException:
            _release(folder, connection, network_share)
            raise
    return OpenProject(folder, connection, network_share, anatomy, notices)


def _release(folder: Path, connection: sqlite3.Connection | None, network_share: bool) -> None:
    if connection is not None:
        connection.close()
    if network_share:
        shares.let_go(folder)


def _make(connection: sqlite3.Connection, folder: Path, anatomy_name: str) -> bool:
    """Fill a blank database (also one whose making was killed); whether there was need."""
    if not is_blank(connection):
        return False
    own_file = anatomy_name.endswith(".toml")
    facts = {
        "uuid": str(uuid4()),
        "created": now(),
        "anatomy": _ANATOMY_FILE if own_file else anatomy_name,
    }
    with transaction(connection):
        if not is_blank(connection):
            return False
        if own_file:
            replace_file(folder / _ANATOMY_FILE, Path(anatomy_name).read_bytes())
        create_schema(connection, facts)
    return True


def _journal_notices(
    connection: sqlite3.Connection, folder: Path, network_share: bool
) -> tuple[str, ...]:
    if choose_journal(connection, network_share):
        return ()
    if network_share:
        return (f"{folder} lies on a network share: only one program at a time can use it",)
    return (f"{folder}: this disk allows no write-ahead log, so writers wait for readers",)


def _anatomy(connection: sqlite3.Connection, folder: Path) -> Anatomy:
    row = connection.execute("SELECT value FROM project WHERE key = 'anatomy'").fetchone()
    if row is None:
        raise ProjectError(f"{folder} is not a review project: it names no anatomy")
    name = row["value"]
    return load_anatomy(str(folder / _ANATOMY_FILE) if name == _ANATOMY_FILE else name)


def _sweep(connection: sqlite3.Connection, folder: Path) -> None:
    """Remove orphans under the write lock; if another holds it, leave them to a later opening.

    The lock also shows a read-only project, which could not be reviewed.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        with transaction(connection):
            known = {row[0] for row in connection.execute("SELECT identifier FROM pair")}
            planes.sweep_orphans(folder / PAIRS, known, _SWEEP_AGE)
            prior_file.sweep(folder, _SWEEP_AGE)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
