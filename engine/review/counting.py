"""Whose decision counts where several reviewers decided, and how the project remembers the rule."""

import json
import sqlite3
from collections.abc import Sequence

from engine.review import project_log
from engine.review.records import Counting, CountingRule, ReviewerDecision
from engine.review.trail import Verdict


def what_counts(
    decisions: Sequence[ReviewerDecision], counting: Counting
) -> ReviewerDecision | None:
    """The decision that counts.

    Args:
        decisions: those that stand on one pair, at most one a reviewer, oldest first.
        counting: the project's rule.

    Returns:
        None where nobody decided, or where a majority is wanted and there is none. Of a majority of
        several, `who` says of how many and the rest is the newest that agrees with it.
    """
    if not decisions:
        return None
    if counting.rule is CountingRule.MAJORITY:
        return _majority(decisions)
    if counting.rule is CountingRule.ADJUDICATOR:
        of_adjudicator = [one for one in decisions if one.who == counting.adjudicator]
        return (of_adjudicator or decisions)[-1]
    return decisions[-1]


def _majority(decisions: Sequence[ReviewerDecision]) -> ReviewerDecision | None:
    accepting = [one for one in decisions if one.verdict is Verdict.ACCEPT]
    rejecting = [one for one in decisions if one.verdict is Verdict.REJECT]
    if len(accepting) == len(rejecting):
        return None
    newest = max(accepting, rejecting, key=len)[-1]
    if len(decisions) == 1:
        return newest
    who = f"majority of {len(decisions)}"
    return ReviewerDecision(who, newest.verdict, newest.at, newest.why, newest.independent)


def read_counting(connection: sqlite3.Connection) -> Counting:
    """The rule chosen last, the default where none was."""
    value = project_log.newest(connection, "counting")
    if value is None:
        return Counting()
    chosen = json.loads(value)
    return Counting(CountingRule(chosen["rule"]), chosen["adjudicator"])


def write_counting(connection: sqlite3.Connection, counting: Counting, actor: str) -> None:
    """Choose the rule."""
    value = json.dumps({"rule": counting.rule, "adjudicator": counting.adjudicator})
    project_log.append(connection, actor, "counting", value)
