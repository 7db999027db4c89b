"""The job that trains a localiser, and measures it as it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.events import (
    CancelToken,
    CheckpointSaved,
    DeviceChosen,
    Event,
    JobFinished,
    JobStarted,
    Notice,
    TrainingStep,
)
from engine.jobs.held_out import HeldOutWatch, held_out_radiographs
from engine.jobs.processes import is_first_process
from engine.settings_file import settings_named

if TYPE_CHECKING:
    from engine.localise.settings import LocaliserSettings


@dataclass(frozen=True)
class LocaliseTrainRequest:
    """All that training a localiser needs.

    data: a landmark data set's folder (an exported set is one); out: the run's folder.
    preset: ``fast``, ``nfdp`` or a settings TOML. images: how many of the training radiographs to
    use (a seeded choice), None for all. seed: None for the settings' own.
    max_steps: so many in all, instead of the settings' epochs; max_seconds: of the whole run.
    pretrained: a file with ImageNet weights of a ResNet-18, None to begin at random.
    """

    data: Path
    out: Path
    preset: str = "fast"
    anatomy: str = "hand"
    split: str | None = None
    images: int | None = None
    seed: int | None = None
    max_steps: int | None = None
    max_seconds: float | None = None
    pretrained: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    checkpoint_seconds: float = 120.0


def localise_train(request: LocaliseTrainRequest, token: CancelToken) -> Iterator[Event]:
    """Read the radiographs, train, and measure the localiser on the split's test radiographs, again
    and again while it trains (``held-out.csv``).

    Yields:
        `JobStarted`, `Notice`, `DeviceChosen`, `TrainingStep`, `CheckpointSaved`, `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the data, the settings or the run's folder.
    """
    from dataclasses import replace

    from engine.jobs.device import choose_device, device_title
    from engine.jobs.radiographs import read_canvas_radiographs
    from engine.jobs.train import choose_radiographs

    yield JobStarted(f"Training localiser {request.out.name}", "step", request.max_steps)
    settings = read_localiser_settings(request.preset)
    if request.seed is not None:
        settings = replace(settings, seed=request.seed)
    read = (request.data, request.anatomy, request.split)
    data, anatomy = yield from read_canvas_radiographs(*read, "train", settings.side)
    if request.images is not None:
        data = choose_radiographs(data, request.images, settings.seed)
    device = choose_device(request.device, request.precision, training=True)
    for text in device.notices:
        yield Notice(text)
    yield DeviceChosen(device.name, device_title(device.name), device.precision)
    yield Notice(
        f"{len(data)} training radiographs at {settings.side} x {settings.side}, preset "
        f"{settings.preset}, on {device.name} in {device.precision}"
    )
    held_out = yield from held_out_radiographs(*read, settings.side)
    watch = None
    if held_out and is_first_process():
        watch = HeldOutWatch(request.out, held_out, anatomy, request.device)
    from engine.localise.training import LocaliserPlan, train_localiser

    plan = LocaliserPlan(
        settings=settings,
        data=data,
        out=request.out,
        metadata={
            "anatomy": request.anatomy,
            "pretrained": None if request.pretrained is None else request.pretrained.name,
            "version": version("ossa"),
        },
        max_steps=request.max_steps,
        max_seconds=request.max_seconds,
        pretrained=request.pretrained,
        checkpoint_seconds=request.checkpoint_seconds,
        **device.fabric,
    )
    last: TrainingStep | None = None
    for event in train_localiser(plan, token):
        if isinstance(event, TrainingStep):
            last = event
        yield event
        if isinstance(event, CheckpointSaved) and watch:
            yield from watch.checkpoint_saved()
    summary: dict[str, Any] = {"out": str(request.out), "discarded": token.cancelled}
    if last is not None:
        summary |= {"step": last.step, "radiographs_seen": last.pairs_seen}
        summary |= {"losses": last.losses, "elapsed": last.elapsed}
    if watch and not token.cancelled:
        yield from watch.measure()
        summary |= {"held_out": watch.table}
    yield JobFinished(summary)


def read_localiser_settings(preset_or_file: str) -> "LocaliserSettings":
    """The settings of a preset's name or of a TOML file.

    Raises:
        SettingsError: no such preset or file, or a file that does not hold settings.
    """
    from engine.localise.settings import LOCALISER_PRESETS, LocaliserSettings, localiser_preset

    from_toml = LocaliserSettings.from_toml
    return settings_named(preset_or_file, LOCALISER_PRESETS, localiser_preset, from_toml)
