"""What stands for a pair, as a pure function of its trail.

Every reviewer has a chain of decisions and one of corrections per pair. A row is taken back while
the latest step on it is an undo; what stands of a chain is its newest row that is not taken back.
Nothing here asks in which order the rows came into the file, so joined copies agree.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import groupby

from engine.review.counting import read_counting, what_counts
from engine.review.records import Counting, ReviewerDecision
from engine.review.trail import OLDEST_FIRST, Verdict

_TRAILS = f"""
SELECT pair.ordinal, pair.created, trail.*, judgement.policy, judgement.accepted,
       judgement.reason_codes, judgement.copy_level, judgement.shape_distance, judgement.suspicion
FROM trail JOIN pair USING (identifier) LEFT JOIN judgement USING (uuid)
WHERE trail.what <> 'export' AND trail.identifier IN (SELECT value FROM json_each(:identifiers))
ORDER BY trail.identifier, {", ".join(f"trail.{name}" for name in OLDEST_FIRST.split(", "))}
"""
_REPLACE = f"INSERT OR REPLACE INTO standing VALUES ({', '.join('?' * 21)})"


def refresh(connection: sqlite3.Connection, identifiers: Iterable[str]) -> None:
    """Bring what stands for these pairs up to date with the trail."""
    counting = read_counting(connection)
    rows = connection.execute(_TRAILS, {"identifiers": json.dumps(list(identifiers))})
    trails = groupby(rows, key=lambda row: row["ordinal"])
    connection.executemany(_REPLACE, [_stands(list(rows), counting) for _, rows in trails])


def refresh_decided(connection: sqlite3.Connection) -> None:
    """Bring up to date every pair with a decision, because another rule says what counts."""
    rows = connection.execute("SELECT identifier FROM standing WHERE decisions <> '[]'").fetchall()
    refresh(connection, [row["identifier"] for row in rows])


def refresh_all(connection: sqlite3.Connection) -> None:
    """Make the table again, from nothing but the trail."""
    connection.execute("DELETE FROM standing")
    rows = connection.execute("SELECT identifier FROM pair").fetchall()
    refresh(connection, [row["identifier"] for row in rows])


def decisions_on(
    connection: sqlite3.Connection, identifiers: Sequence[str]
) -> dict[str, tuple[ReviewerDecision, ...]]:
    """The decisions that stand, by pair; pairs that there are not have no entry."""
    rows = connection.execute(
        "SELECT identifier, decisions FROM standing"
        " WHERE identifier IN (SELECT value FROM json_each(?))",
        (json.dumps(identifiers),),
    )
    return {row["identifier"]: read_decisions(row["decisions"]) for row in rows}


def read_decisions(text: str) -> tuple[ReviewerDecision, ...]:
    """The column ``decisions``."""
    if text == "[]":
        return ()
    return tuple(
        ReviewerDecision(who, Verdict(verdict), at, why, independent)
        for who, verdict, at, why, independent in json.loads(text)
    )


def reviewers(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Everyone with a decision that stands, by name."""
    rows = connection.execute("SELECT decisions FROM standing WHERE decisions <> '[]'")
    return tuple(sorted({one.who for row in rows for one in read_decisions(row["decisions"])}))


def newest_in_force(rows: Iterable[sqlite3.Row]) -> dict[tuple[str, str], sqlite3.Row]:
    """Of every chain its newest row that is not taken back.

    Args:
        rows: of the trail of one pair, oldest first.

    Returns:
        By (``decision`` or ``correction``, who), the chains in the order of those rows.
    """
    said: dict[str, sqlite3.Row] = {}
    taken_back: set[str] = set()
    for row in rows:
        if row["what"] in ("decision", "correction"):
            said[row["uuid"]] = row
        elif row["what"] == "undo":
            taken_back.add(row["concerns"])
        elif row["what"] == "redo":
            taken_back.discard(row["concerns"])
    newest: dict[tuple[str, str], sqlite3.Row] = {}
    for uuid, row in said.items():
        if uuid not in taken_back:
            newest.pop((row["what"], row["who"]), None)
            newest[row["what"], row["who"]] = row
    return newest


def _stands(rows: list[sqlite3.Row], counting: Counting) -> tuple:
    """The row of the table ``standing`` for the trail of one pair."""
    judged = [row for row in rows if row["what"] in ("verdict", "reassessment")][-1]
    noted = [row for row in rows if row["what"] == "note"]
    in_force = newest_in_force(rows).values()
    # A row without a verdict takes its reviewer's own word back.
    said = [row for row in in_force if row["to_verdict"] is not None]
    corrections = [row for row in said if row["what"] == "correction"]
    correction = corrections[-1] if corrections else None
    decisions = [_decision(row) for row in said if row["what"] == "decision"]
    counted = what_counts(decisions, counting)
    return (
        judged["ordinal"],
        judged["identifier"],
        judged["created"],
        judged["uuid"],
        judged["policy"],
        judged["accepted"],
        judged["reason_codes"],
        judged["copy_level"],
        judged["shape_distance"],
        judged["suspicion"],
        counted.verdict if counted else None,
        counted.who if counted else None,
        counted.at if counted else None,
        counted.why if counted else "",
        json.dumps([_fields(one) for one in decisions]),
        correction["uuid"] if correction else None,
        correction["to_verdict"] if correction else None,
        correction["who"] if correction else None,
        correction["at"] if correction else None,
        noted[-1]["why"] if noted else "",
        noted[-1]["who"] if noted else None,
    )


def _fields(decision: ReviewerDecision) -> list:
    """What `read_decisions` reads."""
    one = decision
    return [one.who, one.verdict, one.at, one.why, one.independent]


def _decision(row: sqlite3.Row) -> ReviewerDecision:
    return ReviewerDecision(
        row["who"], Verdict(row["to_verdict"]), row["at"], row["why"], bool(row["independent"])
    )
