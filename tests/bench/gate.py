"""How far the gate can be trusted: both policies on real shapes, faults and nuisances, 5-fold.

    python -m tests.bench.gate --shapes shapes.csv --images dha [--quick]

Fits on four fifths, tests on one fifth, prints mean ± standard deviation over the folds. Every hand
is drawn as a heatmap. Faults and nuisances are drawn on a seeded sample of each fold's hands.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy, load_anatomy
from engine.assess.gate import POLICIES, assess_batch
from engine.assess.prior import Prior, fit_prior
from engine.heatmap import draw_heatmap
from tests.bench.corruptions import Corruption, Drawn, Hand, corruptions, far_points, jittered
from tests.bench.measures import (
    compare_with_optimum,
    label_right,
    measure_speed,
    names_the_fault,
)
from tests.bench.shapes import PlacedShapes, place_shapes

FOLDS = 5


@dataclass(frozen=True)
class Size:
    """folds: how many are run; hands: of each fold at most; middle, others: hands of each fold for
    each corruption at its middle and at other strengths; optima: hands solved exactly; timed: pairs
    in a batch whose time is taken; fitted: shapes of a prior whose fit is timed, at most."""

    folds: int
    hands: int
    middle: int
    others: int
    optima: int
    timed: int = 64
    fitted: int = 600


FULL = Size(folds=5, hands=10_000, middle=20, others=8, optima=100)
QUICK = Size(folds=2, hands=40, middle=8, others=4, optima=6)


class Table:
    """Values by row and policy, one of each fold, and the order in which rows came."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, row: str, policy: str, value: float) -> None:
        self._values[row][policy].append(float(value))

    def sum_up(self, row: str, policy: str, values: list[float]) -> None:
        """Add the mean of one fold's values; no values add nothing."""
        if values:
            self.add(row, policy, float(np.mean(values)))

    def lines(self) -> Iterator[str]:
        yield f"{'per cent, mean ± SD over folds':58}" + "".join(f"{p:>16}" for p in POLICIES)
        for row, by_policy in self._values.items():
            cells = (by_policy.get(policy, []) for policy in POLICIES)
            yield f"{row:58}" + "".join(f"{self._cell(values):>16}" for values in cells)

    @staticmethod
    def _cell(values: list[float]) -> str:
        if not values:
            return "-"
        return f"{100 * np.nanmean(values):.2f} ± {100 * np.nanstd(values):.2f}"


def run(shapes: PlacedShapes, anatomy: Anatomy, size: Size) -> Iterator[str]:
    """Measure everything; yields the lines of the report."""
    table, started = Table(), time.perf_counter()
    order = np.random.default_rng(0).permutation(len(shapes.points))
    for fold in range(size.folds):
        held_out = np.arange(len(order)) % FOLDS == fold
        training, tested = order[~held_out], order[held_out][: size.hands]
        prior = fit_prior(shapes.points[training], anatomy)
        rng = np.random.default_rng(fold)
        _hands(table, shapes, tested, prior, anatomy, rng)
        _corrupted(table, shapes.points[tested], prior, anatomy, size, rng)
    yield from table.lines()
    yield ""
    fitted = shapes.points[order[: size.fitted]]
    fitting = time.perf_counter()
    fit_prior(fitted, anatomy)
    yield f"fitting the prior on {len(fitted)} shapes: {time.perf_counter() - fitting:.2f} s"
    yield from _costs(shapes.points[tested], prior, anatomy, size)
    yield f"the bench took {time.perf_counter() - started:.0f} s"


def _hands(
    table: Table,
    shapes: PlacedShapes,
    tested: np.ndarray,
    prior: Prior,
    anatomy: Anatomy,
    rng: np.random.Generator,
) -> None:
    points = shapes.points[tested]
    perfect = [draw_heatmap(hand) for hand in points]
    disturbed = [_disturbed(hand, anatomy, rng).heatmap() for hand in points]
    pictured = shapes.pictured[tested]
    for policy in POLICIES:
        for name, heatmaps in (("perfect heatmaps", perfect), ("disturbed heatmaps", disturbed)):
            found = assess_batch(heatmaps, prior, anatomy, policy)
            right = label_right(found, points, anatomy)
            accepted = np.array([one.accepted for one in found])
            table.add(f"{name}: landmarks right", policy, right.mean())
            table.add(f"{name}: hands wholly right", policy, right.all(axis=1).mean())
            table.add(f"{name}: hands accepted", policy, accepted.mean())
            if pictured.any():
                own = right[pictured]
                table.add(f"{name}: landmarks right, with image", policy, own.mean())
                whole = own.all(axis=1).mean()
                table.add(f"{name}: hands wholly right, with image", policy, whole)
                table.add(f"{name}: accepted, with image", policy, accepted[pictured].mean())


