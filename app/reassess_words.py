"""What judging again would change, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.trail_words import DONE, MARK
from engine.assess.assessment import Assessment
from engine.review.agreement import Agreement, compare
from engine.review.project import PairRow, Verdict


def change_lines(
    rows: Sequence[PairRow], judged: Mapping[str, Assessment], changes: Sequence[Mapping[str, Any]]
) -> list[str]:
    """How many verdicts change, and how far the gate would agree with the reviewers."""
    known = [row for row in rows if row.identifier in judged]
    before = sum(row.accepted_by_gate for row in known)
    after = sum(judged[row.identifier].accepted for row in known)
    won = sum(change["after"] == Verdict.ACCEPT for change in changes)
    lines = [
        f"{_pairs(won)} from rejected to accepted, {len(changes) - won} from accepted to rejected",
        f"Accepted by the gate: {before} of {len(known)} now, {after} then",
    ]
    decided = [row for row in known if row.decision is not None and row.corrected_verdict is None]
    if decided:
        now = compare((_said(row), row.gate_verdict) for row in decided)
        then = compare((_said(row), _verdict(judged[row.identifier])) for row in decided)
        lines.append(
            f"The same as reviewers on {now.agreed} of {now.count} decided pairs now"
            f"{_kappa(now)}, on {then.agreed} then{_kappa(then)}"
        )
    lines.append("Reviewers' decisions and corrections stay as they are")
    return lines


def headline(changes: Sequence[Mapping[str, Any]], count: int) -> str:
    """How many pairs change their verdict."""
    if not changes:
        return f"The verdict changes on none of {_pairs(count)}"
    return f"The verdict changes on {len(changes)} of {_pairs(count)}"


def change_row(change: Mapping[str, Any], decision: Verdict | None) -> tuple[str, str, str, str]:
    """One pair: which, from what to what, for what reasons, and what a reviewer said.

    decision: what counts among reviewers, as far as whoever looks may see it.
    """
    before, after = Verdict(change["before"]), Verdict(change["after"])
    said = f"{MARK[decision]} {DONE[decision]}" if decision else "undecided"
    reasons = "; ".join(change["reasons"])
    why = f"no longer: {reasons}" if after is Verdict.ACCEPT else reasons
    told = f"{MARK[before]} {DONE[before]} → {MARK[after]} {DONE[after]}"
    return f"Pair {change['ordinal']}", told, said, why


def _pairs(count: int) -> str:
    return f"{count} pair" if count == 1 else f"{count} pairs"


def _said(row: PairRow) -> Verdict:
    assert row.decision is not None
    return row.decision


def _verdict(assessment: Assessment) -> Verdict:
    return Verdict.ACCEPT if assessment.accepted else Verdict.REJECT


def _kappa(found: Agreement) -> str:
    return "" if found.kappa != found.kappa else f" (κ {found.kappa:.2f})"
