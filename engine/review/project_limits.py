"""The limits that a project judges by where they are others than its prior's and its anatomy's.

They come with a re-assessment, whose rows in the trail say who asked for which; whatever is judged
in the project afterwards is judged by them. When they were chosen is kept by the trail's clock, so
that of two copies of a project the later choice holds in both.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.anatomy import Anatomy
from engine.assess.policy_limits import with_limits
from engine.assess.prior import Prior
from engine.review.trail import next_clock

if TYPE_CHECKING:
    from engine.review.judged import JudgedProject

_LIMITS, _CHOSEN = "limits:", "limits-clock:"  # keys of the project's facts, before the policy


def write_limits(connection: sqlite3.Connection, policy: str, limits: Mapping[str, float]) -> None:
    """Keep the limits of a policy, in place of earlier ones."""
    earlier, _ = _chosen(connection, "main").get(policy, (0, ""))
    clock = max(next_clock(connection), earlier + 1)
    _keep(connection, policy, clock, json.dumps({**limits}))


def read_limits(connection: sqlite3.Connection, policy: str) -> dict[str, float]:
    """What `write_limits` kept, nothing where there is none."""
    row = connection.execute(
        "SELECT value FROM project WHERE key = ?", (_LIMITS + policy,)
    ).fetchone()
    return {} if row is None else json.loads(row["value"])


def judged_by(project: "JudgedProject", policy: str, prior: Prior) -> tuple[Prior, Anatomy]:
    """Prior and anatomy by which a project judges under a policy, with its own limits.

    Raises:
        OssaError: no such policy, a prior without what it needs, or a project that cannot be read.
    """
    return with_limits(policy, prior, project.anatomy, project.limits(policy))


def join_limits(connection: sqlite3.Connection) -> list[str]:
    """Take over limits that were chosen later in the database attached as ``other``.

    Returns:
        The policies that the project judges by other limits under from now on.
    """
    ours, theirs = _chosen(connection, "main"), _chosen(connection, "other")
    changed = []
    for policy, (clock, value) in theirs.items():
        here = ours.get(policy, (-1, "{}"))
        if (clock, value) > here:
            _keep(connection, policy, clock, value)
            if json.loads(value) != json.loads(here[1]):
                changed.append(policy)
    return changed


def _keep(connection: sqlite3.Connection, policy: str, clock: int, value: str) -> None:
    facts = {_LIMITS + policy: value, _CHOSEN + policy: str(clock)}
    connection.executemany("INSERT OR REPLACE INTO main.project VALUES (?, ?)", facts.items())


def _chosen(connection: sqlite3.Connection, schema: str) -> dict[str, tuple[int, str]]:
    """By policy: the clock when its limits were chosen (0 where an older Ossa kept them), and the
    limits as JSON."""
    facts = dict(
        connection.execute(
            f"SELECT key, value FROM {schema}.project WHERE key LIKE 'limits%'"
        ).fetchall()
    )
    return {
        key.removeprefix(_LIMITS): (int(facts.get(_CHOSEN + key.removeprefix(_LIMITS), 0)), value)
        for key, value in facts.items()
        if key.startswith(_LIMITS)
    }
