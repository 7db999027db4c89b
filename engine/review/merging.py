"""Join two copies of a project: pairs with their pictures, trail, blinded readings, kept limits and
the project's log.

Rows are joined by their uuid, so joining again changes nothing. What stands is a function of the
trail that does not ask in which order rows came into a file, so it is the same whichever copy is
joined into the other, and everyone can go on undoing their own acts in either.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ProjectError
from engine.files import replace_file
from engine.review import (
    counting,
    opening,
    planes,
    prior_file,
    project_limits,
    project_log,
    readings,
    series,
    standing,
)
from engine.review.database import DATABASE_NAME, told_in_one_line, transaction
from engine.review.opening import PAIRS, OpenProject

_SAME_ORIGIN = (
    "ours.weights_hash = theirs.weights_hash AND ours.seed = theirs.seed"
    " AND ours.settings = theirs.settings AND ours.sample = theirs.sample"
)
_NEW_PAIRS = f"""
SELECT theirs.identifier FROM other.pair AS theirs
WHERE NOT EXISTS (SELECT 1 FROM main.pair AS ours WHERE {_SAME_ORIGIN})
ORDER BY theirs.ordinal
"""
_TAKEN_IDENTIFIERS = f"""
SELECT theirs.identifier FROM other.pair AS theirs
JOIN main.pair AS ours USING (identifier) WHERE NOT ({_SAME_ORIGIN})
"""
_PAIR_COLUMNS = "identifier, created, weights_hash, seed, sample, settings"
_JOIN_PAIRS = f"""
INSERT INTO main.pair ({_PAIR_COLUMNS})
SELECT {_PAIR_COLUMNS} FROM other.pair AS theirs
WHERE NOT EXISTS (SELECT 1 FROM main.pair AS ours WHERE {_SAME_ORIGIN})
ORDER BY theirs.ordinal
"""
_SAME_PAIR = f"""
CREATE TEMP TABLE same_pair AS
SELECT theirs.identifier AS there, ours.identifier AS here
FROM other.pair AS theirs JOIN main.pair AS ours ON {_SAME_ORIGIN}
"""
_NEW_ROW = """
CREATE TEMP TABLE new_row AS
SELECT theirs.uuid, same_pair.here FROM other.trail AS theirs
JOIN temp.same_pair ON same_pair.there = theirs.identifier
WHERE theirs.uuid NOT IN (SELECT uuid FROM main.trail)
"""
_TRAIL_COLUMNS = (
    "uuid, clock, at, who, what, from_verdict, to_verdict, why, group_uuid, concerns, independent"
)
_JOIN_TRAIL = f"""
INSERT INTO main.trail (identifier, {_TRAIL_COLUMNS})
SELECT here, {_TRAIL_COLUMNS} FROM temp.new_row JOIN other.trail USING (uuid) ORDER BY position
"""
_READING_COLUMNS = "uuid, session, who, at, is_real, said_real, confidence, seconds"
_JOIN_READINGS = f"""
INSERT INTO main.reading (item, {_READING_COLUMNS})
SELECT COALESCE(here, item), {_READING_COLUMNS}
FROM other.reading LEFT JOIN temp.same_pair ON there = item
WHERE uuid NOT IN (SELECT uuid FROM main.reading) ORDER BY position
"""
_COLUMNS = {
    "judgement": "uuid, policy, accepted, reason_codes, copy_level, shape_distance, suspicion,"
    " landmarks, assessment",
    "project_log": "uuid, clock, at, who, what, value",
}


@dataclass(frozen=True)
class MergeReport:
    """How much was joined (pairs, rows of the trail, readings), and lines for the user."""

    pairs: int
    trail_rows: int
    readings: int
    notices: tuple[str, ...]


def merge_projects(into: Path, other: Path, actor: str = "") -> MergeReport:
    """Join what `other` holds into `into`; `other` stays as it is.

    A pair that both copies made from the same noise is one pair: what was said about either is
    said about it. Projects that are no copies of one another are joined likewise.

    Args:
        actor: who joins them, for the project's log.

    Raises:
        ProjectError: not two projects, of different anatomies, or with different pairs of one
            name; then nothing is joined.
    """
    if into.resolve() == other.resolve():
        raise ProjectError(f"{into} and {other} are the same folder: name two copies of a project")
    with _opened(into) as ours, _opened(other) as theirs:
        _check_anatomies(ours, theirs)
        with told_in_one_line(into), _attached(ours.connection, other):
            _bring_pictures(ours, theirs)
            try:
                with transaction(ours.connection):
                    _bring_pictures(ours, theirs)  # of pairs that came meanwhile, under the lock
                    return _join(ours, theirs, actor)
            except sqlite3.IntegrityError as error:
                raise ProjectError(
                    f"{other} does not hold together ({error}): restore it from a backup"
                ) from error


@contextmanager
def _opened(folder: Path) -> Iterator[OpenProject]:
    opened = opening.open_folder(folder)
    try:
        yield opened
    finally:
        opening.close(opened)


@contextmanager
def _attached(connection: sqlite3.Connection, other: Path) -> Iterator[None]:
    connection.execute("ATTACH DATABASE ? AS other", (str(other / DATABASE_NAME),))
    try:
        yield
    finally:
        for table in ("same_pair", "new_row"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
        connection.execute("DETACH DATABASE other")


def _check_anatomies(ours: OpenProject, theirs: OpenProject) -> None:
    if ours.anatomy.landmark_names != theirs.anatomy.landmark_names:
        raise ProjectError(
            f"{theirs.folder} is a project for anatomy '{theirs.anatomy.name}', {ours.folder} one "
            f"for '{ours.anatomy.name}': they cannot be joined"
        )


def _bring_pictures(ours: OpenProject, theirs: OpenProject) -> None:
    """Copy the planes of pairs that are new here, so that a row never comes before its pictures.

    They are young files without a row until then, which nobody sweeps.
    """
    connection = ours.connection
    taken = connection.execute(_TAKEN_IDENTIFIERS).fetchone()
    if taken is not None:
        raise ProjectError(
            f"{taken['identifier']} is one pair in {ours.folder} and another in {theirs.folder}: "
            "they cannot be joined"
        )
    for row in connection.execute(_NEW_PAIRS).fetchall():
        identifier = row["identifier"]
        if not planes.IDENTIFIER.fullmatch(identifier):
            raise ProjectError(f"{theirs.folder} holds a pair of a strange name, '{identifier}'")
        if not planes.are_there(ours.folder / PAIRS, identifier):
            encoded = planes.read_encoded(theirs.folder / PAIRS, identifier)
            planes.write_pair(ours.folder / PAIRS, identifier, encoded)


def _join(ours: OpenProject, theirs: OpenProject, actor: str) -> MergeReport:
    connection, chosen = ours.connection, counting.read_counting(ours.connection)
    pairs = connection.execute(_JOIN_PAIRS).rowcount
    connection.execute(_SAME_PAIR)
    connection.execute(_NEW_ROW)
    trail_rows = connection.execute(_JOIN_TRAIL).rowcount
    _join_table(connection, "judgement")
    _join_table(connection, "project_log")
    answers = connection.execute(_JOIN_READINGS).rowcount
    notices = [*_notices(ours, theirs), *_join_facts(ours, theirs)]
    limits = project_limits.join_limits(connection)
    notices += [
        f"{ours.folder}: the limits of policy {policy} are as chosen last, in {theirs.folder}"
        for policy in limits
    ]
    if counting.read_counting(connection) != chosen:
        notices.append(
            f"{ours.folder}: whose decision counts is as chosen last, in {theirs.folder}"
        )
        standing.refresh_decided(connection)
    concerned = connection.execute("SELECT DISTINCT here FROM temp.new_row").fetchall()
    standing.refresh(connection, [row["here"] for row in concerned])
    plans = _join_plans(ours, theirs)
    notices += _unfinished(connection, plans)
    if pairs or trail_rows or answers or limits or plans:
        value = f"{pairs} pairs, {trail_rows} rows and {answers} readings from {theirs.folder}"
        project_log.append(connection, actor, "merge", value)
    return MergeReport(pairs, trail_rows, answers, tuple(notices))


def _join_plans(ours: OpenProject, theirs: OpenProject) -> list[series.SeriesPlan]:
    """Take over the blinded readings of the other copy, also those that are not through."""
    twins = ours.connection.execute("SELECT there, here FROM temp.same_pair WHERE here <> there")
    return series.join_plans(ours.folder, theirs.folder, dict(twins.fetchall()))


def _unfinished(connection: sqlite3.Connection, plans: list[series.SeriesPlan]) -> Iterator[str]:
    """A line for each series that came and can be gone on with, and what that takes."""
    answers = readings.read_readings(connection, None)
    for plan in plans:
        if (answered := plan.answered(answers)) < len(plan.items):
            done = f"{answered} of {len(plan.items)} answered"
            line = f"an unfinished blinded reading of {plan.who} came along, {done}"
            if not Path(plan.real_data).exists():
                line += f"; to go on with it here takes its radiographs, at {plan.real_data}"
            yield line


def _join_table(connection: sqlite3.Connection, table: str) -> int:
    """Append the rows that are new here, by uuid; how many."""
    columns = _COLUMNS[table]
    return connection.execute(
        f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM other.{table}"
        f" WHERE uuid NOT IN (SELECT uuid FROM main.{table}) ORDER BY position"
    ).rowcount


def _join_facts(ours: OpenProject, theirs: OpenProject) -> Iterator[str]:
    """Take over what the copy check and the gate need and is not here; a line if priors differ."""
    ours.connection.execute(
        "INSERT OR IGNORE INTO main.project SELECT key, value FROM other.project"
        " WHERE key LIKE 'held-out:%'"
    )
    here, there = (folder / prior_file.PRIOR_NAME for folder in (ours.folder, theirs.folder))
    if not there.is_file():
        return
    if not here.is_file():
        replace_file(here, there.read_bytes())
    elif here.read_bytes() != there.read_bytes():
        yield f"{theirs.folder} was judged with another prior: {ours.folder} keeps its own"


def _notices(ours: OpenProject, theirs: OpenProject) -> Iterator[str]:
    connection = ours.connection
    origins = {
        connection.execute(f"SELECT value FROM {schema}.project WHERE key = 'uuid'").fetchone()[0]
        for schema in ("main", "other")
    }
    if len(origins) > 1:
        yield f"{theirs.folder} is no copy of {ours.folder}: its pairs are joined all the same"
    twins = connection.execute("SELECT COUNT(*) FROM temp.same_pair WHERE here <> there")
    count = twins.fetchone()[0]
    if count:
        told = "1 pair was" if count == 1 else f"{count} pairs were"
        yield f"{told} made in both from the same noise: what was said about either is joined"
