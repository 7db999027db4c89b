"""The localisation study's tables, figures and report, from its finished steps."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.events import Event
from engine.localise.metrics import scale_pair_text
from engine.study import localisation_tables as tables
from engine.study.arms import Arm
from engine.study.localisation_figures import draw_curve, draw_differences
from engine.study.localisation_request import (
    ARMS_STEP,
    LocalisationRequest,
    localiser_step,
    pairs_step,
)
from engine.study.synthetic import Joining
from engine.study.tables import as_markdown

if TYPE_CHECKING:
    from engine.study.folder import StudyFolder
    from engine.study.radiographs import StudyRadiographs

SMOKE = (
    "> **A smoke run.** Everything runs, with settings so small that no number here says anything."
)


def read_results(
    folder: "StudyFolder", request: LocalisationRequest, arms: list[Arm]
) -> tables.Results:
    """What the finished steps hold."""
    seeds = range(request.localisers)
    errors, trainings, joinings = {}, [], {}
    for arm in arms:
        steps = [localiser_step(arm, seed) for seed in seeds]
        errors[arm] = np.stack([folder.arrays(step)["errors"] for step in steps])
        trainings += [folder.values(step) for step in steps]
    for share in dict.fromkeys(arm.share for arm in arms):
        for source in request.sources:
            values = folder.values(pairs_step(share, source.name))
            joinings[share, source.name] = Joining(
                generated=values["generated"],
                accepted=values["accepted"],
                copies=values["copies"],
                lacking=values["lacking"],
                ids=tuple(values["ids"][: values["joined"]]),
            )
    return tables.Results(errors, joinings, trainings)


def write_report(
    folder: "StudyFolder",
    request: LocalisationRequest,
    radiographs: "StudyRadiographs",
    arms: list[Arm],
) -> Generator[Event, None, list[str]]:
    """Write everything; returns the sentences that the report ends with."""
    results = read_results(folder, request, arms)
    folder.finish(ARMS_STEP, _arms(request, results))
    written = {
        "localisation": tables.main_table(results),
        "differences": tables.difference_table(results),
        "joined": tables.joined_table(results),
        "curve": tables.curve_table(results),
        "trainings": tables.trainings_table(results),
    }
    markdown = {name: folder.write_table(name, rows) for name, rows in written.items()}
    yield from folder.write_figure("curve", lambda: draw_curve(results))
    yield from folder.write_figure("differences", lambda: draw_differences(results))
    sentences = tables.verdicts(results)
    folder.write_report(_report(request, radiographs, markdown, sentences))
    return sentences


def _arms(request: LocalisationRequest, results: tables.Results) -> dict[str, Any]:
    """The localisers by their arm's title, and which arms are compared."""
    seeds = range(request.localisers)
    synthetic = [arm for arm in results.base_arms if arm.is_synthetic]
    return {
        "localisers": {
            arm.title: [localiser_step(arm, seed) for seed in seeds] for arm in results.base_arms
        },
        "compared": [
            [arm.title, other.title] for arm in synthetic for other in (arm.control, arm.real_alone)
        ],
        "data": str(request.data.resolve()) if request.data else None,
    }


def _report(
    request: LocalisationRequest,
    radiographs: "StudyRadiographs",
    markdown: dict[str, str],
    sentences: list[str],
) -> str:
    test = radiographs.test
    parts = [
        "# Localisation: real radiographs, and what synthetic ones add",
        SMOKE if request.smoke else "",
        f"{request.localisers} localisers per row (`{Path(request.localiser).stem}`), "
        f"{len(test)} test radiographs with {test.landmark_count} landmarks. Millimetres: "
        f"{scale_pair_text(radiographs.anatomy)}. "
        "PE is mean ± standard deviation over all landmarks and localisers; outliers are the mean "
        "of the localisers. Intervals come from drawing radiographs and localisers again.",
        "## Ours beside the paper's Table 2",
        markdown["localisation"],
        "The paper tested on 298 radiographs with a localiser trained once; its table whole:",
        as_markdown(tables.paper_table()),
        "## What synthetic images change",
        "Each arm minus the other, paired by radiograph and seed; negative is better. The control "
        "that decides has as many images, all of them real, and as many steps.",
        markdown["differences"],
        "![differences](differences.png)",
        "## Pairs generated and joined",
        markdown["joined"],
        "## Error against the number of images",
        "![curve](curve.png)",
        "## Trainings",
        markdown["trainings"],
        "## Did it help?",
        "\n".join(f"- {sentence}" for sentence in sentences),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"
