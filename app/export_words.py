"""How many pairs an export takes, and why the others stay, in words."""

from engine.review.export_choice import Sorting
from engine.review.records import Counting, CountingRule

_FIGURE_SPACE = "\u2007"  # as wide as a digit


def going_text(sorting: Sorting, total: int) -> str:
    """How many of a project's pairs go out."""
    going = len(sorting.going)
    if going == 0:
        return "Nothing to export"
    return f"{going} of {total} {'pairs go' if total != 1 else 'pair goes'} out"


def staying_lines(sorting: Sorting) -> list[str]:
    """How many pairs stay and why, a line for each reason that there is."""
    reasons = [
        (sorting.rejected, "rejected", "rejected"),
        (sorting.undecided, "without a decision that counts", "without a decision that counts"),
        (sorting.copies, "copy of a training radiograph", "copies of training radiographs"),
        (sorting.lacking, "lacking a landmark: COCO and CSV take it",
         "lacking a landmark: COCO and CSV take them"),
        (sorting.real, "real radiograph, which never goes out as synthetic",
         "real radiographs, which never go out as synthetic"),
    ]  # fmt: skip
    found = [(len(rows), one if len(rows) == 1 else many) for rows, one, many in reasons if rows]
    if not found:
        return ["None stays here"]
    width = max(len(str(count)) for count, _ in found)
    total = sum(count for count, _ in found)
    lines = [f"{str(count).rjust(width, _FIGURE_SPACE)}  {text}" for count, text in found]
    return [f"{total} {'stays' if total == 1 else 'stay'} here:", *lines]


def copies_text(copies: int) -> str:
    """What the box offers that lets copies go out."""
    if copies == 0:
        return "Include pairs that copy a training radiograph"
    if copies == 1:
        return "Include the pair that copies a training radiograph"
    return f"Include the {copies} pairs that copy a training radiograph"


def counting_text(counting: Counting) -> str:
    """Whose decision counts."""
    if counting.rule is CountingRule.MAJORITY:
        return "The majority's"
    if counting.rule is CountingRule.ADJUDICATOR:
        return f"That of {counting.adjudicator}, else the newest"
    return "The newest"
