"""What a review project says about its pairs, as plain data."""

import json
from dataclasses import dataclass
from typing import Any

from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict


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


def settings_text(settings: dict[str, Any]) -> str:
    """Settings as JSON that is the same text for the same settings, whatever their order."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class PairRow:
    """A pair as a list shows it: the gate's verdict, and a reviewer's decision if there is one.

    ordinal: grows with every pair added; created, decided_at: UTC, ISO 8601; accepted_by_gate,
    policy, reason_codes: the gate's verdict; decision, decided_by, decided_at, decided_why: the
    decision in force. copy_level: the copy check's word, None where copies were not checked.
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

    @property
    def counts_as(self) -> Verdict:
        """The decision if there is one, else the gate's verdict."""
        return self.decision or self.gate_verdict

    @property
    def gate_verdict(self) -> Verdict:
        """What the gate said."""
        return Verdict.ACCEPT if self.accepted_by_gate else Verdict.REJECT


@dataclass(frozen=True)
class Counts:
    """Pairs in all, by what they count as, with a decision, and with one against the gate."""

    total: int
    accepted: int
    rejected: int
    decided: int
    overridden: int
