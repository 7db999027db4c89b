"""Landmarks that reviewers moved instead of rejecting a pair. What the gate found stays on record.

A correction is a row of the trail, as a decision is: every reviewer has a chain of their own, and
undo and redo walk both. Of several reviewers' the newest stands.
"""

import sqlite3
from uuid import uuid4

import numpy as np

from engine.assess.assessment import Assessment
from engine.review import standing, trail
from engine.review.judgements import insert_judgement, read_positions, verdict_of
from engine.review.records import Correction
from engine.review.trail import OLDEST_FIRST, Step, Verdict, as_verdict


def correct(
    connection: sqlite3.Connection,
    identifier: str,
    landmarks: np.ndarray,
    assessment: Assessment,
    actor: str,
    why: str,
) -> str:
    """Append corrected landmarks (L, 2) and what the gate says about them; the act's group."""
    uuid, before = str(uuid4()), _own(connection, identifier, actor)
    step = Step("correction", identifier, before, verdict_of(assessment), why, uuid=uuid)
    group = trail.append(connection, actor, [step])
    insert_judgement(connection, uuid, assessment, landmarks)
    standing.refresh(connection, [identifier])
    return group


def uncorrect(connection: sqlite3.Connection, identifier: str, actor: str) -> str:
    """Take the reviewer's own correction back, if one stands; the act's group."""
    before = _own(connection, identifier, actor)
    steps = [] if before is None else [Step("correction", identifier, before, None)]
    group = trail.append(connection, actor, steps)
    standing.refresh(connection, [step.identifier for step in steps])
    return group


def read_correction(connection: sqlite3.Connection, identifier: str) -> Correction | None:
    """The correction that stands, None where there is none."""
    row = connection.execute(
        "SELECT standing.corrected_by, standing.corrected_at, judgement.landmarks,"
        " judgement.assessment"
        " FROM standing JOIN judgement ON judgement.uuid = standing.correction"
        " WHERE standing.identifier = ?",
        (identifier,),
    ).fetchone()
    if row is None:
        return None
    return Correction(
        identifier=identifier,
        landmarks=read_positions(row["landmarks"]),
        assessment=Assessment.from_json(row["assessment"]),
        who=row["corrected_by"],
        at=row["corrected_at"],
    )


def read_own_correction(
    connection: sqlite3.Connection, identifier: str, actor: str
) -> Correction | None:
    """A reviewer's correction that stands among their own, whatever others did since."""
    row = _own_row(connection, identifier, actor)
    if row is None or row["to_verdict"] is None:
        return None
    judged = connection.execute(
        "SELECT landmarks, assessment FROM judgement WHERE uuid = ?", (row["uuid"],)
    ).fetchone()
    return Correction(
        identifier=identifier,
        landmarks=read_positions(judged["landmarks"]),
        assessment=Assessment.from_json(judged["assessment"]),
        who=actor,
        at=row["at"],
    )


def _own(connection: sqlite3.Connection, identifier: str, actor: str) -> Verdict | None:
    """What the gate says about the reviewer's own correction that stands."""
    row = _own_row(connection, identifier, actor)
    return None if row is None else as_verdict(row["to_verdict"])


def _own_row(connection: sqlite3.Connection, identifier: str, actor: str) -> sqlite3.Row | None:
    """The row of the trail in force in the reviewer's own chain of corrections."""
    rows = connection.execute(
        f"SELECT * FROM trail WHERE identifier = ? AND who = ? ORDER BY {OLDEST_FIRST}",
        (identifier, actor),
    )
    return standing.newest_in_force(rows).get(("correction", actor))
