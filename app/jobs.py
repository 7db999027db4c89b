"""What the window asks of the engine, as jobs. The engine is imported where it runs: its thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.job_state import Job, grouped
from engine.events import CancelToken


@dataclass(frozen=True)
class DevicesFound:
    """What this machine computes with, as (name, title); the first is the automatic choice."""

    devices: list[tuple[str, str]]


def find_devices() -> Job:
    """Ask torch which devices there are."""

    def events(_token: CancelToken) -> Iterator[Any]:
        from engine.jobs.device import available_devices

        yield DevicesFound(available_devices())

    return Job("devices", "Looking for devices", events, quiet=True)


def warm_up() -> Job:
    """Get ready for the first pair while nobody waits for it yet."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.warm_up import warm_up

        warm_up(token)
        yield from ()

    return Job("warm-up", "Getting ready", events, quiet=True)


@dataclass(frozen=True)
class TrainJob(Job):
    """A training; `out` becomes the generator's weights, `seconds` is its time limit."""

    out: Path = Path()
    seconds: float | None = None


def train(**request: Any) -> TrainJob:
    """A training job; the arguments are `engine.jobs.train.TrainRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.train import TrainRequest, train

        yield from train(TrainRequest(**request), token)

    return TrainJob(
        "train",
        "Training",
        events,
        out=request["out"],
        seconds=request.get("max_seconds"),
        detail=request["out"].name,
    )


def generate(**request: Any) -> Job:
    """A generation job; the arguments are `engine.jobs.generate.GenerateRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.generate import GenerateRequest, generate

        yield from generate(GenerateRequest(**request), token)

    return Job("generate", "Generating", events, detail=_pairs_into(request))


def _pairs_into(request: dict[str, Any]) -> str:
    """Which generation this is: how many pairs, and the project they go into."""
    wanted = request.get("until_accepted")
    count = wanted or request.get("count") or 0
    pairs = "accepted pair" if wanted else "pair"
    return f"{grouped(count)} {pairs if count == 1 else pairs + 's'} into {request['project'].name}"


def export(**request: Any) -> Job:
    """An export job; the arguments are `engine.jobs.export.ExportRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.export import ExportRequest, export

        yield from export(ExportRequest(**request), token)

    return Job(
        "export",
        "Exporting",
        events,
        uses_torch=False,
        detail=request["project"].name,
        pausable=False,
    )


def import_pairs(**request: Any) -> Job:
    """An import job; the arguments are `engine.jobs.importing.ImportRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.importing import ImportRequest, import_pairs

        yield from import_pairs(ImportRequest(**request), token)

    return Job("import", "Importing", events, uses_torch=False)


def prepare_series(**request: Any) -> Job:
    """A job that draws a blinded reading; the arguments are `SeriesRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.blinded import SeriesRequest, prepare_series

        yield from prepare_series(SeriesRequest(**request), token)

    return Job("reading", "Preparing a blinded reading", events, uses_torch=False, quiet=True)


def resume_series(project: Path, plan: Any) -> Job:
    """A job that makes the pictures of a blinded reading again; plan: a `SeriesPlan`."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.blinded import resume_series

        yield from resume_series(project, plan, token)

    return Job("reading", "Preparing a blinded reading", events, uses_torch=False, quiet=True)


def reassess(**request: Any) -> Job:
    """A job that judges a project again and writes nothing; the arguments are
    `engine.jobs.reassess.ReassessRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.reassess import ReassessRequest, reassess

        yield from reassess(ReassessRequest(**request), token)

    return Job("reassess", "Judging again", events, uses_torch=False)


def apply_reassessment(**request: Any) -> Job:
    """A job that keeps new verdicts; the arguments are `engine.jobs.reassess`'s function's."""

    def events(_token: CancelToken) -> Iterator[Any]:
        from engine.events import JobFinished, JobStarted
        from engine.jobs.reassess import apply_reassessment

        yield JobStarted("Keeping the new verdicts", "pair")
        apply_reassessment(**request)
        yield JobFinished()

    return Job("reassessed", "Keeping the new verdicts", events, uses_torch=False, pausable=False)


@dataclass(frozen=True)
class ThresholdsFound:
    """Which limits of a policy would have agreed best with the decisions in a project."""

    project: Path
    policy: str
    thresholds: list[Any]


def find_thresholds(project: Path, rows: Sequence[Any]) -> Job:
    """Look which limits would have agreed best with these rows; yields `ThresholdsFound`."""

    def events(_token: CancelToken) -> Iterator[Any]:
        from engine.review.project import ReviewProject
        from engine.review.thresholds import thresholds_of

        with ReviewProject.open(project) as opened:
            yield ThresholdsFound(project, *thresholds_of(opened, rows))

    return Job("thresholds", "Looking for limits", events, uses_torch=False, quiet=True)
