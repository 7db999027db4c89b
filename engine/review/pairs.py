"""The pairs' rows in the database. Functions on a connection; `ReviewProject` is their door."""

import json
import sqlite3
from functools import lru_cache
from uuid import uuid4

from engine.assess.assessment import Assessment
from engine.assess.copy_risk import CopyLevel
from engine.review import judgements
from engine.review.records import REAL_PREFIX, Counts, Origin, PairRow, settings_text
from engine.review.standing import read_decisions
from engine.review.trail import Verdict, as_verdict, now


def identifier_of(connection: sqlite3.Connection, origin: Origin) -> str | None:
    """The pair made from `origin`, None when there is none."""
    row = connection.execute(
        "SELECT identifier FROM pair"
        " WHERE weights_hash = ? AND seed = ? AND settings = ? AND sample = ?",
        (origin.weights_hash, str(origin.seed), settings_text(origin.settings), origin.index),
    ).fetchone()
    return None if row is None else row["identifier"]


def new_identifier(connection: sqlite3.Connection, origin: Origin) -> str:
    """An identifier that cannot be taken for a patient's, tells a real radiograph from a synthetic
    one, and is not in use."""
    prefix = REAL_PREFIX if origin.is_real else "synthetic-"
    while True:
        identifier = f"{prefix}{uuid4().hex[:12]}"
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
        "INSERT INTO pair (identifier, created, weights_hash, seed, sample, settings)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            identifier,
            now(),
            origin.weights_hash,
            str(origin.seed),
            origin.index,
            settings_text(origin.settings),
        ),
    )
    judgements.record_first(connection, identifier, assessment)


def as_pair_row(row: sqlite3.Row) -> PairRow:
    """A row of the table ``standing``."""
    copy_level, corrected = row["copy_level"], row["corrected_verdict"]
    return PairRow(
        identifier=row["identifier"],
        ordinal=row["ordinal"],
        created=row["created"],
        accepted_by_gate=bool(row["accepted"]),
        policy=row["policy"],
        reason_codes=_codes(row["reason_codes"]),
        decision=as_verdict(row["decision"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        decided_why=row["decided_why"],
        copy_level=None if copy_level is None else CopyLevel(copy_level),
        decisions=read_decisions(row["decisions"]),
        corrected_verdict=None if corrected is None else Verdict(corrected),
        corrected_by=row["corrected_by"],
        note=row["note"],
        note_by=row["note_by"],
        shape_distance=row["shape_distance"],
        suspicion=row["suspicion"],
    )


@lru_cache(maxsize=4096)
def _codes(text: str) -> tuple[str, ...]:
    """Thousands of pairs share a few lists of reasons."""
    return tuple(json.loads(text))


def as_origin(row: sqlite3.Row) -> Origin:
    """The origin in a row of the table ``pair``."""
    return Origin(row["weights_hash"], int(row["seed"]), row["sample"], json.loads(row["settings"]))


def rows_since(connection: sqlite3.Connection, ordinal: int) -> list[PairRow]:
    """The pairs added after the one with that ordinal, in order."""
    rows = connection.execute(
        "SELECT * FROM standing WHERE ordinal > ? ORDER BY ordinal", (ordinal,)
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
    groups = connection.execute(
        "SELECT accepted = 1 AS gate, COALESCE(decision, corrected_verdict) AS said,"
        " decision IS NOT NULL AS decided, COUNT(*) AS pairs FROM standing"
        " GROUP BY accepted, corrected_verdict, decision"
    ).fetchall()
    total = sum(group["pairs"] for group in groups)
    accepted = decided = overridden = 0
    for group in groups:
        said = group["gate"] if group["said"] is None else group["said"] == Verdict.ACCEPT
        accepted += group["pairs"] * said
        decided += group["pairs"] * group["decided"]
        overridden += group["pairs"] * (group["decided"] and said != group["gate"])
    return Counts(total, accepted, total - accepted, decided, overridden)


def undecided(connection: sqlite3.Connection) -> int:
    """How many pairs no reviewer has decided on."""
    row = connection.execute(
        "SELECT (SELECT COUNT(*) FROM pair)"
        " - (SELECT COUNT(*) FROM standing WHERE decisions <> '[]') AS left"
    ).fetchone()
    return int(row["left"])


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
