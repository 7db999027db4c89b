"""Shares and how well few cases know them."""

import numpy as np
from numpy.typing import ArrayLike

Z_95 = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, z: float = Z_95
) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval of a share, element by element.

    Args:
        successes, trials: counts, any shapes that fit each other.
        z: standard normal quantile, of a 95 % interval unless told otherwise.

    Returns:
        low and high, in [0, 1]; without a trial, 0 and 1.

    Source: Wilson EB. Probable inference, the law of succession, and statistical inference.
    J Am Stat Assoc 22 (1927) 209–212.
    """
    k, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    known = np.maximum(n, 1.0)
    share = k / known
    centre = (share + z**2 / (2 * known)) / (1 + z**2 / known)
    half = z / (1 + z**2 / known) * np.sqrt(share * (1 - share) / known + (z / (2 * known)) ** 2)
    low = np.where(n > 0, np.where(k == 0, 0.0, centre - half), 0.0)
    high = np.where(n > 0, np.where(k == n, 1.0, centre + half), 1.0)
    return low, high
