"""Noise schedules: how much of a pair is left after each step of the forward process.

x_t = alpha_t x_0 + sigma_t noise with alpha_t^2 + sigma_t^2 = 1 (Eq. 2 of the paper, where
alpha_t^2 is written as the cumulated product of 1 - beta).
"""

from dataclasses import dataclass

import numpy as np

from engine.generate.settings import DiffusionSettings


@dataclass(frozen=True)
class Schedule:
    """alpha and sigma of the steps 0 … T - 1, both (T,) float64."""

    alpha: np.ndarray
    sigma: np.ndarray

    def __len__(self) -> int:
        return len(self.alpha)

    def at(self, step: int) -> tuple[float, float]:
        """alpha and sigma of a step; step -1 is the clean pair (1, 0)."""
        if step < 0:
            return 1.0, 0.0
        return float(self.alpha[step]), float(self.sigma[step])

    def sampling_steps(self, count: int) -> list[int]:
        """`count` steps from T - 1 downwards, evenly spaced and counted from the noisy end.

        Counting from there ("trailing") starts every sampler at the noise it was trained on.
        """
        if not 1 <= count <= len(self):
            raise ValueError(f"{count} sampling steps asked of a schedule of {len(self)}")
        spaced = np.round(np.arange(len(self), 0, -len(self) / count)).astype(int) - 1
        return spaced[:count].tolist()


def linear_schedule(steps: int, beta_first: float, beta_last: float) -> Schedule:
    """Betas rise linearly from `beta_first` to `beta_last` (Ho et al. 2020)."""
    remaining = np.cumprod(1 - np.linspace(beta_first, beta_last, steps))
    return Schedule(alpha=np.sqrt(remaining), sigma=np.sqrt(1 - remaining))


def shifted_cosine_schedule(steps: int, shift: float) -> Schedule:
    """The cosine schedule with its log-SNR moved by 2 log `shift` (Hoogeboom et al. 2023).

    With t in (0, 1], sigma_t / alpha_t = tan(pi t / 2) / shift. A `shift` below 1 gives more of the
    process to high noise, where the layout of a large image is decided. At t = 1 nothing of the
    pair is left (zero terminal SNR, Lin et al. 2023), so no mean grey leaks into samples.
    """
    angle = np.pi / 2 * np.arange(1, steps + 1) / steps
    cosine, sine = np.cos(angle), np.sin(angle) / shift
    cosine[-1] = 0.0
    norm = np.hypot(cosine, sine)
    return Schedule(alpha=cosine / norm, sigma=sine / norm)


def make_schedule(settings: DiffusionSettings) -> Schedule:
    """The schedule that the settings ask for."""
    if settings.schedule == "linear":
        return linear_schedule(settings.steps, settings.beta_first, settings.beta_last)
    return shifted_cosine_schedule(settings.steps, settings.shift)
