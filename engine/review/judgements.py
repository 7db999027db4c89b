"""What the gate says about pairs and about corrected landmarks, beside the trail's rows."""

import json
import math
import sqlite3
from collections.abc import Mapping
from uuid import uuid4

import numpy as np

from engine.assess.assessment import Assessment
from engine.assess.suspicion import shape_distance, suspicion
from engine.errors import ProjectError
from engine.review import standing, trail
from engine.review.trail import Step, Verdict


def verdict_of(assessment: Assessment) -> Verdict:
    """The gate's word as a verdict."""
    return Verdict.ACCEPT if assessment.accepted else Verdict.REJECT


def insert_judgement(
    connection: sqlite3.Connection,
    uuid: str,
    assessment: Assessment,
    landmarks: np.ndarray | None = None,
) -> None:
    """Append an assessment to the row `uuid` of the trail, with the figures that lists show.

    landmarks: (L, 2), those that a reviewer moved; None for the gate's own.
    """
    risk = assessment.copy_risk
    connection.execute(
        "INSERT INTO judgement (uuid, policy, accepted, reason_codes, copy_level, shape_distance,"
        " suspicion, landmarks, assessment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            uuid,
            assessment.policy,
            int(assessment.accepted),
            json.dumps([reason.code for reason in assessment.reasons]),
            None if risk is None else risk.level,
            _finite(shape_distance(assessment)),
            _finite(suspicion(assessment)),
            None if landmarks is None else _positions_text(landmarks),
            assessment.to_json(),
        ),
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _positions_text(landmarks: np.ndarray) -> str:
    return json.dumps([[_finite(value) for value in point] for point in landmarks])


def read_positions(text: str) -> np.ndarray:
    """(L, 2) positions from the column ``landmarks``, NaN for none."""
    return np.array(json.loads(text), dtype=np.float64).reshape(-1, 2)


def record_first(connection: sqlite3.Connection, identifier: str, assessment: Assessment) -> None:
    """Append the gate's first verdict on a pair."""
    uuid, why = str(uuid4()), "; ".join(reason.text for reason in assessment.reasons)
    step = Step("verdict", identifier, None, verdict_of(assessment), why, uuid=uuid)
    trail.append(connection, f"gate:{assessment.policy}", [step])
    insert_judgement(connection, uuid, assessment)
    standing.refresh(connection, [identifier])


def reassess(
    connection: sqlite3.Connection, judgements: Mapping[str, Assessment], actor: str, why: str
) -> str:
    """Append new verdicts of the gate; a pair on which the gate says the same gets no row.

    Returns:
        The group that the rows share.

    Raises:
        ProjectError: no such pair.
    """
    steps = []
    for identifier, assessment in judgements.items():
        held = newest(connection, identifier)
        if held is None:
            raise ProjectError(f"the project has no pair '{identifier}'")
        if held["assessment"] == assessment.to_json():
            continue
        before = Verdict.ACCEPT if held["accepted"] else Verdict.REJECT
        after, uuid = verdict_of(assessment), str(uuid4())
        steps.append(Step("reassessment", identifier, before, after, why, uuid=uuid))
    group = trail.append(connection, actor, steps)
    for step in steps:
        insert_judgement(connection, step.uuid, judgements[step.identifier])
    standing.refresh(connection, [step.identifier for step in steps])
    return group


def lacking_landmarks(connection: sqlite3.Connection) -> frozenset[str]:
    """Pairs that lack a landmark, of those that a reviewer accepts against the gate or corrected.

    The gate accepts none that lacks one and the others stay behind anyway, so only these few
    assessments need be looked into.
    """
    rows = connection.execute(
        "SELECT identifier FROM standing"
        " JOIN judgement ON judgement.uuid = COALESCE(standing.correction, standing.judgement)"
        " WHERE (standing.correction IS NOT NULL OR standing.decisions LIKE '%\"accept\"%')"
        " AND json_extract(judgement.assessment, '$.landmarks') LIKE '%null%'"
    )
    return frozenset(row["identifier"] for row in rows)


def newest(connection: sqlite3.Connection, identifier: str) -> sqlite3.Row | None:
    """The gate's newest judgement on a pair (not one on corrected landmarks)."""
    return connection.execute(
        "SELECT judgement.* FROM standing JOIN judgement ON judgement.uuid = standing.judgement"
        " WHERE standing.identifier = ?",
        (identifier,),
    ).fetchone()
