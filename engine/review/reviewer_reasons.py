"""Why a reviewer rejects a pair or overrules the gate, in a few words that can be counted.

A reason is a code in the column ``why`` of the decision it belongs to; free text may stand there
just as well (``ossa``'s commands write it).
"""

from dataclasses import dataclass

from engine.review.records import PairRow
from engine.review.trail import Verdict


@dataclass(frozen=True)
class ReviewerReason:
    """code: what the trail holds; words: what a list of reasons shows, as part of a sentence."""

    code: str
    words: str


# One for each of five keys, the likeliest first; the same key means the last resort in both.
REJECTING = (
    ReviewerReason("misplaced-landmarks", "landmarks misplaced"),
    ReviewerReason("implausible-anatomy", "anatomy implausible"),
    ReviewerReason("poor-image", "image not usable"),
    ReviewerReason("looks-copied", "looks like a copy"),
    ReviewerReason("other-rejected", "another reason"),
)
OVERRULING = (
    ReviewerReason("landmarks-right", "landmarks are right"),
    ReviewerReason("normal-variant", "normal variant"),
    ReviewerReason("negligible", "too small to matter"),
    ReviewerReason("marker-fault", "only a stray marker"),
    ReviewerReason("other-accepted", "another reason"),
)
_WORDS = {reason.code: reason.words for reason in (*REJECTING, *OVERRULING)}


def reasons_for(row: PairRow, verdict: Verdict) -> tuple[ReviewerReason, ...]:
    """What to offer after this verdict; nothing for an acceptance that the gate shares."""
    if verdict is Verdict.REJECT:
        return REJECTING
    found = row.corrected_verdict or row.gate_verdict
    return OVERRULING if found is Verdict.REJECT else ()


def reason_words(why: str) -> str:
    """A code in words; other text as it is."""
    return _WORDS.get(why, why)
