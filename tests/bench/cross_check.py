"""Whether a localiser's look at the image finds pairs whose heatmap does not belong to it.

    python -m tests.bench.cross_check --localiser runs/localiser --data dha

The data's test radiographs, which the localiser was not trained on, are judged by limits that were
set on other ones of them: on one half (many halves are drawn), or on all but the one. Every heatmap
is drawn from landmarks and labelled by the gate under a prior of the training part. ``markers``:
refused by the gate that looks at the heatmap alone; ``either``: by that or for the image.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy, load_anatomy
from engine.assess.gate import assess_batch
from engine.assess.image_check import image_reasons
from engine.assess.image_limits import fit_image_limits
from engine.assess.image_sight import ImageLimits, ImageSight
from engine.assess.prior import Prior, fit_prior
from engine.data.canvas_cache import load_canvas_set
from engine.data.canvas_set import CanvasSet
from engine.data.dataset import open_dataset
from engine.heatmap import draw_heatmap
from engine.localise.metrics import millimetres_of
from engine.localise.prediction import predict
from engine.localise.weights import load_localiser, read_localiser_info
from tests.bench.mismatches import doubled_fingers, moved_fingers, moved_landmarks, shifts

HALVES = 20  # drawings of two halves


@dataclass(frozen=True)
class Labelled:
    """A pair as the gate labelled it. radiograph: whose image; found: (L, 2) what the localiser
    sees on it; accepted: by the gate that does not look at the image."""

    radiograph: int
    found: np.ndarray
    labels: np.ndarray
    millimetres: float
    accepted: bool


class Bench:
    """The radiographs that the localiser does not know, and what it sees on them."""

    def __init__(self, localiser: Path, test: CanvasSet, prior: Prior, anatomy: Anatomy) -> None:
        self.network = load_localiser(read_localiser_info(localiser))
        self.test, self.prior, self.anatomy = test, prior, anatomy
        self.images = test.images_in_range(slice(None))
        self.found = predict(self.network, self.images).points
        self.millimetres = millimetres_of(test, anatomy)
        self.errors = (self.found - test.points) * self.millimetres[:, None, None]

    def label(
        self, labels: Iterable[tuple[int, np.ndarray]], found: np.ndarray | None = None
    ) -> list[Labelled]:
        """Heatmaps of landmarks, each with the image of a radiograph, labelled by the gate."""
        chosen = list(labels)
        judged = assess_batch([draw_heatmap(p) for _, p in chosen], self.prior, self.anatomy)
        seen = self.found[[i for i, _ in chosen]] if found is None else found
        return [
            Labelled(i, at, one.landmarks, one.millimetres_per_pixel, one.accepted)
            for (i, _), at, one in zip(chosen, seen, judged, strict=True)
        ]

    def each(
        self, moved: Callable[[np.ndarray, float, int], Iterable[np.ndarray]]
    ) -> list[Labelled]:
        """Every radiograph with its landmarks moved in every way of points, pixels a mm, seed."""
        return self.label(
            (i, labels)
            for i, points in enumerate(self.test.points)
            for labels in moved(points, 1 / float(self.millimetres[i]), i)
        )

    def kinds(self) -> Iterator[tuple[str, list[Labelled]]]:
        points, count = self.test.points, len(self.test)
        yield "true pairs", self.label(enumerate(points))
        others = ((i, points[j]) for i in range(count) for j in range(count) if i != j)
        yield "another hand's heatmap", self.label(others)
        for mm in (3, 5, 10):
            cases = self.each(lambda p, unit, seed, mm=mm: shifts(p, mm * unit, seed))  # type: ignore[misc]
            yield f"all landmarks shifted by {mm} mm", cases
        yield (
            "one finger shifted by 8 mm",
            self.each(lambda p, unit, seed: moved_fingers(p, 8 * unit, self.anatomy, seed)),
        )
        yield (
            "one landmark shifted by 10 mm",
            self.each(lambda p, unit, seed: moved_landmarks(p, 10 * unit, seed)),
        )
        yield "a doubled finger in the image", self._doubled()

    def _doubled(self) -> list[Labelled]:
        labels, images = [], []
        for i, points in enumerate(self.test.points):
            for _, _, image in doubled_fingers(self.images[i], points, self.anatomy):
                labels.append((i, points))
                images.append(image)
        return self.label(labels, predict(self.network, np.stack(images)).points)

    def refused(self, cases: list[Labelled], limits: ImageLimits) -> list[bool]:
        return [
            bool(
                image_reasons(
                    ImageSight("", one.found, limits), one.labels, one.millimetres, self.anatomy
                )
            )
            for one in cases
        ]

    def rates(
        self, cases: list[Labelled], splits: list[tuple[np.ndarray, ImageLimits]]
    ) -> tuple[float, float]:
        """Shares refused for the image, and for the image or the markers, over all splits into
        radiographs that are judged and limits from others."""
        image: list[bool] = []
        either: list[bool] = []
        for judged, limits in splits:
            chosen = [one for one in cases if one.radiograph in judged]
            told = self.refused(chosen, limits)
            image += told
            either += [t or not one.accepted for t, one in zip(told, chosen, strict=True)]
        return float(np.mean(image)), float(np.mean(either))

    def splits(self) -> dict[str, list[tuple[np.ndarray, ImageLimits]]]:
        count, rng = len(self.test), np.random.default_rng(0)
        every = np.arange(count)
        halves = []
        for _ in range(HALVES):
            order = rng.permutation(count)
            one, other = order[: count // 2], order[count // 2 :]
            halves += [(one, self._limits(other)), (other, self._limits(one))]
        all_but_one = [(every[[i]], self._limits(np.delete(every, i))) for i in every]
        return {"half": halves, "all but one": all_but_one}

    def _limits(self, radiographs: np.ndarray) -> ImageLimits:
        return fit_image_limits(self.errors[radiographs], self.anatomy)


def run(bench: Bench) -> Iterator[str]:
    """Measure everything; yields the lines of the report."""
    count = len(bench.test)
    distances = np.linalg.norm(bench.errors, axis=2)
    yield f"{count} test radiographs, point error {distances.mean():.2f} mm"
    limits = fit_image_limits(bench.errors, bench.anatomy)
    axes = 1 / np.sqrt(np.linalg.eigvalsh(limits.ellipses))
    yield (
        f"limits from all {count}: landmark {axes.min():.1f} to {axes.max():.1f} mm, group "
        f"{limits.group.min():.1f} to {limits.group.max():.1f} mm, all together "
        f"{limits.shift:.1f} mm, on average {limits.distance:.1f} mm"
    )
    heads = ("image: half", "all but one", "markers", "either", "pairs")
    yield f"{'refused for, limits from':34}" + "".join(f"{head:>13}" for head in heads)
    splits = bench.splits()
    for name, cases in bench.kinds():
        half, _ = bench.rates(cases, splits["half"])
        all_but_one, either = bench.rates(cases, splits["all but one"])
        markers = float(np.mean([not one.accepted for one in cases]))
        told = "".join(f"{share:13.1%}" for share in (half, all_but_one, markers, either))
        yield f"{name:34}{told}{len(cases):13d}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--localiser", type=Path, required=True, help="run folder or file")
    parser.add_argument("--data", type=Path, required=True, help="data set with a test part")
    parser.add_argument("--anatomy", default="hand")
    arguments = parser.parse_args()
    anatomy = load_anatomy(arguments.anatomy)
    dataset = open_dataset(arguments.data, anatomy)
    prior = fit_prior(load_canvas_set(dataset, "train").points, anatomy)
    bench = Bench(arguments.localiser, load_canvas_set(dataset, "test"), prior, anatomy)
    for line in run(bench):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
