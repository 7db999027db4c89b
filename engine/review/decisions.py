"""Decisions on pairs, as rows of the append-only trail.

Every reviewer has decisions of their own: taking one back, or undoing it, leaves the others'. Which
of several counts is the project's rule (`engine.review.counting`).
"""

import sqlite3
from collections.abc import Iterable

from engine.errors import ProjectError
from engine.review import standing, trail
from engine.review.trail import OLDEST_FIRST, Step, TrailEntry, Verdict, as_verdict, now

__all__ = ["TrailEntry", "Verdict", "decide", "give_reason", "now"]


def decide(
    connection: sqlite3.Connection,
    identifiers: Iterable[str],
    verdict: Verdict | None,
    actor: str,
    why: str,
    others_hidden: bool = False,
) -> str:
    """Append one decision per pair; None takes the reviewer's own decision back.

    A pair on which this says nothing new gets no row.

    Args:
        others_hidden: the reviewer does not see what others decide, so that this decision is
            independent of theirs; where nobody else decided on a pair it is so anyway.

    Returns:
        The group that the decisions share.

    Raises:
        ProjectError: no such pair.
    """
    wanted = list(dict.fromkeys(identifiers))
    held = standing.decisions_on(connection, wanted)
    steps = []
    for identifier in wanted:
        if identifier not in held:
            raise ProjectError(f"the project has no pair '{identifier}'")
        own = next((one for one in held[identifier] if one.who == actor), None)
        alone = all(one.who == actor for one in held[identifier])
        said = (own.verdict, own.why) if own else (None, why)
        if said == (verdict, why) or (own is None and verdict is None):
            continue
        before = own.verdict if own else None
        independent = others_hidden or alone
        steps.append(Step("decision", identifier, before, verdict, why, independent=independent))
    group = trail.append(connection, actor, steps)
    standing.refresh(connection, [step.identifier for step in steps])
    return group


def give_reason(
    connection: sqlite3.Connection, identifiers: Iterable[str], why: str, actor: str
) -> None:
    """Say why the reviewer's own decisions on these pairs were taken; without one nothing happens.

    The reason joins the act of its decision, so that one undo takes back both.
    """
    for identifier in dict.fromkeys(identifiers):
        rows = connection.execute(
            f"SELECT * FROM trail WHERE identifier = ? AND who = ? ORDER BY {OLDEST_FIRST}",
            (identifier, actor),
        )
        said = standing.newest_in_force(rows).get(("decision", actor))
        verdict = None if said is None else as_verdict(said["to_verdict"])
        if said is None or verdict is None or said["why"] == why:
            continue
        independent = bool(said["independent"])
        step = Step("decision", identifier, verdict, verdict, why, independent=independent)
        trail.append(connection, actor, [step], said["group_uuid"])
        standing.refresh(connection, [identifier])
