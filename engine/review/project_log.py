"""The append-only log of what concerns a project as a whole, beside the trail of its pairs."""

import sqlite3
from dataclasses import dataclass
from uuid import uuid4

from engine.review.trail import next_clock, now


@dataclass(frozen=True)
class LogEntry:
    """One row of the log.

    what: ``counting`` (whose decision counts; value: the rule as JSON), ``merge`` (value: what was
    joined from where) or ``migration`` (value: the formats before and after).
    """

    uuid: str
    when: str
    who: str
    what: str
    value: str


def append(connection: sqlite3.Connection, who: str, what: str, value: str) -> None:
    """Append a row."""
    connection.execute(
        "INSERT INTO project_log (uuid, clock, at, who, what, value) VALUES (?, ?, ?, ?, ?, ?)",
        (str(uuid4()), next_clock(connection), now(), who, what, value),
    )


def newest(connection: sqlite3.Connection, what: str) -> str | None:
    """The value of the newest row of a kind; None where there is none."""
    row = connection.execute(
        "SELECT value FROM project_log WHERE what = ? ORDER BY clock DESC, uuid DESC LIMIT 1",
        (what,),
    ).fetchone()
    return None if row is None else row["value"]


def read_log(connection: sqlite3.Connection) -> list[LogEntry]:
    """The whole log, oldest first."""
    rows = connection.execute("SELECT * FROM project_log ORDER BY clock, uuid")
    return [LogEntry(row["uuid"], row["at"], row["who"], row["what"], row["value"]) for row in rows]
