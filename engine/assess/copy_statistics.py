"""What the copy check says of many pairs at once: rates, and whether they are more than chance."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.assess.copy_risk import CopyLevel, CopyRisk

_CHANCE = 0.01


@dataclass(frozen=True)
class CopyReport:
    """The copy check on a set. A risk report, never anonymisation.

    checked, not_checked: pairs; copies, suspects: of those checked, by level; copy_rate: None with
    none checked. held_out: real radiographs compared with; p_value: one-sided Mann-Whitney test
    that pairs come nearer to the training radiographs than held-out real ones do (None where there
    is nothing to compare).
    """

    checked: int
    not_checked: int
    copies: int
    suspects: int
    copy_rate: float | None
    held_out: int
    p_value: float | None

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self)


def report_copies(risks: Sequence[CopyRisk | None], held_out: Sequence[float]) -> CopyReport:
    """Sum up a set of pairs.

    Args:
        risks: one per pair, None for a pair that was not checked.
        held_out: d1 of real radiographs that were held out.
    """
    checked = [risk for risk in risks if risk is not None]
    copies = sum(risk.level is CopyLevel.COPY for risk in checked)
    return CopyReport(
        checked=len(checked),
        not_checked=len(risks) - len(checked),
        copies=copies,
        suspects=sum(risk.level is CopyLevel.SUSPECT for risk in checked),
        copy_rate=copies / len(checked) if checked else None,
        held_out=len(held_out),
        p_value=nearer_than_held_out([risk.distance for risk in checked], held_out),
    )


def nearer_than_held_out(
    distances: Sequence[float], held_out: Sequence[float] | np.ndarray
) -> float | None:
    """One-sided Mann-Whitney p: how likely such distances are if pairs come no nearer than held-out
    real radiographs do (a generalisation test after Meehan, Chaudhuri & Dasgupta, "A non-parametric
    test to detect data-copying in generative models", 2020). None with nothing to compare."""
    if not len(distances) or not len(held_out):
        return None
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(distances, held_out, alternative="less").pvalue)


def more_than_chance(copies: int, checked: int, held_out: int) -> bool:
    """Whether so many copies among `checked` pairs are more than among real radiographs.

    Of `held_out` real ones, left out one by one, none is a copy; their rate is taken as
    1 / (held_out + 2) (Laplace), and that many copies or more must come by it less often than once
    in a hundred.
    """
    from scipy.stats import binom

    return copies > 0 and bool(binom.sf(copies - 1, checked, 1 / (held_out + 2)) < _CHANCE)
