"""Which pairs the contact sheet shows and in what order: plain data, without Qt."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict
from engine.review.project import PairRow

FLAGGED_COPIES = (CopyLevel.COPY, CopyLevel.SUSPECT)
_SUSPECT = "suspect"


class Decided(StrEnum):
    """By whom a pair has been decided on."""

    ME = "me"
    OTHERS = "others"
    NOBODY = "nobody"


class Flag(StrEnum):
    """What makes a pair worth coming back to; `any` of the others."""

    ANY = "any"
    NOTE = "note"
    CORRECTED = "corrected"
    SUSPECT = "suspect"


class Copies(StrEnum):
    """What the copy check said; `flagged` is a copy or suspiciously near one."""

    FLAGGED = "flagged"
    COPY = "copy"
    SUSPECT = "suspect"
    NONE = "none"
    UNCHECKED = "unchecked"


class Order(StrEnum):
    """In what order pairs are shown; ties, and pairs without the figure, as they were made."""

    MADE = "made"
    NEWEST = "newest"
    SUSPICION = "suspicion"
    SHAPE = "shape"


@dataclass(frozen=True)
class PairFilter:
    """What a pair must be to be shown; None (or no reason code) lets every pair pass.

    verdict: what it counts as; reason: a code among the gate's reasons.
    """

    verdict: Verdict | None = None
    decided: Decided | None = None
    reason: str = ""
    flag: Flag | None = None
    copies: Copies | None = None

    def fits(self, row: PairRow, who: str) -> bool:
        """Whether the filter lets a pair pass; `who` is the reviewer that looks."""
        return (
            (self.verdict is None or row.counts_as is self.verdict)
            and (self.decided is None or _decided(row, self.decided, who))
            and (not self.reason or self.reason in row.reason_codes)
            and (self.flag is None or _flagged(row, self.flag))
            and (self.copies is None or _copied(row, self.copies))
        )

    @property
    def is_open(self) -> bool:
        """Whether every pair passes."""
        return self == PairFilter()


@dataclass(frozen=True)
class PairChoice:
    """A filter and an order."""

    filter: PairFilter = field(default_factory=PairFilter)
    order: Order = Order.MADE

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for the settings."""
        return {"order": str(self.order), **asdict(self.filter)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "PairChoice":
        """What `to_dict` gave; what is unknown is left open."""
        return cls(
            PairFilter(
                verdict=_known(Verdict, data.get("verdict")),
                decided=_known(Decided, data.get("decided")),
                reason=str(data.get("reason") or ""),
                flag=_known(Flag, data.get("flag")),
                copies=_known(Copies, data.get("copies")),
            ),
            _known(Order, data.get("order")) or Order.MADE,
        )


def ordered(rows: Iterable[PairRow], order: Order) -> list[PairRow]:
    """Pairs in an order; the most suspicious and the largest shape distance come first."""
    return sorted(rows, key=_keys[order])


def figure_shown(row: PairRow, order: Order) -> str:
    """The figure that an order goes by, in few characters; nothing for the order of making."""
    if order is Order.SUSPICION and _finite(row.suspicion):
        return f"{row.suspicion:.2f}"
    if order is Order.SHAPE and _finite(row.shape_distance):
        return f"{row.shape_distance:.1f} mm"
    return ""


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _largest_first(value: float | None) -> float:
    return -value if value is not None and math.isfinite(value) else math.inf


_keys: dict[Order, Callable[[PairRow], Any]] = {
    Order.MADE: lambda row: row.ordinal,
    Order.NEWEST: lambda row: -row.ordinal,
    Order.SUSPICION: lambda row: (_largest_first(row.suspicion), row.ordinal),
    Order.SHAPE: lambda row: (_largest_first(row.shape_distance), row.ordinal),
}


def _decided(row: PairRow, by: Decided, who: str) -> bool:
    if by is Decided.NOBODY:
        return not row.decisions
    if by is Decided.ME:
        return row.decision_of(who) is not None
    return any(decision.who != who for decision in row.decisions)


def _flagged(row: PairRow, flag: Flag) -> bool:
    found = {
        Flag.NOTE: bool(row.note),
        Flag.CORRECTED: row.corrected_verdict is not None,
        Flag.SUSPECT: any(_SUSPECT in decision.why.lower() for decision in row.decisions),
    }
    return any(found.values()) if flag is Flag.ANY else found[flag]


def _copied(row: PairRow, copies: Copies) -> bool:
    if copies is Copies.FLAGGED:
        return row.copy_level in FLAGGED_COPIES
    if copies is Copies.UNCHECKED:
        return row.copy_level is None
    return row.copy_level is not None and str(row.copy_level) == str(copies)


def _known(kind: type[Any], value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
