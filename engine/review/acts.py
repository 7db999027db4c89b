"""Undo and redo of a reviewer's own acts: decisions and corrections in one order, bulk ones as one.

An act is what shares a group in the trail. Undo takes back the newest act of the reviewer that is
in force. Redo does again what they took back last, unless they acted anew since. Both append rows
that name the rows they concern, and never touch what another reviewer said.
"""

import sqlite3
from collections.abc import Sequence

from engine.review import standing, trail
from engine.review.trail import OLDEST_FIRST, Step, Verdict, as_verdict

# The latest step on a row of the trail: undo, redo or none.
_LATEST_STEP = """
SELECT step.{column} FROM trail AS step WHERE step.concerns = said.uuid
ORDER BY step.clock DESC, step.group_uuid DESC LIMIT 1
"""
_IN_FORCE = f"({_LATEST_STEP.format(column='what')}) IS NOT 'undo'"
_NEWEST_ACT = f"""
SELECT said.group_uuid, said.clock FROM trail AS said
WHERE said.who = :actor AND said.what IN ('decision', 'correction') AND {_IN_FORCE}
ORDER BY said.clock DESC, said.group_uuid DESC LIMIT 1
"""
_NEWEST_CLOCK = """
SELECT MAX(said.clock) FROM trail AS said
WHERE said.who = :actor AND said.what IN ('decision', 'correction')
"""
_LAST_UNDO = f"""
SELECT taken_back.group_uuid FROM trail AS taken_back
JOIN trail AS said ON said.uuid = taken_back.concerns
WHERE taken_back.who = :actor AND taken_back.what = 'undo' AND taken_back.clock > :newest
AND said.clock >= :newest_in_force AND ({_LATEST_STEP.format(column="uuid")}) = taken_back.uuid
ORDER BY taken_back.clock DESC, taken_back.group_uuid DESC LIMIT 1
"""


def undo(connection: sqlite3.Connection, actor: str) -> tuple[str, ...]:
    """Take back the reviewer's newest act that is in force; the pairs it concerns, in order."""
    act = _undoable(connection, actor)
    if act is None:
        return ()
    rows = connection.execute(
        f"SELECT * FROM trail AS said WHERE said.group_uuid = ? AND {_IN_FORCE}"
        " ORDER BY said.position",
        (act,),
    ).fetchall()
    return _append(connection, "undo", actor, rows)


def redo(connection: sqlite3.Connection, actor: str) -> tuple[str, ...]:
    """Do again what the reviewer took back last; the pairs it concerns, in order."""
    last_undo = _redoable(connection, actor)
    if last_undo is None:
        return ()
    rows = connection.execute(
        "SELECT said.* FROM trail AS taken_back JOIN trail AS said"
        f" ON said.uuid = taken_back.concerns WHERE taken_back.group_uuid = ? AND NOT {_IN_FORCE}"
        " ORDER BY said.position",
        (last_undo,),
    ).fetchall()
    return _append(connection, "redo", actor, rows)


def can_undo(connection: sqlite3.Connection, actor: str) -> bool:
    """Whether `undo` would find something."""
    return _undoable(connection, actor) is not None


def can_redo(connection: sqlite3.Connection, actor: str) -> bool:
    """Whether `redo` would find something."""
    return _redoable(connection, actor) is not None


def _undoable(connection: sqlite3.Connection, actor: str) -> str | None:
    row = connection.execute(_NEWEST_ACT, {"actor": actor}).fetchone()
    return None if row is None else row["group_uuid"]


def _redoable(connection: sqlite3.Connection, actor: str) -> str | None:
    newest = connection.execute(_NEWEST_CLOCK, {"actor": actor}).fetchone()[0]
    if newest is None:
        return None
    in_force = connection.execute(_NEWEST_ACT, {"actor": actor}).fetchone()
    row = connection.execute(
        _LAST_UNDO,
        {
            "actor": actor,
            "newest": newest,
            "newest_in_force": 0 if in_force is None else in_force["clock"],
        },
    ).fetchone()
    return None if row is None else row["group_uuid"]


def _append(
    connection: sqlite3.Connection, what: str, actor: str, rows: Sequence[sqlite3.Row]
) -> tuple[str, ...]:
    """Append an undo or redo of these rows of the trail."""
    steps = []
    for row in rows:
        said, other = as_verdict(row["to_verdict"]), _said_otherwise(connection, row)
        before, after = (said, other) if what == "undo" else (other, said)
        steps.append(Step(what, row["identifier"], before, after, concerns=row["uuid"]))
    trail.append(connection, actor, steps)
    identifiers = tuple(step.identifier for step in steps)
    standing.refresh(connection, identifiers)
    return identifiers


def _said_otherwise(connection: sqlite3.Connection, said: sqlite3.Row) -> Verdict | None:
    """What the reviewer says on the pair when this row's act is taken back."""
    rows = connection.execute(
        f"SELECT * FROM trail WHERE identifier = ? AND who = ? ORDER BY {OLDEST_FIRST}",
        (said["identifier"], said["who"]),
    )
    others = (row for row in rows if row["group_uuid"] != said["group_uuid"])
    newest = standing.newest_in_force(others).get((said["what"], said["who"]))
    return None if newest is None else as_verdict(newest["to_verdict"])
