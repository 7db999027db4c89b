"""Answers of a blinded reading: who took which picture for real or generated, and how surely."""

import sqlite3
from dataclasses import astuple, dataclass, fields

MOST_CONFIDENT = 5


@dataclass(frozen=True)
class Reading:
    """One answer.

    uuid: of this answer; session: of the series it belongs to; who: the reader; at: UTC, ISO 8601.
    item: a pair's identifier, or ``real-`` and 12 hexadecimal digits of the SHA-256 of a
    radiograph's id. is_real: what it is; said_real: what the reader said; confidence: 1 (a guess)
    to 5 (certain); seconds: time taken.

    Raises:
        ValueError: a confidence beyond its range.
    """

    uuid: str
    session: str
    who: str
    at: str
    item: str
    is_real: bool
    said_real: bool
    confidence: int
    seconds: float

    def __post_init__(self) -> None:
        if not 1 <= self.confidence <= MOST_CONFIDENT:
            raise ValueError(f"confidence is 1 to {MOST_CONFIDENT}, not {self.confidence}")


_COLUMNS = ", ".join(field.name for field in fields(Reading))


def write_reading(connection: sqlite3.Connection, reading: Reading) -> None:
    """Append an answer; one that is there already stays as it is."""
    known = connection.execute("SELECT 1 FROM reading WHERE uuid = ?", (reading.uuid,)).fetchone()
    if known is None:
        marks = ", ".join("?" for _ in fields(Reading))
        connection.execute(f"INSERT INTO reading ({_COLUMNS}) VALUES ({marks})", astuple(reading))


def read_readings(connection: sqlite3.Connection, session: str | None) -> list[Reading]:
    """The answers of one session, or of all, oldest first."""
    only = "" if session is None else "WHERE session = :session"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM reading {only} ORDER BY at, uuid", {"session": session}
    )
    return [
        Reading(
            **{**dict(row), "is_real": bool(row["is_real"]), "said_real": bool(row["said_real"])}
        )
        for row in rows
    ]
