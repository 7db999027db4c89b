"""The training job: radiographs in, a run's folder with weights and prior out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import DataError, WeightsError
from engine.events import (
    CancelToken,
    CopiesWatched,
    DeviceChosen,
    Event,
    JobFinished,
    JobStarted,
    Notice,
    TrainingStep,
)
from engine.settings_file import settings_named

if TYPE_CHECKING:
    from engine.data.canvas_set import CanvasSet
    from engine.generate.settings import GeneratorSettings
    from engine.generate.weights import WeightsInfo


@dataclass(frozen=True)
class TrainRequest:
    """All that a training needs.

    data: a landmark data set's folder, or a canvas file (``.npz``) where no image library is.
    out: the run's folder, made or gone on with; preset: a preset's name
    (`engine.generate.settings`) or a settings TOML.
    images: how many of the training radiographs to use (a seeded choice), None for all.
    max_steps, max_seconds: of the whole run, resumptions included. copy_seconds: time between looks
    for copies of training radiographs among samples, at least.
    start_from: weights (a run's folder or a file, or ``builtin``) that a new run begins with, None
    for none; ``auto`` for the built-in ones where they fit anatomy and settings. A run that goes on
    does not read them again.
    """

    data: Path
    out: Path
    preset: str = "fast"
    anatomy: str = "hand"
    split: str | None = None
    images: int | None = None
    max_steps: int | None = None
    max_seconds: float | None = None
    device: str = "auto"
    precision: str = "auto"
    checkpoint_seconds: float = 120.0
    preview_seconds: float = 300.0
    copy_seconds: float = 300.0
    start_from: str | None = None


def train(request: TrainRequest, token: CancelToken) -> Iterator[Event]:
    """Read the radiographs, fit the prior, train the generator.

    Yields:
        `JobStarted`, `Notice`, `DeviceChosen`, `TrainingStep`, `PreviewReady`, `CopiesWatched`,
        `CheckpointSaved`, `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the data, the settings or the run's folder.
    """
    from engine.assess.prior import fit_prior
    from engine.jobs.copies import watch_for_copies
    from engine.jobs.device import choose_device, device_title
    from engine.jobs.radiographs import read_canvas_radiographs

    yield JobStarted(f"Training {request.out.name}", "step", request.max_steps)
    settings = read_settings(request.preset)
    start_from, started_from = _beginning(request, settings)
    radiographs, anatomy = yield from read_canvas_radiographs(
        request.data, request.anatomy, request.split, "train"
    )
    if request.images is not None:
        radiographs = choose_radiographs(radiographs, request.images, settings.training.seed)
    prior = fit_prior(radiographs.points, anatomy)
    device = choose_device(request.device, request.precision, training=True)
    for text in device.notices:
        yield Notice(text)
    yield DeviceChosen(device.name, device_title(device.name), device.precision)
    yield Notice(
        f"{len(radiographs.ids)} training radiographs, preset {settings.preset}, "
        f"on {device.name} in {device.precision}"
    )

    copy_watch = yield from watch_for_copies(
        radiographs,
        prior,
        anatomy,
        request.out,
        request.data,
        request.anatomy,
        request.split,
    )
    from engine.generate.training import train_generator
    from engine.generate.training_plan import TrainingPlan

    metadata = {"anatomy": request.anatomy, "version": version("ossa")}
    if started_from is not None:
        metadata["started_from"] = started_from
    if start_from is not None:
        yield Notice(f"Beginning with the weights {start_from.path}")
    plan = TrainingPlan(
        settings=settings,
        data=radiographs,
        out=request.out,
        companions=prior.to_arrays(),
        metadata=metadata,
        max_steps=request.max_steps,
        max_seconds=request.max_seconds,
        checkpoint_seconds=request.checkpoint_seconds,
        preview_seconds=request.preview_seconds,
        copy_watch=replace(copy_watch, every=request.copy_seconds),
        start_from=start_from,
        **device.fabric,
    )
    last: TrainingStep | None = None
    watched: CopiesWatched | None = None
    for event in train_generator(plan, token):
        if isinstance(event, TrainingStep):
            last = event
        elif isinstance(event, CopiesWatched):
            watched = event
        yield event
    yield JobFinished(_summary(request.out, last, watched, token))


def _beginning(
    request: TrainRequest, settings: "GeneratorSettings"
) -> "tuple[WeightsInfo | None, str | None]":
    """The weights that a new run begins with, and the hash of those that the run, new or going on,
    began with."""
    from engine.generate.run_files import is_begun
    from engine.generate.weights import read_weights_info

    if is_begun(request.out):
        try:
            return None, read_weights_info(request.out).metadata.get("started_from")
        except WeightsError:
            return None, None
    if request.start_from is None:
        return None, None
    if request.start_from == "auto":
        info = _fitting_builtin(request.anatomy, settings)
        return info, None if info is None else info.hash
    from engine.generate.builtin import builtin_weights

    builtin = request.start_from == "builtin"
    info = read_weights_info(builtin_weights() if builtin else Path(request.start_from))
    return info, info.hash


def _fitting_builtin(anatomy: str, settings: "GeneratorSettings") -> "WeightsInfo | None":
    """The built-in generator, if there is one and the run can begin with it."""
    from engine.generate.builtin import builtin_weights
    from engine.generate.weights import fits, read_weights_info

    try:
        info = read_weights_info(builtin_weights())
    except WeightsError:
        return None
    return info if info.metadata.get("anatomy") == anatomy and fits(info, settings) else None


def read_settings(preset_or_file: str) -> "GeneratorSettings":
    """The settings of a preset's name or of a TOML file.

    Raises:
        SettingsError: no such preset or file, or a file that does not hold settings.
    """
    from engine.generate.settings import PRESETS, GeneratorSettings, preset

    return settings_named(preset_or_file, PRESETS, preset, GeneratorSettings.from_toml)


def choose_radiographs(radiographs: "CanvasSet", count: int, seed: int) -> "CanvasSet":
    """A seeded choice of `count` of the radiographs.

    Raises:
        DataError: there are fewer.
    """
    import numpy as np

    total = len(radiographs.ids)
    if not 1 <= count <= total:
        raise DataError(f"{count} training radiographs asked for, the split has {total}")
    chosen = np.sort(np.random.default_rng(seed).permutation(total)[:count])
    return replace(
        radiographs,
        ids=tuple(radiographs.ids[index] for index in chosen),
        images=radiographs.images[chosen],
        points=radiographs.points[chosen],
        sizes=radiographs.sizes[chosen],
        fingerprint=f"{radiographs.fingerprint}-{count}-{seed}",
    )


def _summary(
    out: Path, last: TrainingStep | None, watched: CopiesWatched | None, token: CancelToken
) -> dict:
    summary: dict = {"out": str(out), "discarded": token.cancelled}
    if last is not None:
        summary |= {
            "step": last.step,
            "pairs_seen": last.pairs_seen,
            "losses": last.losses,
            "pairs_per_second": last.pairs_per_second,
            "elapsed": last.elapsed,
        }
    if watched is not None and watched.checked:
        summary["copy_rate"] = watched.copies / watched.checked
        summary["copying"] = watched.begun
    return summary
