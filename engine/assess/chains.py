"""Fingers out of proportion: a chain with a marker for every landmark is labelled in its order.

A bone that is far too long leaves one landmark without a candidate where it is expected, and a
marker beyond the tip to nobody. There is then nothing missing, and the length is what is wrong.
"""

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.shape_statistics import ShapeStatistics

# A spare marker within this many mean bones of a chain's markers may be the chain's own.
_REACH = 1.75


def complete_chains(
    chosen: np.ndarray, points_mm: np.ndarray, statistics: ShapeStatistics, anatomy: Anatomy
) -> np.ndarray:
    """Give chains that lack landmarks the spare markers beside them, in the order along the chain.

    Only where spare markers and missing landmarks are of one number; else nothing changes.

    Args:
        chosen: (L,) candidate indices of one pair, -1 for none. points_mm: (n, 2) its aligned
            candidates.
    """
    chosen = chosen.copy()
    for group in anatomy.groups:
        members = np.array(group.landmarks)
        if not group.chain or (chosen[members] >= 0).all():
            continue
        own = chosen[members][chosen[members] >= 0]
        spare = np.setdiff1d(np.arange(len(points_mm)), chosen)
        if not (len(own) and len(spare)):
            continue
        mean = statistics.mean[members]
        reach = _REACH * np.linalg.norm(np.diff(mean, axis=0), axis=1).mean()
        apart = np.linalg.norm(points_mm[spare][:, None] - points_mm[own][None], axis=-1)
        markers = np.concatenate([own, spare[apart.min(axis=1) < reach]])
        if len(markers) == len(members):
            along = points_mm[markers] @ (mean[-1] - mean[0])
            chosen[members] = markers[np.argsort(along)]
    return chosen
