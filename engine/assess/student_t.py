"""Student's t-distribution of an edge's length: its density, and a fit that cannot run away."""

from math import lgamma, pi

import numpy as np

# Below 1 the mean does not exist, above 200 the t-distribution is a Gaussian to the eye.
_DEGREES = (1.0, 200.0)
# Annotations are whole pixels, about 0.1 mm: no edge is known more exactly.
_SMALLEST_SCALE = 0.05


def student_t_density(x: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Density at `x` (…, n, m) for `parameters` (…, 3): degrees of freedom, location, scale."""
    degrees, location, scale = (parameters[..., None, None, i] for i in range(3))
    standard = (x - location) / scale
    power = -(degrees + 1) / 2 * np.log1p(standard**2 / degrees)
    return np.exp(power + _log_peak(degrees) - np.log(scale))


def _log_peak(degrees: np.ndarray) -> np.ndarray:
    flat = [lgamma((d + 1) / 2) - lgamma(d / 2) - np.log(pi * d) / 2 for d in degrees.ravel()]
    return np.array(flat).reshape(degrees.shape)


def fit_student_t(sample: np.ndarray) -> tuple[float, float, float]:
    """Maximum-likelihood degrees of freedom, location and scale of a sample (n,) in mm.

    `scipy.stats.t.fit` searches without bounds and drifts off on near-Gaussian or constant
    samples. Here L-BFGS-B searches inside bounds, started from median and median absolute
    deviation: degrees of freedom in 1 … 200, location within the sample, scale between 0.05 mm and
    the sample's range. Where it does not settle the Gaussian of the moments is taken (200 degrees).
    """
    from scipy.optimize import minimize

    centre, spread = np.median(sample), np.ptp(sample)
    if spread <= _SMALLEST_SCALE:
        return _DEGREES[1], float(sample.mean()), _SMALLEST_SCALE
    deviation = 1.4826 * np.median(np.abs(sample - centre))

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        return _negative_log_likelihood(sample, *theta)

    found = minimize(
        loss,
        [np.log(10.0), centre, np.log(np.clip(deviation, _SMALLEST_SCALE, spread))],
        jac=True,
        method="L-BFGS-B",
        bounds=[
            tuple(np.log(_DEGREES)),
            (sample.min(), sample.max()),
            (np.log(_SMALLEST_SCALE), np.log(spread)),
        ],
        options={"maxiter": 200},
    )
    if not (found.success and np.isfinite(found.x).all()):
        return _DEGREES[1], float(sample.mean()), float(max(sample.std(), _SMALLEST_SCALE))
    return float(np.exp(found.x[0])), float(found.x[1]), float(np.exp(found.x[2]))


def _negative_log_likelihood(
    sample: np.ndarray, log_degrees: float, location: float, log_scale: float
) -> tuple[float, np.ndarray]:
    """Mean negative log-likelihood and its gradient in (log degrees, location, log scale)."""
    from scipy.special import digamma

    degrees, scale = np.exp(log_degrees), np.exp(log_scale)
    standard = (sample - location) / scale
    squared = standard**2
    log_peak = lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - np.log(pi * degrees) / 2
    loss = (degrees + 1) / 2 * np.log1p(squared / degrees).mean() - log_peak + log_scale
    weight = (degrees + 1) / (degrees + squared)
    by_degrees = (
        np.log1p(squared / degrees).mean()
        - (weight * squared).mean() / degrees
        - digamma((degrees + 1) / 2)
        + digamma(degrees / 2)
        + 1 / degrees
    ) / 2
    by_location = -(weight * standard).mean() / scale
    by_log_scale = 1 - (weight * squared).mean()
    return float(loss), np.array([by_degrees * degrees, by_location, by_log_scale])
