"""The job that measures a localiser on annotated radiographs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataError
from engine.events import CancelToken, Event, JobFinished, JobStarted
from engine.jobs.held_out import errors_on


@dataclass(frozen=True)
class LocaliseEvaluateRequest:
    """Measure a localiser (`weights`) on the `part` of a data set: ``test``, ``train``, ``all``."""

    weights: Path
    data: Path
    anatomy: str = "hand"
    split: str | None = None
    part: str = "test"
    device: str = "auto"


def localise_evaluate(request: LocaliseEvaluateRequest, token: CancelToken) -> Iterator[Event]:
    """Measure a localiser; the summary holds the table.

    Raises:
        OssaError: what is wrong with the weights or the data.
    """
    from engine.jobs.radiographs import read_canvas_radiographs
    from engine.localise.weights import read_localiser_info

    yield JobStarted(f"Measuring {request.weights.name}", "radiograph")
    info = read_localiser_info(request.weights)
    read = (request.data, request.anatomy, request.split)
    data, anatomy = yield from read_canvas_radiographs(*read, request.part, info.settings.side)  # type: ignore[arg-type]
    if not len(data):
        raise DataError(f"{request.data} has no {request.part} radiographs to measure on")
    if int(info.metadata["landmarks"]) != data.landmark_count:
        raise DataError(
            f"{info.path} finds {info.metadata['landmarks']} landmarks, {request.data} has "
            f"{data.landmark_count}"
        )
    if token.stopped:
        return
    _, table = errors_on(info, data, anatomy, request.device)
    table |= {"weights": str(info.path), "hash": info.hash, "data": str(request.data)}
    table |= {"part": request.part, "minutes_of_training": info.metadata.get("minutes")}
    yield JobFinished(table)
