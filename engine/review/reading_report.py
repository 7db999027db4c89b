"""What a blinded reading has shown: how well each reader told generated from real pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assess.proportion import wilson_interval
from engine.review.readings import Reading


@dataclass(frozen=True)
class Share:
    """How many of how many, and the 95 % interval of the share (Wilson)."""

    right: int
    count: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, NaN of none."""
        return self.right / self.count if self.count else float("nan")


@dataclass(frozen=True)
class ReaderReport:
    """One reader's answers.

    accuracy: answers that were right; sensitivity: generated pictures called generated;
    specificity: real ones called real. auc: probability that a generated picture is more surely
    called generated than a real one (ties count half), from answer and confidence together; 0.5 is
    guessing, NaN unless there were pictures of both kinds. series: how many; seconds: median time
    of an answer.
    """

    who: str
    series: int
    accuracy: Share
    sensitivity: Share
    specificity: Share
    auc: float
    seconds: float

    @property
    def told_apart(self) -> bool:
        """Whether the reader did better than guessing: the interval of the accuracy lies above a
        half."""
        return self.accuracy.low > 0.5


def reading_report(readings: Iterable[Reading]) -> list[ReaderReport]:
    """A report for every reader, by name. Hand over whole series only."""
    by_reader: dict[str, list[Reading]] = {}
    for reading in readings:
        by_reader.setdefault(reading.who, []).append(reading)
    return [_report(who, by_reader[who]) for who in sorted(by_reader)]


def _report(who: str, readings: Sequence[Reading]) -> ReaderReport:
    generated = [one for one in readings if not one.is_real]
    real = [one for one in readings if one.is_real]
    return ReaderReport(
        who=who,
        series=len({one.session for one in readings}),
        accuracy=_share_right(readings),
        sensitivity=_share_right(generated),
        specificity=_share_right(real),
        auc=_area_under_curve([_score(one) for one in generated], [_score(one) for one in real]),
        seconds=float(np.median([one.seconds for one in readings])),
    )


def _share_right(readings: Sequence[Reading]) -> Share:
    right = sum(one.said_real == one.is_real for one in readings)
    low, high = wilson_interval(right, len(readings))
    return Share(right, len(readings), float(low), float(high))


def _score(reading: Reading) -> int:
    """How surely it was called generated: 5 … 1 for that answer, -1 … -5 for the other."""
    return -reading.confidence if reading.said_real else reading.confidence


def _area_under_curve(generated: Sequence[int], real: Sequence[int]) -> float:
    """Area under the ROC curve, U / (n m) of Mann and Whitney's statistic.

    Source: Hanley JA, McNeil BJ. The meaning and use of the area under a receiver operating
    characteristic (ROC) curve. Radiology 143 (1982) 29-36.
    """
    if not (generated and real):
        return float("nan")
    from scipy.stats import mannwhitneyu

    statistic = mannwhitneyu(generated, real, method="asymptotic").statistic
    return float(statistic) / (len(generated) * len(real))
