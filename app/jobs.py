"""What the window asks of the engine, as jobs. The engine is imported where it runs: its thread."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine_thread import Job
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
        "train", "Training", events, out=request["out"], seconds=request.get("max_seconds")
    )


def generate(**request: Any) -> Job:
    """A generation job; the arguments are `engine.jobs.generate.GenerateRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.generate import GenerateRequest, generate

        yield from generate(GenerateRequest(**request), token)

    return Job("generate", "Generating", events)


def export(**request: Any) -> Job:
    """An export job; the arguments are `engine.jobs.export.ExportRequest`'s."""

    def events(token: CancelToken) -> Iterator[Any]:
        from engine.jobs.export import ExportRequest, export

        yield from export(ExportRequest(**request), token)

    return Job("export", "Exporting", events, uses_torch=False)
