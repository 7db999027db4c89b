"""How far phantoms are from real hands, in summary figures.

    python -m tests.bench.phantom --shapes shapes.csv --data dha [--count 400] [--pictures 60]

Shapes: the length of every edge of the topology learned from the real shapes, in mm for a wrist
width of 50 mm: means, ratio of the standard deviations, two-sample Kolmogorov-Smirnov distance.
Pictures, on the canvas: aspect ratio, wrist width, grey-level histogram, power spectrum.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy, load_anatomy
from engine.assess.prior import edge_lengths
from engine.assess.topology import learn_topology
from engine.canvas import CANVAS_SIZE, CanvasMap, millimetres_per_pixel, place_on_canvas
from engine.data.dataset import open_dataset
from engine.data.landmark_table import read_landmark_table
from engine.data.phantom import PhantomSettings, draw_phantom, place_hand

SD_WITHIN = 0.25


def run(shapes: Path, data: Path | None, count: int, pictures: int, seed: int) -> Iterator[str]:
    """Measure; yields the lines of the report."""
    anatomy = load_anatomy("hand")
    real = _in_millimetres(
        np.stack(list(read_landmark_table(shapes, anatomy.landmark_count).values())), anatomy
    )
    settings = PhantomSettings()
    hands = [place_hand(seed, index, settings) for index in range(count)]
    ours = np.stack([hand.landmarks for hand, _ in hands])
    yield from compare_edges(real, _in_millimetres(ours, anatomy), anatomy)
    if data is not None:
        yield ""
        yield from _compare_pictures(data, anatomy, pictures, seed)


def compare_edges(real: np.ndarray, ours: np.ndarray, anatomy: Anatomy) -> Iterator[str]:
    """A line for every edge of the real shapes' topology; real, ours: (n, L, 2) mm."""
    from scipy.stats import ks_2samp

    edges = learn_topology(real)
    lengths = edge_lengths(real, edges), edge_lengths(ours, edges)
    pair = set(anatomy.scale_pair.indices) if anatomy.scale_pair else set()
    yield f"{'edge':8}{'real, mm':>16}{'phantom, mm':>16}{'SD ratio':>10}{'KS':>7}"
    ratios, distances = [], []
    for (first, second), theirs, mine in zip(edges, lengths[0].T, lengths[1].T, strict=True):
        if {int(first), int(second)} == pair:
            continue
        ratios.append(mine.std() / theirs.std())
        distances.append(ks_2samp(theirs, mine).statistic)
        yield (
            f"{f'{first}-{second}':8}{f'{theirs.mean():.1f} ± {theirs.std():.2f}':>16}"
            f"{f'{mine.mean():.1f} ± {mine.std():.2f}':>16}{ratios[-1]:10.2f}{distances[-1]:7.2f}"
        )
    within = np.abs(np.array(ratios) - 1) <= SD_WITHIN
    yield (
        f"{within.sum()} of {len(ratios)} edges have an SD within ± {SD_WITHIN:.0%}; "
        f"KS distance: median {np.median(distances):.2f}, highest {np.max(distances):.2f}"
    )


def _compare_pictures(data: Path, anatomy: Anatomy, count: int, seed: int) -> Iterator[str]:
    from scipy.stats import wasserstein_distance

    real = list(_real_pictures(data, anatomy, count))
    ours = list(_phantom_pictures(seed, count))
    yield f"{'pictures':34}{'real':>18}{'phantom':>18}"
    for title, index in (("aspect ratio", 0), ("wrist width, canvas pixels", 1)):
        columns = [np.array([row[index] for row in rows]) for rows in (real, ours)]
        cells = [f"{column.mean():.2f} ± {column.std():.2f}" for column in columns]
        yield f"{title:34}{cells[0]:>18}{cells[1]:>18}"
    grey = [np.stack([row[2] for row in rows]) for rows in (real, ours)]
    for title, percentile in (("grey level, 5th percentile", 5), ("50th", 50), ("95th", 95)):
        found = [np.percentile(planes, percentile, axis=(1, 2)) for planes in grey]
        cells = [f"{values.mean():.0f} ± {values.std():.0f}" for values in found]
        yield f"{title:34}{cells[0]:>18}{cells[1]:>18}"
    pooled = [planes[:, ::4, ::4].ravel() for planes in grey]
    yield f"{'histograms, Wasserstein, levels':34}{wasserstein_distance(*pooled):18.1f}"
    yield f"{'power spectrum, dB':34}"
    spectra = [np.mean([_spectrum(plane) for plane in planes], axis=0) for planes in grey]
    for low, theirs, mine in zip(_BANDS[:-1], *spectra, strict=True):
        title = f"  from {low} cycles per canvas"
        yield f"{title:34}{theirs:18.1f}{mine:18.1f}"


_BANDS = (1, 2, 4, 8, 16, 32, 64, 128)


def _spectrum(plane: np.ndarray) -> np.ndarray:
    """Mean power in dB in octaves of radial frequency, under a Hann window."""
    window = np.outer(np.hanning(CANVAS_SIZE), np.hanning(CANVAS_SIZE))
    power = np.abs(np.fft.fft2((plane - plane.mean()) * window)) ** 2
    frequency = np.fft.fftfreq(CANVAS_SIZE) * CANVAS_SIZE
    radius = np.hypot(frequency[:, None], frequency[None, :])
    bands = pairwise(_BANDS)
    return np.array(
        [10 * np.log10(power[(radius >= low) & (radius < high)].mean()) for low, high in bands]
    )


def _real_pictures(
    data: Path, anatomy: Anatomy, count: int
) -> Iterator[tuple[float, float, np.ndarray]]:
    from PIL import Image

    dataset = open_dataset(data, anatomy)
    for identifier, path in list(dataset.images.items())[:count]:
        with Image.open(path) as image:
            yield _figures(np.asarray(image.convert("L")), dataset.landmarks[identifier])


def _phantom_pictures(seed: int, count: int) -> Iterator[tuple[float, float, np.ndarray]]:
    for index in range(count):
        drawn = draw_phantom(seed, index)
        yield _figures(drawn.pixels, drawn.landmarks)


def _figures(pixels: np.ndarray, landmarks: np.ndarray) -> tuple[float, float, np.ndarray]:
    height, width = pixels.shape
    wrist = float(np.linalg.norm(landmarks[1] - landmarks[5]))
    scale = CanvasMap(width, height).scale
    return width / height, wrist * scale, place_on_canvas(pixels)


def _in_millimetres(points: np.ndarray, anatomy: Anatomy) -> np.ndarray:
    assert anatomy.scale_pair is not None
    pair = anatomy.scale_pair
    return points * millimetres_per_pixel(points, pair.indices, pair.length)[:, None, None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for line in run(
        arguments.shapes, arguments.data, arguments.count, arguments.pictures, arguments.seed
    ):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
