"""The tables of a project's SQLite file, format 2.

The trail is append-only: triggers refuse to change, remove or replace a row, whoever asks. What
stands for a pair is a pure function of the trail, kept in the table ``standing`` so that a list of
thousands of pairs is read in one go; `engine.review.standing` makes it, and can always make it
again.
"""

import sqlite3
from collections.abc import Iterator

SCHEMA_VERSION = 2
APPLICATION_ID = 0x4F535341  # "OSSA"

_TABLES = """
CREATE TABLE project (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE project_log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    clock INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('counting', 'merge', 'migration')),
    value TEXT NOT NULL
) STRICT;
CREATE INDEX project_log_by_clock ON project_log (clock);
CREATE TABLE pair (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    identifier TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    weights_hash TEXT NOT NULL,
    seed TEXT NOT NULL,
    sample INTEGER NOT NULL,
    settings TEXT NOT NULL,
    UNIQUE (weights_hash, seed, settings, sample)
) STRICT;
CREATE TABLE trail (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    clock INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('verdict', 'reassessment', 'decision', 'correction', 'undo',
                                       'redo', 'note', 'export')),
    identifier TEXT NOT NULL REFERENCES pair (identifier),
    from_verdict TEXT CHECK (from_verdict IN ('accept', 'reject')),
    to_verdict TEXT CHECK (to_verdict IN ('accept', 'reject')),
    why TEXT NOT NULL,
    group_uuid TEXT NOT NULL,
    concerns TEXT REFERENCES trail (uuid),
    independent INTEGER CHECK (independent IN (0, 1))
) STRICT;
CREATE INDEX trail_by_clock ON trail (clock);
CREATE INDEX trail_of_pair ON trail (identifier, clock);
CREATE INDEX trail_of_group ON trail (group_uuid);
CREATE INDEX trail_of_actor ON trail (who, what, clock);
CREATE INDEX trail_said ON trail (who, clock, group_uuid)
    WHERE what IN ('decision', 'correction');
CREATE INDEX trail_concerning ON trail (concerns, clock, group_uuid, what)
    WHERE concerns IS NOT NULL;
CREATE TABLE judgement (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE REFERENCES trail (uuid),
    policy TEXT NOT NULL,
    accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    reason_codes TEXT NOT NULL,
    copy_level TEXT,
    shape_distance REAL,
    suspicion REAL,
    landmarks TEXT,
    assessment TEXT NOT NULL
) STRICT;
CREATE TABLE reading (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    who TEXT NOT NULL,
    at TEXT NOT NULL,
    item TEXT NOT NULL,
    is_real INTEGER NOT NULL CHECK (is_real IN (0, 1)),
    said_real INTEGER NOT NULL CHECK (said_real IN (0, 1)),
    confidence INTEGER NOT NULL CHECK (confidence BETWEEN 1 AND 5),
    seconds REAL NOT NULL
) STRICT;
CREATE INDEX reading_of_session ON reading (session);
CREATE TABLE standing (
    ordinal INTEGER PRIMARY KEY REFERENCES pair (ordinal),
    identifier TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    judgement TEXT NOT NULL REFERENCES judgement (uuid),
    policy TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    reason_codes TEXT NOT NULL,
    copy_level TEXT,
    shape_distance REAL,
    suspicion REAL,
    decision TEXT,
    decided_by TEXT,
    decided_at TEXT,
    decided_why TEXT NOT NULL,
    decisions TEXT NOT NULL,
    correction TEXT REFERENCES judgement (uuid),
    corrected_verdict TEXT,
    corrected_by TEXT,
    corrected_at TEXT,
    note TEXT NOT NULL,
    note_by TEXT
) STRICT;
CREATE INDEX standing_counted ON standing (accepted, corrected_verdict, decision);
CREATE INDEX standing_decided ON standing (decisions) WHERE decisions <> '[]';
"""
_APPEND_ONLY = """
CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_is_not_removed BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_is_not_replaced BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key} OR {rowid} = NEW.{rowid})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
_KEYS = {
    "pair": ("identifier", "ordinal"),
    "trail": ("uuid", "position"),
    "judgement": ("uuid", "position"),
    "reading": ("uuid", "position"),
    "project_log": ("uuid", "position"),
}


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables with their triggers, inside the caller's transaction."""
    script = _TABLES
    for table, (key, rowid) in _KEYS.items():
        script += _APPEND_ONLY.format(table=table, key=key, rowid=rowid)
    for statement in _statements(script):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def create_schema(connection: sqlite3.Connection, facts: dict[str, str]) -> None:
    """Fill a blank database, inside the caller's transaction."""
    create_tables(connection)
    connection.executemany("INSERT INTO project VALUES (?, ?)", facts.items())


def _statements(script: str) -> Iterator[str]:
    """The single statements of a script; `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
