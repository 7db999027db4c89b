"""Both policies on annotated shapes of real hands, drawn as perfect heatmaps."""

import csv
from pathlib import Path

import numpy as np
import pytest

from engine.assess.gate import assess_batch, assess_landmarks
from engine.assess.prior import fit_prior
from engine.canvas import CanvasMap
from engine.heatmap import draw_heatmap
from tests.bench.measures import label_right

_SHAPES = Path(__file__).parents[4] / "shared" / "dha-shapes" / "shapes.csv"
pytestmark = pytest.mark.skipif(not _SHAPES.exists(), reason=f"no real hand shapes at {_SHAPES}")


@pytest.fixture(scope="module")
def shapes() -> dict[str, np.ndarray]:
    """Canvas coordinates by id, each shape with margins of a few per cent around it."""
    rng = np.random.default_rng(0)
    with _SHAPES.open(newline="") as file:
        rows = list(csv.reader(file))
    return {row[0]: _on_canvas(np.array(row[1:], dtype=float).reshape(37, 2), rng) for row in rows}


def _on_canvas(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    low, high = points.min(axis=0), points.max(axis=0)
    before, after = rng.uniform(0.02, 0.08, (2, 2)) * (high - low).max()
    width, height = np.ceil(high - low + before + after).astype(int) + 1
    return CanvasMap(int(width), int(height)).to_canvas(points - low + before)


def test_paper_labels_most_landmarks_of_held_out_hands_right(shapes, hand):
    points = np.random.default_rng(1).permutation(np.stack(list(shapes.values())))
    held_out, training = np.split(points, [len(points) // 5])
    prior = fit_prior(training, hand)
    found = assess_batch([draw_heatmap(shape) for shape in held_out], prior, hand, "paper")
    labelled = np.stack([one.landmarks for one in found])
    right = _error(labelled, held_out) * prior.millimetres_per_pixel < 2
    print(
        f"{100 * right.mean():.1f} % of landmarks labelled right, "
        f"{100 * right.all(axis=1).mean():.0f} % of hands wholly, "
        f"{100 * np.mean([one.accepted for one in found]):.0f} % accepted"
    )
    assert right.mean() > 0.94


def test_refined_labels_and_accepts_nearly_all_held_out_hands(shapes, hand):
    points = np.random.default_rng(1).permutation(np.stack(list(shapes.values())))
    held_out, training = np.split(points, [len(points) // 5])
    prior = fit_prior(training, hand)
    found = assess_batch([draw_heatmap(shape) for shape in held_out], prior, hand, "refined")
    right = label_right(found, held_out, hand)
    assert right.mean() >= 0.998
    # Two of these 122 hands have two landmarks annotated at one point: no labelling finds both.
    assert right.all(axis=1).mean() >= 0.95
    assert np.mean([one.accepted for one in found]) >= 0.97


def _error(labelled: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(n, L) pixels; landmarks 2 and 3 may be exchanged where they lie within 2 pixels."""
    exchanged = truth.copy()
    exchanged[:, [2, 3]] = truth[:, [3, 2]]
    direct = np.linalg.norm(labelled - truth, axis=-1)
    swapped = np.linalg.norm(labelled - exchanged, axis=-1)
    close = np.linalg.norm(truth[:, 2] - truth[:, 3], axis=-1) < 2
    better = close & (swapped.sum(axis=1) < direct.sum(axis=1))
    return np.where(better[:, None], swapped, direct)


@pytest.mark.parametrize("policy", ["paper", "refined"])
def test_annotation_slips_are_found_and_good_annotations_accepted(shapes, hand, policy):
    prior = fit_prior(np.stack(list(shapes.values())), hand)
    found = {name: assess_landmarks(points, prior, hand, policy) for name, points in shapes.items()}
    slips = {
        name
        for name, one in found.items()
        if any(reason.code == "shared-candidate" for reason in one.reasons)
    }
    assert slips == {"3751", "4170", "7076", "7078"}
    assert np.mean([one.accepted for one in found.values()]) > 0.97
