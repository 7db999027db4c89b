"""Which candidate is which landmark."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.belief_propagation import belief_propagation
from engine.assess.potentials import paper_potentials
from engine.assess.prior import Prior
from engine.heatmap import Candidates


@dataclass(frozen=True)
class Labelling:
    """A candidate for every landmark.

    chosen: (L,) candidate index, -1 for none; landmarks: (L, 2) canvas pixels, NaN for none;
    beliefs: (L,) probability of the choice, NaN for none; millimetres_per_pixel: the scale used;
    converged, sweeps: how belief propagation ended.
    """

    chosen: np.ndarray
    landmarks: np.ndarray
    beliefs: np.ndarray
    millimetres_per_pixel: float
    converged: bool
    sweeps: int


def label_paper(
    candidates: Sequence[Candidates], prior: Prior, anatomy: Anatomy
) -> list[Labelling]:
    """Label a batch as the paper does: sum-product belief propagation, argmax of the marginals.

    At most 100 sweeps with damping 0.3; that it did not settle is recorded and changes nothing.
    """
    potentials = paper_potentials(candidates, prior, anatomy.unary_sigma)
    beliefs = belief_propagation(
        potentials.unary, potentials.binary, potentials.edges, mask=potentials.exists
    )
    return [
        _choose(peaks, marginals, prior.millimetres_per_pixel, bool(converged), int(sweeps))
        for peaks, marginals, converged, sweeps in zip(
            candidates, beliefs.marginals, beliefs.converged, beliefs.sweeps, strict=True
        )
    ]


def _choose(
    peaks: Candidates, marginals: np.ndarray, scale: float, converged: bool, sweeps: int
) -> Labelling:
    count = len(marginals)
    if len(peaks) == 0:
        missing = np.full(count, np.nan)
        nowhere = np.full((count, 2), np.nan)
        return Labelling(np.full(count, -1), nowhere, missing, scale, converged, sweeps)
    chosen = marginals.argmax(axis=1)
    believed = marginals[np.arange(count), chosen]
    return Labelling(chosen, peaks.positions[chosen], believed, scale, converged, sweeps)
