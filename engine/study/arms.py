"""The arms of the localisation study: what each localiser is trained on.

Every arm takes the same number of optimiser steps. An arm with synthetic images has its own
control: the same real radiographs and as many of them once more. Only what goes beyond the control
is what synthetic images add; what the control gains or loses comes from the number of images alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.study.shares import Share

REAL = "real"
DUPLICATED = "duplicated"


@dataclass(frozen=True)
class Arm:
    """One composition of training images.

    source: `REAL`, `DUPLICATED` or a generator's name; added: images that join the real ones.
    """

    share: Share
    source: str
    added: int

    @property
    def key(self) -> str:
        """Its name in files."""
        return f"{self.share.slug}-{self.source}" + (f"-{self.added}" if self.added else "")

    @property
    def title(self) -> str:
        """Its name in tables."""
        if self.source == REAL:
            return self.share.title
        what = "duplicated real" if self.source == DUPLICATED else source_title(self.source)
        return f"{self.share.title} + {self.added} {what}"

    @property
    def control(self) -> "Arm":
        """As many images, none of them synthetic."""
        return Arm(self.share, DUPLICATED if self.added else REAL, self.added)

    @property
    def real_alone(self) -> "Arm":
        """The real radiographs, each once."""
        return Arm(self.share, REAL, 0)

    @property
    def is_synthetic(self) -> bool:
        """Whether a generator's pairs take part."""
        return self.source not in (REAL, DUPLICATED)


def source_title(name: str) -> str:
    """A generator as tables name it: DDPM, GAN, VAE; others as they are called."""
    return name.upper() if name in ("ddpm", "gan", "vae") else name


def arms_of(share: Share, added: Mapping[str, Sequence[int]]) -> tuple[Arm, ...]:
    """All arms of a share: real alone, each generator with each of its numbers of images, and one
    control for every number. A generator of which nothing joins has no arm: it is real alone.

    Args:
        added: numbers of images by generator.
    """
    counts = {name: sorted({n for n in numbers if n > 0}) for name, numbers in added.items()}
    synthetic = [Arm(share, name, n) for name, numbers in counts.items() for n in numbers]
    controls = sorted({arm.added for arm in synthetic})
    duplicated = [Arm(share, DUPLICATED, n) for n in controls]
    return (Arm(share, REAL, 0), *duplicated, *synthetic)


def duplicates(real: int, added: int, seed: int) -> np.ndarray:
    """Which of `real` radiographs are there once more, (added,) indices: all equally often, or some
    of them once more; those of a smaller number are the beginning of those of a larger one."""
    random = np.random.default_rng((seed, 2))
    rounds = -(-added // real)
    order = [random.permutation(real) for _ in range(rounds)]
    return np.concatenate([*order, np.zeros(0, np.int64)])[:added].astype(np.int64)
