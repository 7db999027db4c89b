"""Which pictures a blinded reading shows, and in which order: chosen by the seed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError
from engine.review.series import PlannedItem

if TYPE_CHECKING:
    from engine.review.project import ReviewProject

SMALLEST_SHARE = 0.4  # of a series, of each kind: a reader cannot work it out by counting
SMALLEST_SERIES = 4


def choose_items(
    project: "ReviewProject",
    reader: str,
    radiographs: Sequence[Sequence[str]],
    count: int,
    seed: int,
) -> tuple[PlannedItem, ...]:
    """Pictures of both kinds, about as many of each; what the reader has not seen goes first.

    Args:
        radiographs: the hashes of real radiographs, in parts of which the first goes first.

    Raises:
        DataError: there are too few of a kind.
    """
    rng = np.random.default_rng(seed)
    generated = _eligible(project, reader)
    answered = {one.item for one in project.readings() if one.who == reader}
    real = [
        [item for item in part if (item in answered) == again]
        for again in (False, True)
        for part in radiographs
    ]
    real_count = _real_count(count, sum(map(len, generated)), sum(map(len, real)), rng)
    chosen = [(item, True) for item in _take(real, real_count, rng)]
    chosen += [(item, False) for item in _take(generated, count - real_count, rng)]
    shuffled = [chosen[place] for place in rng.permutation(len(chosen))]
    grains = rng.integers(2**31, size=len(chosen)).tolist()
    return tuple(
        PlannedItem(item, is_real, grain)
        for (item, is_real), grain in zip(shuffled, grains, strict=True)
    )


def _eligible(project: "ReviewProject", reader: str) -> list[list[str]]:
    """Generated pairs that would go out with an export: those the reader has not seen, the rest."""
    from engine.assess.copy_risk import CopyLevel
    from engine.review.trail import Verdict

    answered = {one.item for one in project.readings() if one.who == reader}
    parts: list[list[str]] = [[], []]
    for row in project.rows():
        if row.is_real or row.counts_as is Verdict.REJECT or row.copy_level is CopyLevel.COPY:
            continue
        seen = row.identifier in answered or row.decision_of(reader) is not None
        parts[seen].append(row.identifier)
    return parts


def _real_count(count: int, generated: int, real: int, rng: np.random.Generator) -> int:
    """How many of a series are real: about half, by chance.

    Raises:
        DataError: there are too few of a kind.
    """
    fewest = math.ceil(SMALLEST_SHARE * count)
    lowest, highest = max(fewest, count - generated), min(count - fewest, real)
    if count < SMALLEST_SERIES or lowest > highest:
        raise DataError(
            f"a series of {count} needs at least {fewest} of each kind and {count} in all; there "
            f"are {generated} generated pairs that count as accepted and {real} real radiographs"
        )
    return int(np.clip(rng.binomial(count, 0.5), lowest, highest))


def _take(parts: Sequence[Sequence[str]], count: int, rng: np.random.Generator) -> list[str]:
    """So many of the parts, at random within each, the first part first."""
    shuffled = [part[place] for part in parts for place in rng.permutation(len(part))]
    return shuffled[:count]
