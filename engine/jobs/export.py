"""The export job: what counts as accepted in a project, in the format another tool reads."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SettingsError
from engine.events import CancelToken, Event, JobFinished, Notice

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.review.export_folder import Exporting, ExportSummary
    from engine.review.export_real import RealImages
    from engine.review.records import Counting

FORMATS = ("nfdp", "coco", "csv")
TAKES_REAL_IMAGES = frozenset({"nfdp"})


@dataclass(frozen=True)
class ExportRequest:
    """All that an export needs.

    format: one of `FORMATS`; real_data: a landmark data set whose real radiographs are exported
    along (format nfdp), so that the folder trains a localiser as it stands; actor: who exports, for
    the audit trail; include_copies: also export pairs that copy a training radiograph; counting:
    whose decision counts, which becomes the project's rule, None for the rule it has; only_decided:
    only pairs that a reviewer has decided on.
    """

    project: Path
    out: Path
    format: str = "nfdp"
    real_data: Path | None = None
    split: str | None = None
    actor: str = ""
    overwrite: bool = False
    include_copies: bool = False
    counting: "Counting | None" = None
    only_decided: bool = False


def export(request: ExportRequest, token: CancelToken) -> Iterator[Event]:
    """Write the export. It appears whole or not at all: stopped or cancelled before its end, it
    leaves what was there before.

    Yields:
        `Notice`, `JobStarted`, `UnitsDone`, `JobFinished`.

    Raises:
        OssaError: in one line, why there is nothing to export or where it cannot be written.
    """
    from engine.jobs.reviewer import reviewer_name
    from engine.review.export_choice import Wanted
    from engine.review.project import ReviewProject

    _check(request)
    with ReviewProject.open(request.project) as project:
        real = None
        if request.real_data is not None:
            real = yield from _real_images(request.real_data, project.anatomy, request.split)
        exporting = _exporter(request.format, real)(
            project,
            request.out,
            actor=request.actor or reviewer_name(),
            wanted=Wanted(request.counting, request.only_decided, request.include_copies),
            overwrite=request.overwrite,
        )
        written = yield from _unless_stopped(exporting, token)
    if written is None:
        yield JobFinished({"line": "nothing written", "interrupted": "nothing was written"})
        return
    for text in written.notices:
        yield Notice(text)
    yield JobFinished(_summary(written, real is not None))


def _check(request: ExportRequest) -> None:
    from engine.review.records import CountingRule

    if request.format not in FORMATS:
        raise SettingsError(f"no format '{request.format}'; there are: {', '.join(FORMATS)}")
    if request.real_data is not None and request.format not in TAKES_REAL_IMAGES:
        raise SettingsError(f"format {request.format} takes no real radiographs along: use nfdp")
    counting = request.counting
    if counting and counting.rule is CountingRule.ADJUDICATOR and not counting.adjudicator:
        raise SettingsError("say who the adjudicator is, whose decision is to count")


def _unless_stopped(
    exporting: "Exporting[ExportSummary]", token: CancelToken
) -> "Generator[Event, None, ExportSummary | None]":
    """Pass the events on; what was exported, None if the job was to end before all was written."""
    try:
        while not token.stopped:
            yield next(exporting)
    except StopIteration as finished:
        return finished.value
    exporting.close()
    return None


def _exporter(format: str, real: "RealImages | None") -> "Callable[..., Exporting[ExportSummary]]":
    from engine.review.export_coco import COCO
    from engine.review.export_csv import CSV
    from engine.review.export_folder import exporting
    from engine.review.export_nfdp import exporting_nfdp

    exporters: dict[str, Callable[..., Exporting[ExportSummary]]] = {
        "nfdp": partial(exporting_nfdp, real=real),
        "coco": partial(exporting, format=COCO),
        "csv": partial(exporting, format=CSV),
    }
    return exporters[format]


def _summary(written: "ExportSummary", with_real: bool) -> dict:
    line = f"{written.synthetic} synthetic {'pair' if written.synthetic == 1 else 'pairs'}"
    if with_real:
        line += f", {written.real_train} real training and {written.real_test} real test images"
    return {
        "out": str(written.destination),
        "line": f"{line}; synthetic, research use only",
        "synthetic": written.synthetic,
        "real_train": written.real_train,
        "real_test": written.real_test,
        "held_out": list(written.held_out),
        "copies": list(written.copies),
        "undecided": list(written.undecided),
        "real_left_out": list(written.real),
        "suspects": list(written.suspects),
        "copy_check": written.copy_report.to_dict(),
    }


def _real_images(
    data: Path, anatomy: "Anatomy", split: str | None
) -> "Generator[Event, None, RealImages]":
    from engine.data.dataset import open_dataset
    from engine.review.export_real import RealImages

    dataset = open_dataset(data, anatomy, split)
    for text in dataset.notices:
        yield Notice(text)
    return RealImages(dataset.images, dataset.landmarks, dataset.train_ids, dataset.test_ids)
