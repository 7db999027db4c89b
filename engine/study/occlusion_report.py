"""The occlusion study's tables, figures and report."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from engine.events import Event
from engine.localise.metrics import scale_pair_text
from engine.study import occlusion_tables as tables
from engine.study.localisation_report import SMOKE
from engine.study.occlusion_figures import draw_fingers, draw_worst, worst_places

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine.study.occlusion import Bench

WORST = 4  # radiographs in the figure


def write_report(
    bench: "Bench", study: tables.Occlusions, smoke: bool
) -> Generator[Event, None, list[str]]:
    """Write everything; returns the sentences that the report ends with."""
    folder, anatomy = bench.folder, bench.anatomy
    fingers = folder.write_table("fingers", tables.finger_table(study, anatomy))
    comparison = folder.write_table("comparison", tables.comparison_table(study))
    yield from folder.write_figure("fingers", lambda: draw_fingers(study, anatomy))
    yield from folder.write_figure("worst", lambda: _draw_worst(bench, study))
    sentences = tables.sentences(study)
    parts = [
        "# Occlusion: one finger tip hidden at a time",
        SMOKE if smoke else "",
        f"{study.hidden_tips} finger tips of {study.radiographs} test radiographs, one hidden at "
        "a time: cut off, covered or blurred, the same for every localiser. Counts are landmarks "
        "of the whole hand, the mean of the localisers of a name; millimetres: "
        f"{scale_pair_text(anatomy)}.",
        "The paper's Fig. 3 shows one such hand: four landmarks more than 20 mm off without "
        "synthetic training radiographs, one more than 10 mm off with them.",
        fingers,
        "![fingers](fingers.png)",
        "## Compared, landmark counts paired by radiograph and seed",
        comparison,
        "## The worst hands",
        "The places where any of the localisers errs most. Rings are where landmarks are, dots "
        "where the localiser sees them, red lines join those more than 10 mm apart.",
        "![worst](worst.png)",
        "## Did it help?",
        "\n".join(f"- {sentence}" for sentence in sentences),
    ]
    folder.write_report("\n\n".join(part.strip() for part in parts if part) + "\n")
    return sentences


def _draw_worst(bench: "Bench", study: tables.Occlusions) -> "Figure":
    places = worst_places(study, WORST)
    test = bench.test(bench.side)
    images = np.stack([bench.hidden(test, finger)[index] for index, finger in places])
    truth = np.stack([test.points[index] for index, _ in places])
    return draw_worst(study, places, images, truth, bench.anatomy)
