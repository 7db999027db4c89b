"""What the gate takes of a project's pairs, beside phantoms that no training has seen.

    ossa generate --count 200 --seed 7 --project demo
    python -m tests.bench.acceptance --project demo [--phantoms 1000]

The baseline: phantoms of another seed, their landmarks drawn as perfect heatmaps, judged by the
same prior in the same process. So that nobody buys acceptance with sameness, the spread of each
leading mode of the shape model is compared with training's, over all pairs with every landmark,
taken or refused, and over the phantoms as a control.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.alignment import as_complex, as_points
from engine.assess.assessment import Assessment
from engine.assess.gate import POLICIES, assess_batch
from engine.assess.prior import Prior
from engine.canvas import CanvasMap
from engine.data.phantom import PhantomSettings, place_hand
from engine.heatmap import draw_heatmap
from engine.review.project import ReviewProject

GOAL, LEAST_SPREAD = 0.9, 0.8
LEADING = 0.9  # of the shape model's variance
_AT_ONCE = 50


def run(project: ReviewProject, phantoms: int, seed: int) -> Iterator[str]:
    """Measure; yields the lines of the report."""
    arrays = project.prior_arrays()
    if arrays is None:
        raise SystemExit(f"{project.folder} holds no prior to judge by")
    prior, anatomy = Prior.from_arrays(arrays), project.anatomy
    rows = project.rows()
    ours = [project.pair(row.identifier).heatmap for row in rows]
    theirs = [draw_heatmap(points) for points in phantom_shapes(phantoms, seed)]
    yield f"{'policy':10}{'generated':>22}{'phantoms':>22}{'ratio':>8}{'goal':>6}"
    for policy in POLICIES:
        found, known = (_judge(maps, prior, anatomy, policy) for maps in (ours, theirs))
        (own, said), (other, told) = _share(found), _share(known)
        yield f"{policy:10}{said:>22}{told:>22}{own / other if other else np.nan:8.2f}{GOAL:6.1f}"
    yield "reasons, pairs with each: " + _reasons(found)
    yield from _spreads(found, known, prior)
    risks = [row.copy_level for row in rows if row.copy_level is not None]
    copies = sum(level == "copy" for level in risks)
    yield f"{copies} of {len(risks)} compared pairs copy a training radiograph"


def phantom_shapes(count: int, seed: int) -> Iterator[np.ndarray]:
    """Landmarks (37, 2) of phantoms on the canvas; their pictures are not drawn."""
    for index in range(count):
        hand, grid = place_hand(seed, index, PhantomSettings())
        yield CanvasMap(grid.width, grid.height).to_canvas(hand.landmarks / grid.pitch)


def mode_spreads(shapes: np.ndarray, prior: Prior) -> np.ndarray:
    """(t,) SD of each mode over shapes (n, L, 2), relative to training's; size, place and rotation
    taken out as the shape model takes them."""
    mean = as_complex(prior.mean_shape)
    centred = as_complex(shapes)
    centred = centred - centred.mean(axis=1, keepdims=True)
    overlap = centred @ mean.conj()
    turned = centred * (overlap.conj() / np.abs(overlap))[:, None]
    aligned = turned * np.linalg.norm(mean) / np.linalg.norm(turned, axis=1, keepdims=True)
    weights = as_points(aligned - mean).reshape(len(shapes), -1) @ prior.modes.T
    return weights.std(axis=0, ddof=1) / np.sqrt(prior.mode_variances)


def _judge(
    heatmaps: Sequence[np.ndarray], prior: Prior, anatomy: Anatomy, policy: str
) -> list[Assessment]:
    found: list[Assessment] = []
    for start in range(0, len(heatmaps), _AT_ONCE):
        found += assess_batch(heatmaps[start : start + _AT_ONCE], prior, anatomy, policy)
    return found


def _share(found: Sequence[Assessment]) -> tuple[float, str]:
    accepted = sum(one.accepted for one in found)
    share = accepted / len(found)
    return share, f"{accepted} of {len(found)} ({share:.1%})"


def _reasons(found: Sequence[Assessment]) -> str:
    counted = Counter(code for one in found for code in {reason.code for reason in one.reasons})
    return ", ".join(f"{code} {count}" for code, count in counted.most_common())


def _spreads(
    ours: Sequence[Assessment], theirs: Sequence[Assessment], prior: Prior
) -> Iterator[str]:
    shares = np.cumsum(prior.mode_variances) / prior.mode_variances.sum()
    leading = int(np.searchsorted(shares, LEADING)) + 1
    complete = [_complete(found) for found in (ours, theirs)]
    own, other = (mode_spreads(shapes, prior)[:leading] for shapes in complete)
    yield (
        f"SD of the {leading} modes with {LEADING:.0%} of the variance, relative to training "
        f"({len(complete[0])} pairs with every landmark; phantoms below)"
    )
    for spreads in (own, other):
        yield " ".join(f"{spread:5.2f}" for spread in spreads)
    yield f"{(own >= LEAST_SPREAD).sum()} of {leading} reach {LEAST_SPREAD}"


def _complete(found: Sequence[Assessment]) -> np.ndarray:
    shapes = np.stack([one.landmarks for one in found])
    return shapes[np.isfinite(shapes).all(axis=(1, 2))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--phantoms", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1_000_000, help="one no weights have seen")
    arguments = parser.parse_args()
    with ReviewProject.open(arguments.project) as project:
        for line in run(project, arguments.phantoms, arguments.seed):
            print(line, flush=True)


if __name__ == "__main__":
    main()
