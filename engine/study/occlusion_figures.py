"""The occlusion study drawn: outliers per finger, and the worst hands as localisers see them."""

from typing import TYPE_CHECKING

import numpy as np

from engine.anatomy import Anatomy
from engine.study.occlusion_tables import RADII, Occlusions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = ("#555555", "#E69F00", "#0072B2", "#009E73", "#D55E00", "#CC79A7")
_HATCHES = ("", "//", "..", "xx", "\\\\", "oo")
_MOST_COLUMNS = 4
_FAR = 10.0  # mm; nearer predictions get no line to their place


def draw_fingers(study: Occlusions, anatomy: Anatomy) -> "Figure":
    """Landmarks beyond each radius per hidden tip, by finger and localiser."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 4.2), layout="constrained")
    panels = figure.subplots(1, len(RADII))
    titles = [anatomy.group(finger).title.replace(" ", "\n") for finger in study.fingers]
    width = 0.8 / len(study.localisers)
    for panel, radius in zip(panels, RADII, strict=True):
        for place, (name, found) in enumerate(study.localisers.items()):
            per_tip = (found.hidden > radius).sum(axis=3).mean(axis=(0, 1))
            panel.bar(
                np.arange(len(titles)) + (place + 0.5) * width - 0.4,
                per_tip,
                width * 0.92,
                color=_COLOURS[place % len(_COLOURS)],
                hatch=_HATCHES[place % len(_HATCHES)],
                edgecolor="white",
                label=name,
            )
        panel.set_xticks(range(len(titles)), labels=titles)
        panel.set_title(f"landmarks more than {radius} mm off")
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(axis="y", color="#DDDDDD", linewidth=0.6)
        panel.set_axisbelow(True)
    panels[0].set_ylabel("per hidden finger tip")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def worst_places(study: Occlusions, count: int) -> list[tuple[int, int]]:
    """(radiograph, finger) where any localiser's first errs most, one place per radiograph.

    Taken over all localisers, so that none is shown at its worst beside another's chance best.
    """
    sums = np.stack([found.hidden[0].sum(axis=2) for found in study.localisers.values()])
    worst = sums.max(axis=0)
    fingers = worst.argmax(axis=1)
    order = np.argsort(-worst.max(axis=1), kind="stable")[:count]
    return [(int(index), int(fingers[index])) for index in order]


def draw_worst(
    study: Occlusions,
    places: list[tuple[int, int]],
    images: np.ndarray,
    truth: np.ndarray,
    anatomy: Anatomy,
) -> "Figure":
    """The places as every localiser sees them.

    Args:
        places: of `worst_places`.
        images: (places, S, S) the radiographs with the tip hidden.
        truth: (places, L, 2) where the landmarks are, pixels of `images`.
    """
    from matplotlib.figure import Figure

    names = list(study.localisers)[:_MOST_COLUMNS]
    figure = Figure(figsize=(3.1 * len(names), 3.35 * len(places)), layout="constrained")
    panels = figure.subplots(len(places), len(names), squeeze=False)
    for row, (index, finger) in enumerate(places):
        for column, name in enumerate(names):
            found, panel = study.localisers[name], panels[row, column]
            errors = found.hidden[0, index, finger]
            _draw_hand(panel, images[row], truth[row], found.points[index, finger], errors)
            said = f"{(errors > _FAR).sum()} beyond {_FAR:.0f} mm, farthest {errors.max():.0f} mm"
            panel.set_title(f"{name}\n{said}" if row == 0 else said, fontsize=8)
        title = anatomy.group(study.fingers[finger]).title
        panels[row, 0].set_ylabel(f"{title}: tip hidden", fontsize=9)
    return figure


def _draw_hand(
    panel: "Axes", image: np.ndarray, truth: np.ndarray, seen: np.ndarray, errors: np.ndarray
) -> None:
    size = image.shape[0]
    panel.imshow(image, cmap="gray", interpolation="nearest")
    for place, found in zip(truth[errors > _FAR], seen[errors > _FAR], strict=True):
        panel.plot(*np.stack([place, found]).T, color="#FF4B3E", linewidth=1)
    panel.scatter(
        truth[:, 0], truth[:, 1], s=9, facecolors="none", edgecolors="#6FD3FF", linewidths=0.6
    )
    panel.scatter(seen[:, 0], seen[:, 1], s=5, color="#FFC20A", linewidths=0)
    panel.set_xlim(-0.5, size - 0.5)
    panel.set_ylim(size - 0.5, -0.5)
    panel.set_xticks([])
    panel.set_yticks([])
