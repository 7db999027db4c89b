"""Fidelity and coverage of generated sets as separate figures, in two spaces that mean something.

Density and coverage (Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative
models") with distances between aligned shapes (mm) and between aligned pictures (the copy check's
descriptors): no network trained on photographs is asked, and nothing is blended into one score.
"""

import numpy as np

NEIGHBOURS = 5
_RESAMPLES = 50


def neighbour_radii(between: np.ndarray, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """(N,) distance of each reference to its k-th nearest other reference.

    Args:
        between: (N, N) distances among references; k is at most N - 1.
    """
    others = np.sort(np.where(np.eye(len(between), dtype=bool), np.inf, between), axis=1)
    return others[:, min(neighbours, len(between) - 1) - 1]


def density(distances: np.ndarray, radii: np.ndarray, neighbours: int = NEIGHBOURS) -> float:
    """How many reference balls hold a sample, over k: about 1 for samples like the references, less
    for samples that lie off them (fidelity).

    Args:
        distances: (M, N) of samples to references; radii: (N,) of the references.
    """
    held = (distances < radii[None, :]).sum(axis=1).mean()
    return float(held / min(neighbours, len(radii) - 1))


def coverage(distances: np.ndarray, radii: np.ndarray, count: int, seed: int = 0) -> float:
    """Share of references whose ball holds one of `count` samples, averaged over draws.

    It rises with the number of samples, so that sets are compared at the same `count`.
    """
    inside = distances < radii[None, :]
    if count >= len(inside):
        return float(inside.any(axis=0).mean())
    rng = np.random.default_rng(seed)
    draws = (rng.permutation(len(inside))[:count] for _ in range(_RESAMPLES))
    return float(np.mean([inside[draw].any(axis=0).mean() for draw in draws]))
