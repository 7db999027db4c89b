"""The limits that a project judges by where they are others than its prior's and its anatomy's.

They come with a re-assessment, whose rows in the trail say who asked for which; whatever is judged
in the project afterwards is judged by them.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.anatomy import Anatomy
from engine.assess.policy_limits import with_limits
from engine.assess.prior import Prior

if TYPE_CHECKING:
    from engine.review.judged import JudgedProject


def write_limits(connection: sqlite3.Connection, policy: str, limits: Mapping[str, float]) -> None:
    """Keep the limits of a policy, in place of earlier ones."""
    connection.execute(
        "INSERT OR REPLACE INTO project VALUES (?, ?)", (f"limits:{policy}", json.dumps({**limits}))
    )


def read_limits(connection: sqlite3.Connection, policy: str) -> dict[str, float]:
    """What `write_limits` kept, nothing where there is none."""
    row = connection.execute(
        "SELECT value FROM project WHERE key = ?", (f"limits:{policy}",)
    ).fetchone()
    return {} if row is None else json.loads(row["value"])


def judged_by(project: "JudgedProject", policy: str, prior: Prior) -> tuple[Prior, Anatomy]:
    """Prior and anatomy by which a project judges under a policy, with its own limits.

    Raises:
        OssaError: no such policy, a prior without what it needs, or a project that cannot be read.
    """
    return with_limits(policy, prior, project.anatomy, project.limits(policy))
