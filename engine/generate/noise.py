"""Noise that depends on (seed, pair, step) alone, whatever the batch or the device.

A counter-based generator (Philox) has no state to carry: pair i of a seed gets the same noise
whether it is sampled alone, in a batch of 64 or on another worker.
"""

from collections.abc import Sequence

import numpy as np

from engine.canvas import CANVAS_SIZE


def pair_noise(seed: int, pairs: Sequence[int], step: int) -> np.ndarray:
    """Standard normal noise, (len(pairs), 2, 256, 256) float32.

    Args:
        seed: of the whole set, 0 … 2^64 - 1.
        pairs: numbers of the pairs within the seed.
        step: 0 for the noise a pair starts from, then one number per sampling step.
    """
    shape = (2, CANVAS_SIZE, CANVAS_SIZE)
    return np.stack([_normal(seed, pair, step, shape) for pair in pairs])


def latent_noise(seed: int, pairs: Sequence[int], length: int, step: int = 0) -> np.ndarray:
    """Standard normal latent vectors of pairs, (len(pairs), length) float32.

    Args:
        step: as `pair_noise` has it; another one gives other numbers.
    """
    return np.stack([_normal(seed, pair, step, (length,)) for pair in pairs])


def _normal(seed: int, pair: int, step: int, shape: tuple[int, ...]) -> np.ndarray:
    bits = np.random.Philox(
        key=np.array([seed, pair], dtype=np.uint64),
        counter=np.array([0, 0, 0, step], dtype=np.uint64),
    )
    return np.random.Generator(bits).standard_normal(shape, dtype=np.float32)
