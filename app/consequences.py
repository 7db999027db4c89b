"""What happens to a pair as things stand, and what a decision would do to it, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict
from engine.review.project import PairRow

_FATE = {Verdict.ACCEPT: "it will be exported", Verdict.REJECT: "it will not be exported"}


@dataclass(frozen=True)
class Effect:
    """What a key would do: in two or three words beneath its button, and in a sentence."""

    short: str
    sentence: str


def consequence(pair_row: PairRow) -> str:
    """What happens to a pair as things stand."""
    who = "the gate" if pair_row.decision is None else f"{pair_row.decided_by}"
    if pair_row.decision is None and pair_row.corrected_verdict is not None:
        who = f"the gate as {pair_row.corrected_by} corrected it"
    word = "Accepted" if pair_row.counts_as is Verdict.ACCEPT else "Rejected"
    return f"{word} by {who}: {_fate(pair_row, pair_row.counts_as)}"


def bulk_consequence(chosen: Sequence[PairRow]) -> str:
    """What a decision does when several pairs are selected."""
    accepted = sum(one.counts_as is Verdict.ACCEPT for one in chosen)
    return f"As it stands: {accepted} accepted, {len(chosen) - accepted} rejected"


def effect(chosen: Sequence[PairRow], verdict: Verdict, reviewer: str) -> Effect:
    """What deciding so would do to the pairs that are chosen (at least one)."""
    word = "accepts" if verdict is Verdict.ACCEPT else "rejects"
    against = sum(_found(one) is not verdict for one in chosen)
    if len(chosen) > 1:
        short = f"{against} against the gate" if against else "as the gate"
        return Effect(short, f"{word} all {len(chosen)}, {short}")
    (one,) = chosen
    own = one.decision_of(reviewer)
    if own is not None and own.verdict is verdict:
        return Effect("as you have", f"{word} it as you have: nothing changes")
    short = "against the gate" if against else "as the gate"
    return Effect(short, f"{word} it {short}: {_fate(one, verdict)}")


def clearing(chosen: Sequence[PairRow], reviewer: str) -> str:
    """What clearing would do to the pairs that are chosen; nothing where there is no decision."""
    decided = [one for one in chosen if one.decision_of(reviewer) is not None]
    if not decided:
        return ""
    if len(chosen) > 1:
        return f"takes back your decision on {len(decided)}"
    gate = "accepted" if _found(decided[0]) is Verdict.ACCEPT else "rejected"
    return f"leaves it to the gate, which {gate} it"


def _found(row: PairRow) -> Verdict:
    """What the gate says about the landmarks as they stand."""
    return row.corrected_verdict or row.gate_verdict


def _fate(row: PairRow, verdict: Verdict) -> str:
    if verdict is Verdict.ACCEPT and row.is_real:
        return "a real radiograph, never exported"
    if verdict is Verdict.ACCEPT and row.copy_level is CopyLevel.COPY:
        return "held out as a copy"
    return _FATE[verdict]
