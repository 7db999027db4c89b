"""How sure one may be that one localiser is better than another: images and seeds, resampled.

Two localisers are compared on the same test radiographs, and seed by seed: those of one seed begin
with the same weights. Both the radiographs and the seeds are a sample, so both are drawn again.
"""

from dataclasses import dataclass

import numpy as np

DRAWS = 4000
_QUANTILES = (0.025, 0.975)


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval, in the unit of what was averaged."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def mean_with_interval(values: np.ndarray, seed: int = 0) -> Estimate:
    """The mean of `values` and how well so many seeds and radiographs know it.

    Each draw takes seeds and radiographs independently with replacement, one fewer of each than
    there are, which makes the variance of a mean unbiased when they are few (Rao JNK, Wu CFJ,
    J Am Stat Assoc 83 (1988) 231–241). That both are drawn, and crossed, errs on the wide side
    (Owen AB, The pigeonhole bootstrap, Ann Appl Stat 1 (2007) 386–411). One seed is taken as it
    is: then the interval knows nothing of how much a training varies.

    Args:
        values: (seeds, radiographs), one figure each (a point error, a count of outliers).
    """
    seeds, images = values.shape
    random = np.random.default_rng(seed)
    by_seed = _times_drawn(random, seeds) @ values
    draws = (by_seed * _times_drawn(random, images)).sum(axis=1)
    low, high = np.quantile(draws, _QUANTILES)
    return Estimate(float(values.mean()), float(low), float(high))


def _times_drawn(random: np.random.Generator, count: int) -> np.ndarray:
    """(draws, count) how often each of `count` is drawn, as a share of all that are drawn."""
    drawn = max(1, count - 1)
    return random.multinomial(drawn, np.full(count, 1 / count), size=DRAWS) / drawn


def paired_difference(first: np.ndarray, second: np.ndarray, seed: int = 0) -> Estimate:
    """Mean of `first` minus `second`, paired by radiograph and by seed; negative where `first` is
    smaller.

    Args:
        first, second: (seeds, radiographs), of the same seeds and radiographs.

    Raises:
        ValueError: they are not of one shape.
    """
    if first.shape != second.shape:
        raise ValueError(f"nothing pairs {first.shape} with {second.shape}")
    return mean_with_interval(first - second, seed)


def helped(difference: Estimate) -> str:
    """What the interval of a difference in errors allows to say, in the words of the studies."""
    if not difference.excludes_zero:
        return "cannot be told"
    return "helped" if difference.mean < 0 else "did not help"
