"""The pairs' rows in the database. Functions on a connection; `ReviewProject` is their door."""

import json
import sqlite3
from uuid import uuid4

from engine.assess.assessment import Assessment
from engine.assess.copy_risk import CopyLevel
from engine.review import decisions
from engine.review.decisions import Verdict, as_verdict
from engine.review.records import Counts, Origin, PairRow, settings_text

# SQLite looks into the assessment, so that a list of pairs need not decode every one.
COLUMNS = "*, json_extract(assessment, '$.copy_risk.level') AS copy_level"


def identifier_of(connection: sqlite3.Connection, origin: Origin) -> str | None:
    """The pair made from `origin`, None when there is none."""
    row = connection.execute(
        "SELECT identifier FROM pair"
        " WHERE weights_hash = ? AND seed = ? AND settings = ? AND sample = ?",
        (origin.weights_hash, str(origin.seed), settings_text(origin.settings), origin.index),
    ).fetchone()
    return None if row is None else row["identifier"]


def new_identifier(connection: sqlite3.Connection) -> str:
    """An identifier that cannot be taken for a patient's, and is not in use."""
    while True:
        identifier = f"synthetic-{uuid4().hex[:12]}"
        if not is_stored(connection, identifier):
            return identifier


def is_stored(connection: sqlite3.Connection, identifier: str) -> bool:
    """Whether the pair has a row."""
    row = connection.execute("SELECT 1 FROM pair WHERE identifier = ?", (identifier,)).fetchone()
    return row is not None


def insert(
    connection: sqlite3.Connection, identifier: str, assessment: Assessment, origin: Origin
) -> None:
    """Append the pair and, to the trail, the gate's verdict."""
    connection.execute(
        "INSERT INTO pair (identifier, created, weights_hash, seed, sample, settings, policy,"
        " accepted, reason_codes, assessment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            identifier,
            decisions.now(),
            origin.weights_hash,
            str(origin.seed),
            origin.index,
            settings_text(origin.settings),
            assessment.policy,
            int(assessment.accepted),
            json.dumps([reason.code for reason in assessment.reasons]),
            assessment.to_json(),
        ),
    )
    decisions.record(
        connection,
        "verdict",
        f"gate:{assessment.policy}",
        [identifier],
        Verdict.ACCEPT if assessment.accepted else Verdict.REJECT,
        "; ".join(reason.text for reason in assessment.reasons),
    )


def as_pair_row(row: sqlite3.Row) -> PairRow:
    """A row of the view ``standing`` with `COLUMNS`."""
    decision = as_verdict(row["decision"])
    return PairRow(
        identifier=row["identifier"],
        ordinal=row["ordinal"],
        created=row["created"],
        accepted_by_gate=bool(row["accepted"]),
        policy=row["policy"],
        reason_codes=tuple(json.loads(row["reason_codes"])),
        decision=decision,
        decided_by=row["decided_by"] if decision else None,
        decided_at=row["decided_at"] if decision else None,
        decided_why=row["decided_why"] or "" if decision else "",
        copy_level=CopyLevel(row["copy_level"]) if row["copy_level"] else None,
    )


def as_origin(row: sqlite3.Row) -> Origin:
    """The origin in a row of the table ``pair``."""
    return Origin(row["weights_hash"], int(row["seed"]), row["sample"], json.loads(row["settings"]))


def rows_since(connection: sqlite3.Connection, ordinal: int) -> list[PairRow]:
    """The pairs added after the one with that ordinal, in order."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM standing WHERE ordinal > ? ORDER BY ordinal", (ordinal,)
    )
    return [as_pair_row(row) for row in rows]


def sampled_indices(
    connection: sqlite3.Connection, weights_hash: str, seed: int, settings: dict
) -> set[int]:
    """Which samples of (weights, seed, settings) there are."""
    rows = connection.execute(
        "SELECT sample FROM pair WHERE weights_hash = ? AND seed = ? AND settings = ?",
        (weights_hash, str(seed), settings_text(settings)),
    )
    return {row["sample"] for row in rows}


def counts(connection: sqlite3.Connection) -> Counts:
    """How many pairs there are, and what they count as."""
    total, accepted, decided, overridden = connection.execute(
        "SELECT COUNT(*), COALESCE(SUM(COALESCE(decision = 'accept', accepted)), 0),"
        " COUNT(decision), COALESCE(SUM((decision = 'accept') <> accepted), 0) FROM standing"
    ).fetchone()
    return Counts(total, accepted, total - accepted, decided, overridden)


def write_held_out(
    connection: sqlite3.Connection, weights_hash: str, distances: list[float]
) -> None:
    """Keep the distances of real radiographs that were held out, under the weights' hash."""
    connection.execute(
        "INSERT OR REPLACE INTO project VALUES (?, ?)",
        (f"held-out:{weights_hash}", json.dumps(distances)),
    )


def read_held_out(connection: sqlite3.Connection, weights_hash: str) -> list[float]:
    """What `write_held_out` kept, nothing when there is none."""
    row = connection.execute(
        "SELECT value FROM project WHERE key = ?", (f"held-out:{weights_hash}",)
    ).fetchone()
    return [] if row is None else json.loads(row["value"])
