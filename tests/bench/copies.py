"""Whether the copy check finds copies and leaves others alone.

    python -m tests.bench.copies --data dha

Every radiograph of the data set is taken as trained on. Its copies are re-encoded, shifted, turned
or darkened; their landmarks are labelled from a drawn heatmap by the gate and never handed over.
Then each radiograph is checked against all the others. Prints counts and distributions only.
"""

import argparse
import io
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy, load_anatomy
from engine.assess.copy_check import KnownRadiographs
from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.assess.gate import assess_batch
from engine.assess.prior import fit_prior
from engine.assess.training_descriptors import CopyCheck, describe_training
from engine.data.canvas_cache import load_canvas_set
from engine.data.canvas_set import CanvasSet
from engine.data.dataset import open_dataset
from engine.heatmap import draw_heatmap

MANY = 1000
Manipulation = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def re_encoded(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Written as a JPEG of quality 50 and read again."""
    from PIL import Image

    buffer = io.BytesIO()
    levels = np.rint((image + 1) * 127.5).clip(0, 255).astype(np.uint8)
    Image.fromarray(levels).save(buffer, format="JPEG", quality=50)
    with Image.open(buffer) as picture:
        return np.asarray(picture, dtype=np.float32) / 127.5 - 1, points


def shifted(right: float, down: float) -> Manipulation:
    """Shifted on the canvas by so many pixels; what comes in is black."""

    def draw(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from scipy import ndimage

        moved = ndimage.shift(image, (down, right), order=1, cval=-1)
        return moved, points + np.array([right, down])

    return draw


def turned(degrees: float) -> Manipulation:
    """Turned clockwise around the middle of the canvas; what comes in is black."""

    def draw(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from scipy import ndimage

        angle = np.deg2rad(degrees)
        back = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = (np.array(image.shape) - 1) / 2
        moved = ndimage.affine_transform(
            image, back, offset=centre - back @ centre, order=1, cval=-1
        )
        forth = back.T[::-1, ::-1]
        return moved, centre + (points - centre) @ forth.T

    return draw


def darkened(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every grey value (0 is black) times 0.8."""
    return (image + 1) * np.float32(0.8) - 1, points


def all_at_once(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turned, shifted, darkened and re-encoded."""
    moved = shifted(3, 3)(*turned(3)(image, points))
    return re_encoded(*darkened(*moved))


def picture_alone(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shifted by 3 pixels, its landmarks left behind."""
    return shifted(3, 0)(image, points)[0], points


MANIPULATIONS: dict[str, Manipulation] = {
    "re-encoded, JPEG quality 50": re_encoded,
    "shifted 3 px to the right": shifted(3, 0),
    "shifted 3 px to the left": shifted(-3, 0),
    "shifted 3 px downwards": shifted(0, 3),
    "shifted 3 px upwards": shifted(0, -3),
    "turned by 3 degrees": turned(3),
    "turned by -3 degrees": turned(-3),
    "darkened by 20 %": darkened,
    "all of these at once": all_at_once,
    "picture alone shifted 3 px": picture_alone,
}


def run(radiographs: CanvasSet, anatomy: Anatomy) -> Iterator[str]:
    """Measure everything; yields the lines of the report."""
    prior = fit_prior(radiographs.points, anatomy)
    begun = time.perf_counter()
    check = describe_training(radiographs, prior)
    yield (
        f"{len(radiographs)} radiographs described in {time.perf_counter() - begun:.1f} s, "
        f"{len(check.frame)} points each"
    )
    images = radiographs.images_in_range(slice(None))
    heads = ("copy", "right id", "d1/d2, most")
    yield f"{'copies, labelled from drawn heatmaps':38}" + "".join(f"{head:>13}" for head in heads)
    for name, manipulate in MANIPULATIONS.items():
        copies = [manipulate(*each) for each in zip(images, radiographs.points, strict=True)]
        heatmaps = [draw_heatmap(points) for _, points in copies]
        labelled = assess_batch(heatmaps, prior, anatomy, "refined")
        risks = [
            check.check(image, one.landmarks)
            for (image, _), one in zip(copies, labelled, strict=True)
        ]
        yield _copies_line(name, risks, radiographs.ids)
    others = [
        check.check(image, points, leave_out=identifier)
        for image, points, identifier in zip(
            images, radiographs.points, radiographs.ids, strict=True
        )
    ]
    yield from _others_lines(others)
    yield from _costs(images, radiographs.points, check)


def _copies_line(name: str, risks: list[CopyRisk | None], ids: tuple[str, ...]) -> str:
    found = [risk for risk in risks if risk is not None]
    flagged = sum(risk.level is CopyLevel.COPY for risk in found)
    right = sum(
        risk is not None and risk.nearest == own for risk, own in zip(risks, ids, strict=True)
    )
    ratio = max(risk.ratio for risk in found)
    return f"{name:38}{flagged / len(ids):>13.1%}{right / len(ids):>13.1%}{ratio:>13.3f}"


def _others_lines(risks: list[CopyRisk | None]) -> Iterator[str]:
    found = [risk for risk in risks if risk is not None]
    levels = {level: sum(risk.level is level for risk in found) for level in CopyLevel}
    yield f"each real one against the other {len(risks) - 1}: " + ", ".join(
        f"{count} {level}" for level, count in levels.items()
    )
    for name in ("distance", "ratio", "shape_distance", "shape_ratio"):
        values = np.array([getattr(risk, name) for risk in found])
        least, low, middle, most = np.quantile(values, [0, 0.05, 0.5, 1])
        yield f"  {name}: least {least:.3f}, 5 % {low:.3f}, half {middle:.3f}, most {most:.3f}"


def _costs(images: np.ndarray, points: np.ndarray, check: CopyCheck) -> Iterator[str]:
    known = check.known
    chosen = np.arange(MANY) % len(known.ids)
    many = KnownRadiographs(
        ids=tuple(str(i) for i in range(MANY)),
        images=known.images[chosen],
        shapes=known.shapes[chosen],
        groups=known.groups[chosen],
        held_out=known.held_out,
    )
    among = CopyCheck(check.frame, many, check.data_fingerprint, check.prior)
    seconds = []
    for image, shape in zip(images[:40], points[:40], strict=True):
        begun = time.process_time()
        among.check(image, shape)
        seconds.append(time.process_time() - begun)
    yield f"one pair against {MANY}: {1000 * float(np.median(seconds)):.1f} ms of one core (median)"


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.copies", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="landmark data set")
    parser.add_argument("--anatomy", default="hand")
    options = parser.parse_args(arguments)
    anatomy = load_anatomy(options.anatomy)
    dataset = open_dataset(options.data, anatomy)
    for line in run(load_canvas_set(dataset, "all"), anatomy):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
