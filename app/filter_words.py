"""What one can filter and sort pairs by, in the words of the filter bar."""

from dataclasses import dataclass
from typing import Any

from app.pair_choice import Copies, Decided, Flag, Order, PairChoice
from engine.review.decisions import Verdict


@dataclass(frozen=True)
class Dimension:
    """One thing to choose by.

    name: a field of `PairFilter`, or ``order``; title: its name in the bar; options: values with
    their words, the one that is in force when nothing was chosen first.
    """

    name: str
    title: str
    options: tuple[tuple[Any, str], ...]

    @property
    def default(self) -> Any:
        """The value when nothing was chosen."""
        return self.options[0][0]

    def words(self, value: Any) -> str:
        """A value in words; a reason's code reads as its own words."""
        return dict(self.options).get(value) or str(value).replace("-", " ").capitalize()

    def value_in(self, choice: PairChoice) -> Any:
        """What a choice says here."""
        return choice.order if self.name == "order" else getattr(choice.filter, self.name)


DIMENSIONS = (
    Dimension(
        "verdict",
        "Verdict",
        ((None, "Any verdict"), (Verdict.ACCEPT, "✓ Accepted"), (Verdict.REJECT, "✕ Rejected")),
    ),
    Dimension(
        "decided",
        "Decided",
        (
            (None, "Decided or not"),
            (Decided.NOBODY, "Undecided"),
            (Decided.ME, "By me"),
            (Decided.OTHERS, "By others"),
        ),
    ),
    Dimension("reason", "Reason", (("", "Any reason"),)),
    Dimension(
        "flag",
        "Flagged",
        (
            (None, "Flagged or not"),
            (Flag.ANY, "Flagged"),
            (Flag.NOTE, "With a note"),
            (Flag.CORRECTED, "Corrected"),
            (Flag.SUSPECT, "Called suspect"),
        ),
    ),
    Dimension(
        "copies",
        "Copies",
        (
            (None, "Copy or not"),
            (Copies.FLAGGED, "Copy or near"),
            (Copies.COPY, "Copy"),
            (Copies.SUSPECT, "Near a copy"),
            (Copies.NONE, "No copy"),
            (Copies.UNCHECKED, "Not checked"),
        ),
    ),
    Dimension(
        "order",
        "Order",
        (
            (Order.MADE, "As made"),
            (Order.NEWEST, "Newest"),
            (Order.SUSPICION, "Suspicious"),
            (Order.SHAPE, "Shape, mm"),
        ),
    ),
)
