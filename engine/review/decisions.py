"""Decisions on pairs, as rows of the append-only trail.

Every change names the decision that is *in force* after it. A decision puts itself in force, an
undo puts back what it had replaced, a redo puts it in force again; nothing is ever removed, and
what stands for a pair is read off its latest row. Undo and redo belong to one reviewer, and never
touch a pair on which somebody else has decided since.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from engine.errors import ProjectError


class Verdict(StrEnum):
    """What a gate or a reviewer says about a pair."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class TrailEntry:
    """One row of the audit trail.

    when: UTC, ISO 8601. who: ``gate:<policy>`` or a reviewer. what: ``verdict`` (the gate's),
    ``decision``, ``undo``, ``redo`` or ``export``. from_verdict, to_verdict: the reviewer's
    decision before and after, None for none; for a gate's verdict, `to_verdict` is that. group:
    what was done in one act shares it.
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


@dataclass(frozen=True)
class _Change:
    """A step on one pair: the decision in force after it, and the verdicts around it."""

    identifier: str
    in_force: str | None
    from_verdict: str | None
    to_verdict: str | None


def now() -> str:
    """UTC as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def record(
    connection: sqlite3.Connection,
    what: str,
    who: str,
    identifiers: Iterable[str],
    to_verdict: Verdict | None = None,
    why: str = "",
) -> str:
    """Append rows that decide nothing (a gate's verdict, an export).

    Returns:
        The group that the rows share.
    """
    group = str(uuid4())
    connection.executemany(
        "INSERT INTO trail (uuid, at, who, what, identifier, to_verdict, why, group_uuid)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (str(uuid4()), now(), who, what, identifier, to_verdict, why, group)
            for identifier in identifiers
        ],
    )
    return group


def decide(
    connection: sqlite3.Connection,
    identifiers: Iterable[str],
    verdict: Verdict | None,
    actor: str,
    why: str,
) -> str:
    """Append one decision per pair; None takes the reviewer's decision back.

    A pair on which this says nothing new gets no row.

    Returns:
        The group that the decisions share.

    Raises:
        ProjectError: no such pair.
    """
    group = str(uuid4())
    for identifier in dict.fromkeys(identifiers):
        stands = connection.execute(
            "SELECT in_force, decision, decided_by, decided_why FROM standing WHERE identifier = ?",
            (identifier,),
        ).fetchone()
        if stands is None:
            raise ProjectError(f"the project has no pair '{identifier}'")
        said = (stands["decision"], stands["decided_by"], stands["decided_why"])
        if said == (verdict, actor, why) or (verdict is None and stands["decision"] is None):
            continue
        uuid = str(uuid4())
        change = _Change(identifier, uuid, stands["decision"], verdict)
        _append(connection, "decision", actor, change, uuid, why, group, group, stands["in_force"])
    return group


def undo(connection: sqlite3.Connection, actor: str) -> tuple[str, ...]:
    """Take back the latest act of `actor` that still stands; identifiers changed, in order."""
    return _step(connection, "undo", actor, _undoable(connection, actor))


def redo(connection: sqlite3.Connection, actor: str) -> tuple[str, ...]:
    """Do again what `actor` took back last, unless a decision came after; identifiers changed."""
    return _step(connection, "redo", actor, _redoable(connection, actor))


def can_undo(connection: sqlite3.Connection, actor: str) -> bool:
    """Whether `undo` would change something."""
    return _undoable(connection, actor) is not None


def can_redo(connection: sqlite3.Connection, actor: str) -> bool:
    """Whether `redo` would change something."""
    return _redoable(connection, actor) is not None


def read_trail(connection: sqlite3.Connection, identifier: str | None) -> list[TrailEntry]:
    """The trail of one pair, or of all, oldest first."""
    only = "" if identifier is None else "WHERE identifier = :identifier"
    rows = connection.execute(
        f"SELECT * FROM trail {only} ORDER BY position", {"identifier": identifier}
    )
    return [
        TrailEntry(
            uuid=row["uuid"],
            when=row["at"],
            who=row["who"],
            what=row["what"],
            identifier=row["identifier"],
            from_verdict=as_verdict(row["from_verdict"]),
            to_verdict=as_verdict(row["to_verdict"]),
            why=row["why"],
            group=row["group_uuid"],
        )
        for row in rows
    ]


def as_verdict(text: str | None) -> Verdict | None:
    """The verdict a column holds."""
    return None if text is None else Verdict(text)


_Act = tuple[str, list[_Change]]


def _undoable(connection: sqlite3.Connection, actor: str) -> _Act | None:
    for act in _acts(connection, actor):
        if act["what"] == "undo":
            continue
        rows = connection.execute(
            "SELECT done.identifier, done.replaces, standing.decision, earlier.to_verdict"
            " FROM trail AS done JOIN standing ON standing.identifier = done.identifier"
            " LEFT JOIN trail AS earlier ON earlier.uuid = done.replaces"
            " WHERE done.decision_group = ? AND done.what = 'decision'"
            " AND standing.in_force = done.uuid ORDER BY done.position",
            (act["decision_group"],),
        )
        changes = [_Change(*row) for row in rows]
        if changes:
            return act["decision_group"], changes
    return None


def _redoable(connection: sqlite3.Connection, actor: str) -> _Act | None:
    latest_decision = connection.execute(
        "SELECT COALESCE(MAX(position), 0) FROM trail WHERE who = ? AND what = 'decision'", (actor,)
    ).fetchone()[0]
    for act in _acts(connection, actor):
        if act["what"] != "undo" or act["latest"] < latest_decision:
            continue
        rows = connection.execute(
            "SELECT done.identifier, done.uuid, standing.decision, done.to_verdict"
            " FROM trail AS done JOIN standing ON standing.identifier = done.identifier"
            " WHERE done.decision_group = ? AND done.what = 'decision'"
            " AND standing.in_force IS done.replaces ORDER BY done.position",
            (act["decision_group"],),
        )
        changes = [_Change(*row) for row in rows]
        if changes:
            return act["decision_group"], changes
    return None


def _acts(connection: sqlite3.Connection, actor: str) -> Iterable[sqlite3.Row]:
    """The reviewer's acts, each with what became of it last, the latest first."""
    return connection.execute(
        "SELECT decision_group, what, MAX(position) AS latest FROM trail"
        " WHERE who = ? AND what IN ('decision', 'undo', 'redo')"
        " GROUP BY decision_group ORDER BY latest DESC",
        (actor,),
    ).fetchall()


def _step(
    connection: sqlite3.Connection, what: str, actor: str, act: _Act | None
) -> tuple[str, ...]:
    if act is None:
        return ()
    decision_group, changes = act
    group = str(uuid4())
    for change in changes:
        _append(connection, what, actor, change, str(uuid4()), "", group, decision_group, None)
    return tuple(change.identifier for change in changes)


def _append(
    connection: sqlite3.Connection,
    what: str,
    who: str,
    change: _Change,
    uuid: str,
    why: str,
    group: str,
    decision_group: str,
    replaces: str | None,
) -> None:
    connection.execute(
        "INSERT INTO trail (uuid, at, who, what, identifier, from_verdict, to_verdict, why,"
        " group_uuid, decision_group, in_force, replaces)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            uuid,
            now(),
            who,
            what,
            change.identifier,
            change.from_verdict,
            change.to_verdict,
            why,
            group,
            decision_group,
            change.in_force,
            replaces,
        ),
    )
