"""How much a pair deserves a look, from what the gate has said about it.

A figure to sort by, not a probability: what the gate is sure of comes last.
"""

import numpy as np

from engine.assess.assessment import Assessment
from engine.assess.copy_risk import CopyLevel

# A residual twice its limit is as good as any larger one.
_MOST_STRAIN = 2.0
# A marker of half the usual height is no noise; that many of them left over leave no doubt.
_STRONG = 0.5
_MANY_SPARE = 4
_UNSETTLED = 0.25
_COPY = {CopyLevel.NONE: 0.0, CopyLevel.SUSPECT: 1.0, CopyLevel.COPY: 2.0}


def shape_distance(assessment: Assessment) -> float:
    """Root mean square of the known residuals in mm, NaN if none is known."""
    known = assessment.residuals[np.isfinite(assessment.residuals)]
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")


def suspicion(assessment: Assessment) -> float:
    """How much a pair deserves a look: 0 for nothing odd, higher for look first.

    The sum of
    - refused: 1 if the gate refused it;
    - strain: the largest residual over its limit, at most 2 (0 where no landmark has a limit);
    - doubt: how many landmarks are expected to be labelled wrongly, ∑ (1 - belief), one without a
      place counting fully, at most 1;
    - spare: unchosen candidates at least half as high as the median chosen one, a quarter for each,
      at most 1;
    - unsettled: 0.25 if belief propagation did not settle;
    - copy: 1 for a suspected copy of a training radiograph, 2 for a copy.
    """
    return (
        float(not assessment.accepted)
        + _strain(assessment)
        + _doubt(assessment)
        + _spare(assessment)
        + _UNSETTLED * (not assessment.converged)
        + (0.0 if assessment.copy_risk is None else _COPY[assessment.copy_risk.level])
    )


def _strain(assessment: Assessment) -> float:
    ratios = assessment.residuals / assessment.limits
    return float(min(np.nan_to_num(ratios, nan=0.0).max(initial=0.0), _MOST_STRAIN))


def _doubt(assessment: Assessment) -> float:
    doubts = 1 - assessment.beliefs
    # A landmark that a person placed has no belief, and none is needed.
    unplaced = ~np.isfinite(assessment.landmarks).all(axis=-1)
    return float(min(np.where(np.isfinite(doubts), doubts, unplaced).sum(), 1.0))


def _spare(assessment: Assessment) -> float:
    values = assessment.candidates.values
    chosen = np.unique(assessment.chosen[assessment.chosen >= 0])
    if not chosen.size:
        return 0.0
    spare = np.delete(values, chosen)
    strong = (spare >= _STRONG * np.median(values[chosen])).sum()
    return float(min(strong / _MANY_SPARE, 1.0))
