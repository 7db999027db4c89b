"""The append-only audit trail: one row for every verdict, decision, correction, note and export.

Rows of two copies of a project can be joined, so what came first is told by a clock that works
across copies: it follows the wall clock, and never runs behind a row that the project already
holds (a hybrid logical clock, Kulkarni et al. 2014). All rows of one act share a reading of it; a
reason that joins the act later has its own.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

# What came first, in every copy of the project alike.
OLDEST_FIRST = "clock, group_uuid, position"


class Verdict(StrEnum):
    """What a gate or a reviewer says about a pair."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class TrailEntry:
    """One row of the audit trail.

    when: UTC, ISO 8601. who: ``gate:<policy>`` or a reviewer. what: ``verdict`` (the gate's first),
    ``reassessment`` (the gate's, asked for by a reviewer), ``decision``, ``correction``, ``undo``,
    ``redo``, ``note`` or ``export``. from_verdict, to_verdict: what the reviewer said before and
    after, None for nothing; for a correction what the gate says about the reviewer's landmarks; for
    a verdict or reassessment what the gate said. why: the text of a note, too. group: what was done
    in one act shares it. concerns: for an undo or redo, the uuid of the row it takes back or does
    again. independent: for a decision, whether it was made without sight of another's.
    """

    uuid: str
    when: str
    who: str
    what: str
    identifier: str
    from_verdict: Verdict | None
    to_verdict: Verdict | None
    why: str
    group: str
    concerns: str | None = None
    independent: bool | None = None


@dataclass(frozen=True)
class Step:
    """One row to append: what happens to one pair in an act."""

    what: str
    identifier: str
    from_verdict: Verdict | None = None
    to_verdict: Verdict | None = None
    why: str = ""
    concerns: str | None = None
    independent: bool | None = None
    uuid: str = ""


def now() -> str:
    """UTC as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def microseconds(at: str) -> int:
    """A moment in ISO 8601 as microseconds since 1970."""
    moment = datetime.fromisoformat(at)
    return round(moment.timestamp() * 1_000_000)


def next_clock(connection: sqlite3.Connection) -> int:
    """A reading of the clock for a new act: now, but later than anything in the project."""
    latest = connection.execute(
        "SELECT MAX(COALESCE((SELECT MAX(clock) FROM trail), 0),"
        " COALESCE((SELECT MAX(clock) FROM project_log), 0))"
    ).fetchone()[0]
    return max(microseconds(now()), latest + 1)


def append(
    connection: sqlite3.Connection, who: str, steps: Iterable[Step], group: str | None = None
) -> str:
    """Append the rows of one act; `group` is that of an act which they add to.

    Returns:
        The group that the rows share.
    """
    group = group or str(uuid4())
    clock, at = next_clock(connection), now()
    connection.executemany(
        "INSERT INTO trail (uuid, clock, at, who, what, identifier, from_verdict, to_verdict, why,"
        " group_uuid, concerns, independent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                step.uuid or str(uuid4()),
                clock,
                at,
                who,
                step.what,
                step.identifier,
                step.from_verdict,
                step.to_verdict,
                step.why,
                group,
                step.concerns,
                step.independent,
            )
            for step in steps
        ),
    )
    return group


def read_trail(connection: sqlite3.Connection, identifier: str | None) -> list[TrailEntry]:
    """The trail of one pair, or of all, oldest first."""
    only = "" if identifier is None else "WHERE identifier = :identifier"
    rows = connection.execute(
        f"SELECT * FROM trail {only} ORDER BY {OLDEST_FIRST}", {"identifier": identifier}
    )
    return [_as_entry(row) for row in rows]


def _as_entry(row: sqlite3.Row) -> TrailEntry:
    independent = row["independent"]
    return TrailEntry(
        uuid=row["uuid"],
        when=row["at"],
        who=row["who"],
        what=row["what"],
        identifier=row["identifier"],
        from_verdict=as_verdict(row["from_verdict"]),
        to_verdict=as_verdict(row["to_verdict"]),
        why=row["why"],
        group=row["group_uuid"],
        concerns=row["concerns"],
        independent=None if independent is None else bool(independent),
    )


def as_verdict(text: str | None) -> Verdict | None:
    """The verdict a column holds."""
    return None if text is None else Verdict(text)
