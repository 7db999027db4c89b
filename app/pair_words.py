"""A pair in words, for tool tips and screen readers."""

from app.copy_words import COPY_WORDS
from app.pair_choice import FLAGGED_COPIES
from engine.review.decisions import Verdict
from engine.review.project import PairRow

STALE = "No longer fits the filter; it stays until the filter is applied again or the page is left"


def describe(row: PairRow, stale: bool = False) -> str:
    """What a cell of the contact sheet shows."""
    word = "accepted" if row.counts_as is Verdict.ACCEPT else "rejected"
    parts = [f"Pair {row.ordinal}, {word} by {judged_by(row)}"]
    if row.copy_level in FLAGGED_COPIES and row.copy_level is not None:
        parts.append(COPY_WORDS[row.copy_level])
    if row.corrected_by:
        parts.append(f"Corrected by {row.corrected_by}")
    if row.note:
        parts.append(f"Note: {row.note}")
    if stale:
        parts.append(STALE)
    return ". ".join((*parts, "Synthetic, research use only."))


def judged_by(row: PairRow) -> str:
    """Who says what a pair counts as."""
    if row.decision is not None:
        return str(row.decided_by)
    return "the gate" if row.corrected_verdict is None else "the gate, as corrected"
