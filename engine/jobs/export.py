"""The export job: what counts as accepted in a project, written for a localiser to train on."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SettingsError
from engine.events import CancelToken, Event, JobFinished, JobStarted, Notice

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.review.export_nfdp import RealImages

FORMATS = ("nfdp",)


@dataclass(frozen=True)
class ExportRequest:
    """All that an export needs.

    real_data: a landmark data set whose real radiographs are exported along, so that the folder
    trains a localiser as it stands; actor: who exports, for the audit trail; include_copies:
    also export pairs that copy a training radiograph.
    """

    project: Path
    out: Path
    format: str = "nfdp"
    real_data: Path | None = None
    split: str | None = None
    actor: str = ""
    overwrite: bool = False
    include_copies: bool = False


def export(request: ExportRequest, token: CancelToken) -> Iterator[Event]:
    """Write the export; it appears whole or not at all.

    Yields:
        `JobStarted`, `Notice`, `JobFinished`.

    Raises:
        OssaError: in one line, why there is nothing to export or where it cannot be written.
    """
    from engine.jobs.reviewer import reviewer_name
    from engine.review.export_nfdp import export_nfdp
    from engine.review.project import ReviewProject

    if request.format not in FORMATS:
        raise SettingsError(f"no format '{request.format}'; there are: {', '.join(FORMATS)}")
    yield JobStarted(f"Exporting {request.project.name}", "file")
    with ReviewProject.open(request.project) as project:
        real = None
        if request.real_data is not None:
            real = yield from _real_images(request.real_data, project.anatomy, request.split)
        if token.stopped:
            yield JobFinished({"out": str(request.out), "line": "nothing written"})
            return
        written = export_nfdp(
            project,
            request.out,
            actor=request.actor or reviewer_name(),
            real=real,
            overwrite=request.overwrite,
            include_copies=request.include_copies,
        )
    for text in written.notices:
        yield Notice(text)
    line = f"{written.synthetic} synthetic pairs"
    if real is not None:
        line += f", {written.real_train} real training and {written.real_test} real test images"
    yield JobFinished(
        {
            "out": str(written.destination),
            "line": f"{line}; synthetic, research use only",
            "synthetic": written.synthetic,
            "real_train": written.real_train,
            "real_test": written.real_test,
            "held_out": list(written.held_out),
            "copies": list(written.copies),
            "suspects": list(written.suspects),
            "copy_check": written.copy_report.to_dict(),
        }
    )


def _real_images(
    data: Path, anatomy: "Anatomy", split: str | None
) -> "Generator[Event, None, RealImages]":
    from engine.data.dataset import open_dataset
    from engine.review.export_nfdp import RealImages

    dataset = open_dataset(data, anatomy, split)
    for text in dataset.notices:
        yield Notice(text)
    return RealImages(dataset.images, dataset.landmarks, dataset.train_ids, dataset.test_ids)