def _disturbed(points: np.ndarray, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Peaks off by a pixel and dimmed to 0.5 … 1, two spurious blobs far from the hand."""
    extra = far_points(Hand.of(points, anatomy), rng, 2)
    blobs = np.concatenate([jittered(points, rng), extra])
    return Drawn(blobs, truth=points, amplitudes=rng.uniform(0.5, 1, len(blobs)))


def _corrupted(
    table: Table,
    points: np.ndarray,
    prior: Prior,
    anatomy: Anatomy,
    size: Size,
    rng: np.random.Generator,
) -> None:
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for corruption in corruptions():
        count = min(size.middle if corruption.middle else size.others, len(points))
        hands = points[rng.choice(len(points), count, replace=False)]
        drawn = [corruption.draw(Hand.of(hand, anatomy), rng) for hand in hands]
        heatmaps = [one.heatmap() for one in drawn]
        for policy in POLICIES:
            for total, value in _score(
                table, corruption, drawn, heatmaps, prior, anatomy, policy
            ).items():
                scores[total, policy].append(value)
    for (total, policy), values in scores.items():
        table.sum_up(total, policy, values)


def _score(
    table: Table,
    corruption: Corruption,
    drawn: list[Drawn],
    heatmaps: list[np.ndarray],
    prior: Prior,
    anatomy: Anatomy,
    policy: str,
) -> dict[str, float]:
    """Fill the corruption's rows; returns what counts towards the totals."""
    found = assess_batch(heatmaps, prior, anatomy, policy)
    name = f"{corruption.kind} {corruption.strength}".strip()
    accepted = np.mean([one.accepted for one in found])
    if not corruption.is_fault:
        truth = np.stack([one.truth for one in drawn if one.truth is not None])
        right = label_right(found, truth, anatomy)
        table.add(f"nuisance, {name}: landmarks right", policy, right.mean())
        table.add(f"nuisance, {name}: accepted", policy, float(accepted))
        return {"ALL nuisances: landmarks right": float(right.mean())}
    named = [names_the_fault(*each, corruption.codes) for each in zip(found, drawn, strict=True)]
    table.add(f"fault, {name}: refused", policy, 1 - float(accepted))
    table.add(f"fault, {name}: right reason first", policy, float(np.mean(named)))
    if not corruption.middle:
        return {}
    return {
        "ALL faults at middle strength: refused": 1 - float(accepted),
        "ALL faults at middle strength: right reason first": float(np.mean(named)),
    }


def _costs(points: np.ndarray, prior: Prior, anatomy: Anatomy, size: Size) -> Iterator[str]:
    heatmaps = [draw_heatmap(hand) for hand in points[: size.optima]]
    for policy in POLICIES:
        speed = measure_speed(heatmaps, prior, anatomy, policy, size.timed)
        found = compare_with_optimum(heatmaps, prior, anatomy, policy, mplp=min(3, size.optima))
        yield (
            f"{policy}: {speed.batch:.0f} pairs/s in batches of {size.timed}, "
            f"{1000 * speed.single:.1f} ms for one pair; "
            f"factors and belief propagation {1000 * found.ours:.1f} ms, "
            f"exact {1000 * found.exact:.0f} ms, "
            f"Mplp {1000 * found.mplp:.0f} ms a graph ({found.mplp / found.ours:.0f} x ours)"
        )
        yield (
            f"{policy}: MAP quality: {found.equal} of {found.count} labellings score as the exact "
            f"optimum, log-score short of it by {found.mean_gap:.3f} on average, "
            f"{found.largest_gap:.3f} at most"
        )


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gate", description=__doc__)
    parser.add_argument("--shapes", type=Path, required=True, help="landmark table, one hand a row")
    parser.add_argument("--images", type=Path, help="data set that has images of some of them")
    parser.add_argument("--anatomy", default="hand")
    parser.add_argument("--quick", action="store_true", help="two folds, few hands")
    options = parser.parse_args(arguments)
    images = options.images
    if images is None and (beside := options.shapes.parent.parent / "dha").is_dir():
        images = beside
    anatomy = load_anatomy(options.anatomy)
    shapes = place_shapes(options.shapes, images, anatomy)
    sys.stdout.write(
        f"{len(shapes.ids)} shapes, {shapes.pictured.sum()} of them with their radiograph\n"
    )
    for line in run(shapes, anatomy, QUICK if options.quick else FULL):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
