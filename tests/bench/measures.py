"""What the bench counts: labels right, hands accepted, faults refused, optima reached, seconds."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.exact_check import KEPT_STATES, build_field
from engine.assess.gate import assess, assess_batch, find_policy
from engine.assess.graphical_model import exact_labelling, log_score, prune, to_pgmpy
from engine.assess.potentials import Potentials
from engine.assess.prior import Prior
from engine.canvas import millimetres_per_pixel
from tests.bench.corruptions import Drawn

RIGHT_WITHIN = 2.0  # mm


def label_right(found: Sequence[Assessment], truth: np.ndarray, anatomy: Anatomy) -> np.ndarray:
    """(n, L) whether each landmark lies within 2 mm of the truth (n, L, 2), by the true scale.

    The two of a coincident pair may be exchanged where they truly lie closer than that.
    """
    assert anatomy.scale_pair is not None
    pair = anatomy.scale_pair
    scales = millimetres_per_pixel(truth, pair.indices, pair.length)[:, None]
    labelled = np.stack([one.landmarks for one in found])
    right = np.linalg.norm(labelled - truth, axis=-1) * scales < RIGHT_WITHIN
    for first, second in anatomy.coincident_pairs:
        both = [first, second]
        close = np.linalg.norm(truth[:, first] - truth[:, second], axis=-1) * scales[:, 0]
        exchanged = np.linalg.norm(labelled[:, both] - truth[:, both[::-1]], axis=-1) * scales
        swapped = (close < RIGHT_WITHIN) & (exchanged < RIGHT_WITHIN).all(axis=1)
        right[:, both] |= swapped[:, None]
    return right


def names_the_fault(one: Assessment, drawn: Drawn, codes: frozenset[str]) -> bool:
    """Whether the first reason is of the fault's kind and about a landmark it concerns."""
    if not one.reasons:
        return False
    first = one.reasons[0]
    about = not (drawn.concerned and first.landmarks) or drawn.concerned & set(first.landmarks)
    return first.code in codes and bool(about)


@dataclass(frozen=True)
class Optimality:
    """Labellings of belief propagation that score as well as the exact optimum, of how many; by how
    much the log-scores of the others fall short (mean and most, of all); and seconds per graph of
    belief propagation, of the exact solution and of pgmpy's Mplp."""

    equal: int
    count: int
    mean_gap: float
    largest_gap: float
    ours: float
    exact: float
    mplp: float


def compare_with_optimum(
    heatmaps: Sequence[np.ndarray], prior: Prior, anatomy: Anatomy, policy: str, mplp: int
) -> Optimality:
    """Solve each graph by belief propagation, exactly on pruned candidates, and some by Mplp."""
    gaps, ours, exact, theirs = [], [], [], []
    for row, heatmap in enumerate(heatmaps):
        peaks = find_policy(policy).find(heatmap, anatomy)
        started = time.perf_counter()
        field = build_field(peaks, prior, anatomy, policy)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        best = exact_labelling(field.potentials, field.marginals, keep=KEPT_STATES)
        exact.append(time.perf_counter() - started)
        reached = log_score(field.potentials, field.marginals.argmax(axis=1))
        gaps.append(best.log_score - reached)
        if row < mplp:
            theirs.append(_mplp_seconds(field.potentials, field.marginals))
    return Optimality(
        equal=sum(gap <= 1e-6 for gap in gaps),
        count=len(heatmaps),
        mean_gap=float(np.mean(gaps)),
        largest_gap=float(np.max(gaps)),
        ours=float(np.mean(ours)),
        exact=float(np.mean(exact)),
        mplp=float(np.mean(theirs)) if theirs else float("nan"),
    )


def _mplp_seconds(field: Potentials, marginals: np.ndarray) -> float:
    from pgmpy.inference import Mplp

    network = to_pgmpy(prune(field, marginals, 3)[0])
    for factor in network.get_factors():
        # Mplp adds what it is given, and keeps no labelling that scores below 0.
        factor.values = np.log(factor.values) - np.log(factor.values.min())
    started = time.perf_counter()
    Mplp(network).map_query(tighten_triplet=False)
    return time.perf_counter() - started


@dataclass(frozen=True)
class Speed:
    """batch: pairs per second in one batch; single: seconds for one pair (median)."""

    batch: float
    single: float


def measure_speed(
    heatmaps: Sequence[np.ndarray], prior: Prior, anatomy: Anatomy, policy: str, count: int
) -> Speed:
    """From heatmap to verdict; the best of three rounds, since other work disturbs."""
    rows = [heatmaps[index % len(heatmaps)] for index in range(count)]
    assess_batch(rows[:2], prior, anatomy, policy)
    batches, singles = [], []
    for _ in range(3):
        started = time.perf_counter()
        assess_batch(rows, prior, anatomy, policy)
        batches.append(time.perf_counter() - started)
    for heatmap in rows[:16]:
        started = time.perf_counter()
        assess(heatmap, prior, anatomy, policy)
        singles.append(time.perf_counter() - started)
    return Speed(count / min(batches), float(np.median(singles)))
