"""Bring the file of an older Ossa to the format of this one, in one transaction.

Format 1 had one chain of decisions per pair for all reviewers, and the gate's verdict in the row of
the pair. Format 2 gives every reviewer a chain of their own. Rows keep their uuids and order, and
what is new in them follows from the old ones alone, so two copies that were brought over separately
can still be joined.
"""

import sqlite3
from collections import defaultdict
from pathlib import Path

from engine.assess.assessment import Assessment
from engine.errors import ProjectError
from engine.review import judgements, project_log, schema, standing
from engine.review.database import check_version, transaction
from engine.review.trail import microseconds

_TRAIL_1 = """
SELECT done.*, concerned.uuid AS concerns FROM trail_1 AS done
LEFT JOIN trail_1 AS concerned ON concerned.what = 'decision' AND done.what IN ('undo', 'redo')
AND concerned.decision_group = done.decision_group AND concerned.identifier = done.identifier
ORDER BY done.position
"""


def migrate(connection: sqlite3.Connection, folder: Path) -> tuple[str, ...]:
    """Bring the database over, unless another program just did.

    Returns:
        What the user should know, one line each.

    Raises:
        ProjectError: the project may not be written; it stays as it is.
    """
    connection.execute("PRAGMA foreign_keys = OFF")  # tables are replaced below, and checked after
    try:
        with transaction(connection):
            if check_version(connection, folder) == schema.SCHEMA_VERSION:
                return ()
            return _from_1_to_2(connection, folder)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
            raise
        raise ProjectError(
            f"{folder} is of an older format and read-only: copy the project to where you may "
            "write, and open the copy"
        ) from error
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _from_1_to_2(connection: sqlite3.Connection, folder: Path) -> tuple[str, ...]:
    counted = dict(connection.execute("SELECT identifier, decision FROM standing").fetchall())
    _set_aside(connection)
    facts = connection.execute("SELECT key, value FROM project_1").fetchall()
    schema.create_schema(connection, dict(facts))
    connection.execute(
        "INSERT INTO pair SELECT ordinal, identifier, created, weights_hash, seed, sample, settings"
        " FROM pair_1"
    )
    _copy_trail(connection)
    _copy_verdicts(connection)
    for table in ("trail_1", "pair_1", "project_1"):
        connection.execute(f"DROP TABLE {table}")
    project_log.append(connection, "ossa", "migration", "format 1 to 2")
    standing.refresh_all(connection)
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise ProjectError(f"{folder} is damaged: rows of its trail name others that are missing")
    notices = [f"{folder} was brought to format 2: an older Ossa can no longer open it"]
    rows = connection.execute("SELECT identifier, decision FROM standing").fetchall()
    others = sum(row["decision"] != counted[row["identifier"]] for row in rows)
    if others:
        pairs = "1 pair" if others == 1 else f"{others} pairs"
        notices.append(
            f"{folder}: on {pairs} a decision counts again that another reviewer had taken back, "
            "because one now takes back only one's own"
        )
    return tuple(notices)


def _set_aside(connection: sqlite3.Connection) -> None:
    """Rename the old tables, and drop all that hangs on them."""
    hanging = connection.execute(
        "SELECT type, name FROM sqlite_schema"
        " WHERE type IN ('view', 'trigger', 'index') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name in sorted(hanging, key=lambda one: one["type"] != "view"):
        connection.execute(f'DROP {kind} "{name}"')
    for table in ("trail", "pair", "project"):
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_1")
    connection.execute("CREATE INDEX decided_1 ON trail_1 (decision_group, identifier)")


def _copy_trail(connection: sqlite3.Connection) -> None:
    clock, group = 0, None
    reviewers: dict[str, set[str]] = defaultdict(set)
    rows = []
    for row in connection.execute(_TRAIL_1):
        if row["group_uuid"] != group:
            group, clock = row["group_uuid"], max(clock + 1, microseconds(row["at"]))
        independent = None
        if row["what"] == "decision":
            deciding = reviewers[row["identifier"]]
            deciding.add(row["who"])
            independent = len(deciding) == 1
        names = ("at", "who", "what", "identifier", "from_verdict", "to_verdict", "why")
        told = [row[name] for name in names]
        rows.append(
            (row["position"], row["uuid"], clock, *told, group, row["concerns"], independent)
        )
    connection.executemany(f"INSERT INTO trail VALUES ({', '.join('?' * 13)})", rows)


def _copy_verdicts(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT verdict.uuid, pair_1.assessment FROM pair_1 JOIN trail AS verdict"
        " ON verdict.identifier = pair_1.identifier AND verdict.what = 'verdict'"
        " ORDER BY pair_1.ordinal"
    )
    for uuid, assessment in rows:
        judgements.insert_judgement(connection, uuid, Assessment.from_json(assessment))
