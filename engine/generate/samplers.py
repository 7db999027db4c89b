"""Update rules of the reverse process: ancestral, DDIM, DPM-Solver++ (2M) and its SDE form.

Each takes a noisy channel x_s and the network's estimate of the clean one, and gives x_t of the
next, less noisy step. They hold for arrays and tensors alike: only arithmetic is used.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Level = tuple[float, float]  # (alpha, sigma)


def ancestral_step(x: Any, clean: Any, now: Level, then: Level, noise: Any) -> Any:
    """Draw from q(x_t | x_s, x_0) (Ho et al. 2020, Eqs. 6 and 7).

    The posterior's own variance, beta-tilde, is used (``fixed_small``).
    """
    (alpha_s, sigma_s), (alpha_t, sigma_t) = now, then
    kept = (alpha_s / alpha_t) ** 2
    beta = 1 - kept
    from_clean = alpha_t * beta / sigma_s**2
    from_noisy = np.sqrt(kept) * sigma_t**2 / sigma_s**2
    deviation = np.sqrt(beta) * sigma_t / sigma_s
    return float(from_clean) * clean + float(from_noisy) * x + float(deviation) * noise


def ddim_step(x: Any, clean: Any, now: Level, then: Level) -> Any:
    """Follow the probability flow with the noise the estimate implies (Song et al. 2021, eta 0)."""
    (alpha_s, sigma_s), (alpha_t, sigma_t) = now, then
    noise = (x - alpha_s * clean) / sigma_s
    return alpha_t * clean + sigma_t * noise


def dpm_solver_step(
    x: Any, clean: Any, now: Level, then: Level, last: tuple[Any, Level] | None
) -> Any:
    """One multistep step of second order in the log-SNR (Lu et al. 2022, DPM-Solver++ 2M).

    Args:
        last: the estimate and level of the step before; None makes the step first order.
    """
    (_, sigma_s), (alpha_t, sigma_t) = now, then
    h = _log_ratio(then) - _log_ratio(now)
    estimate = _extrapolated(clean, now, then, last)
    return (sigma_t / sigma_s) * x - float(alpha_t * np.expm1(-h)) * estimate


def stochastic_dpm_solver_step(
    x: Any, clean: Any, now: Level, then: Level, last: tuple[Any, Level] | None, noise: Any
) -> Any:
    """The same solver for the reverse SDE (Lu et al. 2022, SDE-DPM-Solver++ 2M).

    Fresh noise at every step lets later, better informed estimates correct earlier ones: a marker
    begun in two places ends in one.
    """
    (_, sigma_s), (alpha_t, sigma_t) = now, then
    h = _log_ratio(then) - _log_ratio(now)
    renewed = -float(np.expm1(-2 * h))
    estimate = _extrapolated(clean, now, then, last)
    kept = float(sigma_t / sigma_s * np.exp(-h))
    return kept * x + alpha_t * renewed * estimate + sigma_t * renewed**0.5 * noise


def _extrapolated(clean: Any, now: Level, then: Level, last: tuple[Any, Level] | None) -> Any:
    """The estimate of the clean pair half-way through the step, from this one and the last."""
    if last is None:
        return clean
    last_clean, last_level = last
    h, h_last = _log_ratio(then) - _log_ratio(now), _log_ratio(now) - _log_ratio(last_level)
    correction = 0.5 * h / h_last
    if not (np.isfinite(correction) and correction > 0):
        return clean
    return (1 + correction) * clean - correction * last_clean


def _log_ratio(level: Level) -> float:
    """lambda = log(alpha / sigma), half the log-SNR; infinite at either end."""
    alpha, sigma = level
    with np.errstate(divide="ignore"):
        return float(np.log(alpha) - np.log(sigma))


@dataclass
class Sampler:
    """One pass of the reverse process over one channel of a batch.

    Args:
        name: ``ancestral``, ``ddim``, ``dpm-solver++`` or ``sde-dpm-solver++``.
    """

    name: str
    _last: tuple[Any, Level] | None = None

    @property
    def adds_noise(self) -> bool:
        """Whether each step draws noise of its own."""
        return self.name in ("ancestral", "sde-dpm-solver++")

    def step(self, x: Any, clean: Any, now: Level, then: Level, noise: Any) -> Any:
        """The channel at level `then`, from the one at `now` and the estimate of the clean one.

        A channel whose turn has not come, or is over, is left as it is.
        """
        if now == then:
            return x
        last, self._last = self._last, (clean, now)
        if then[1] == 0:
            return clean
        if self.name == "ancestral":
            return ancestral_step(x, clean, now, then, noise)
        if self.name == "ddim":
            return ddim_step(x, clean, now, then)
        if self.name == "sde-dpm-solver++":
            return stochastic_dpm_solver_step(x, clean, now, then, last, noise)
        return dpm_solver_step(x, clean, now, then, last)
