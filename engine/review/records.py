"""What a review project says about its pairs, as plain data."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from engine.assess.assessment import Assessment
from engine.assess.copy_risk import CopyLevel
from engine.review.trail import Verdict

REAL_PREFIX = "real-"  # of identifiers, so that no list can show a real radiograph as synthetic


@dataclass(frozen=True)
class Origin:
    """All it takes to make a pair again.

    weights_hash: of the generator's weights; seed and index: which noise; settings: sampler, steps,
    device, precision, preset, version … as plain JSON values.
    """

    weights_hash: str
    seed: int
    index: int
    settings: dict[str, Any]

    @property
    def is_real(self) -> bool:
        """Whether no generator made the pair: a real radiograph, brought in to be judged."""
        return self.settings.get("source") == "real"


def settings_text(settings: dict[str, Any]) -> str:
    """Settings as JSON that is the same text for the same settings, whatever their order."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class ReviewerDecision:
    """A reviewer's decision that stands.

    at: UTC, ISO 8601; independent: made without having seen another's decision on that pair.
    """

    who: str
    verdict: Verdict
    at: str
    why: str
    independent: bool


class CountingRule(StrEnum):
    """Whose decision counts where several reviewers decided.

    `newest`: the latest of anyone. `majority`: more accept than reject, or the reverse; a tie is no
    decision. `adjudicator`: that reviewer's, else the newest.
    """

    NEWEST = "newest"
    MAJORITY = "majority"
    ADJUDICATOR = "adjudicator"


@dataclass(frozen=True)
class Counting:
    """The rule, and the reviewer it names (for `adjudicator`)."""

    rule: CountingRule = CountingRule.NEWEST
    adjudicator: str = ""


@dataclass(frozen=True)
class Correction:
    """Landmarks that a reviewer moved: (L, 2) canvas pixels, NaN for none, what the gate says about
    them, and who moved them when."""

    identifier: str
    landmarks: np.ndarray
    assessment: Assessment
    who: str
    at: str


@dataclass(frozen=True)
class PairRow:
    """A pair as a list shows it: the gate's verdict, and what reviewers say about it.

    ordinal: grows with every pair added; created, decided_at: UTC, ISO 8601; accepted_by_gate,
    policy, reason_codes: the gate's newest verdict. decision, decided_by, decided_at, decided_why:
    what counts under the project's rule (`Counting`); decisions: all that stand, oldest first.
    copy_level: the copy check's word, None where copies were not checked. corrected_verdict,
    corrected_by: what the gate says about corrected landmarks, where a correction stands. note,
    note_by: the newest note of anyone. shape_distance (mm), suspicion: of the gate's newest
    verdict, as `engine.assess.suspicion` has them; None where unknown.
    """

    identifier: str
    ordinal: int
    created: str
    accepted_by_gate: bool
    policy: str
    reason_codes: tuple[str, ...]
    decision: Verdict | None
    decided_by: str | None
    decided_at: str | None = None
    decided_why: str = ""
    copy_level: CopyLevel | None = None
    decisions: tuple[ReviewerDecision, ...] = ()
    corrected_verdict: Verdict | None = None
    corrected_by: str | None = None
    note: str = ""
    note_by: str | None = None
    shape_distance: float | None = None
    suspicion: float | None = None

    @property
    def counts_as(self) -> Verdict:
        """The decision if there is one, else the gate's verdict on the corrected landmarks if there
        are such, else the gate's verdict."""
        return self.decision or self.corrected_verdict or self.gate_verdict

    @property
    def is_real(self) -> bool:
        """Whether this is a real radiograph, which is never exported as synthetic."""
        return self.identifier.startswith(REAL_PREFIX)

    @property
    def gate_verdict(self) -> Verdict:
        """What the gate said."""
        return Verdict.ACCEPT if self.accepted_by_gate else Verdict.REJECT

    def decision_of(self, who: str) -> ReviewerDecision | None:
        """The decision of one reviewer that stands."""
        return next((one for one in self.decisions if one.who == who), None)

    def as_seen_by(self, who: str, corrected: Verdict | None = None) -> "PairRow":
        """The row without what other reviewers decided, corrected and noted, for independent
        reading.

        Args:
            corrected: what the gate says about the reviewer's own correction, if there is one.
        """
        own = self.decision_of(who)
        return replace(
            self,
            decision=own.verdict if own else None,
            decided_by=own.who if own else None,
            decided_at=own.at if own else None,
            decided_why=own.why if own else "",
            decisions=(own,) if own else (),
            corrected_verdict=corrected,
            corrected_by=who if corrected else None,
            note=self.note if self.note_by == who else "",
            note_by=who if self.note_by == who else None,
        )


@dataclass(frozen=True)
class Counts:
    """Pairs in all, by what they count as, with a decision, and with one against the gate."""

    total: int
    accepted: int
    rejected: int
    decided: int
    overridden: int
