"""Noise schedules: how much of a channel is left after each step of the forward process, and how
the two channels of a pair go through it.

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
        """`count` steps from T - 1 downwards, evenly spaced and counted from the noisy end."""
        return _trailing_steps(len(self), count)


@dataclass(frozen=True)
class PairSchedule:
    """How image and heatmap go through one schedule, the image `ahead` steps before its heatmap.

    The path has T + `ahead` steps. From its noisy end the image sets out first, and the heatmap is
    pure noise; at the other end the image is clean, and the heatmap arrives last. The pair is thus
    drawn as p(image) p(heatmap | image) to the extent of the lead, and jointly otherwise (each
    channel at a noise level of its own: Bao et al. 2023).
    """

    schedule: Schedule
    ahead: int = 0

    def __len__(self) -> int:
        return len(self.schedule) + self.ahead

    def channel_steps(self, step: int) -> tuple[int, int]:
        """Where image and heatmap are in the schedule at a step of the path; -1 is clean."""
        image = max(step - self.ahead, -1)
        return image, min(step, len(self.schedule) - 1)

    def at(self, step: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """alpha and sigma of the image, and of the heatmap; step -1 is the clean pair."""
        image, heatmap = self.channel_steps(step)
        return self.schedule.at(image), self.schedule.at(heatmap)

    def sampling_steps(self, count: int) -> list[int]:
        """`count` steps of the path downwards, evenly spaced and counted from the noisy end."""
        return _trailing_steps(len(self), count)


def _trailing_steps(total: int, count: int) -> list[int]:
    """Counting from the noisy end starts every sampler at the noise it was trained on."""
    if not 1 <= count <= total:
        raise ValueError(f"{count} sampling steps asked of a schedule of {total}")
    spaced = np.round(np.arange(total, 0, -total / count)).astype(int) - 1
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


def make_pair_schedule(settings: DiffusionSettings) -> PairSchedule:
    """The path of a pair that the settings ask for."""
    return PairSchedule(make_schedule(settings), round(settings.lead * settings.steps))


def make_schedule(settings: DiffusionSettings) -> Schedule:
    """The schedule of one channel that the settings ask for."""
    if settings.schedule == "linear":
        return linear_schedule(settings.steps, settings.beta_first, settings.beta_last)
    return shifted_cosine_schedule(settings.steps, settings.shift)
