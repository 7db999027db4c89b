"""The localiser's jobs: train one, measure it on annotated radiographs, look at any radiograph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError
from engine.events import (
    CancelToken,
    CheckpointSaved,
    DeviceChosen,
    Event,
    JobFinished,
    JobStarted,
    Notice,
    TrainingStep,
    UnitsDone,
)
from engine.jobs.held_out import HeldOutWatch, errors_on, held_out_radiographs
from engine.jobs.processes import is_first_process
from engine.settings_file import settings_named

if TYPE_CHECKING:
    from engine.localise.settings import LocaliserSettings

LOOKED_AT_ONCE = 8


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


@dataclass(frozen=True)
class LocaliseEvaluateRequest:
    """Measure a localiser (`weights`) on the `part` of a data set: ``test``, ``train``, ``all``."""

    weights: Path
    data: Path
    anatomy: str = "hand"
    split: str | None = None
    part: str = "test"
    device: str = "auto"


@dataclass(frozen=True)
class LocalisePredictRequest:
    """Look at radiograph files, or all in folders, and write where the landmarks are to `out`."""

    weights: Path
    images: tuple[Path, ...]
    out: Path
    device: str = "auto"


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


def localise_predict(request: LocalisePredictRequest, token: CancelToken) -> Iterator[Event]:
    """Find the landmarks of radiograph files, in pixels of the file, with their sigmas.

    A file that cannot be read is said in one line, and the others go on.

    Raises:
        OssaError: no radiographs at all, no localiser, or `out` cannot be written.
    """
    from engine.localise.weights import load_localiser, read_localiser_info

    info = read_localiser_info(request.weights)
    files = radiographs_among(request.images)
    yield JobStarted(f"Looking at {len(files)} radiographs", "radiograph", len(files))
    from engine.jobs.device import choose_device

    device = choose_device(request.device, "float32", training=False)
    localiser = load_localiser(info).to(device.name)
    rows: list[list[str]] = []
    unreadable = 0
    for start in range(0, len(files), LOOKED_AT_ONCE):
        if token.stopped:
            break
        part = files[start : start + LOOKED_AT_ONCE]
        found, faults = _look_at(localiser, part)
        rows += found
        unreadable += len(faults)
        for fault in faults:
            yield Notice(fault)
        yield UnitsDone(start + len(part))
    _write_rows(request.out, int(info.metadata["landmarks"]), rows)
    yield JobFinished({"out": str(request.out), "found": len(rows), "unreadable": unreadable})


def _look_at(localiser: Any, files: Sequence[Path]) -> tuple[list[list[str]], list[str]]:
    import numpy as np

    from engine.canvas import CanvasMap
    from engine.data.canvas_cache import decode_radiograph
    from engine.localise.prediction import predict

    side = localiser.settings.side
    levels, maps, names, faults = [], [], [], []
    for path in files:
        try:
            image, size = decode_radiograph(path, side)
        except DataError as error:
            faults.append(str(error))
            continue
        levels.append(image)
        maps.append(CanvasMap(*size, side))
        names.append(path.name)
    if not levels:
        return [], faults
    found = predict(localiser, np.stack(levels))
    rows = []
    for name, letterbox, points, sigmas in zip(
        names, maps, found.points, found.sigmas, strict=True
    ):
        figures = np.concatenate([letterbox.to_image(points), sigmas / letterbox.scale], axis=1)
        rows.append([name, *(f"{value:.3f}" for value in figures.ravel())])
    return rows, faults


def _write_rows(out: Path, landmarks: int, rows: list[list[str]]) -> None:
    import csv
    import io

    from engine.files import replace_file

    named = [f"{n}{i}" for i in range(landmarks) for n in ("x", "y", "sigma_x", "sigma_y")]
    text = io.StringIO()
    csv.writer(text).writerows([["file", *named], *rows])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        replace_file(out, text.getvalue().encode())
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror or error}") from error


def radiographs_among(paths: Sequence[Path]) -> list[Path]:
    """The files named, and the radiographs in the folders named, each in the order of its names.

    Raises:
        DataError: one does not exist, or there is no radiograph at all.
    """
    from engine.data.radiograph import is_radiograph_name

    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(p for p in path.iterdir() if is_radiograph_name(p.name))
        elif path.is_file():
            files.append(path)
        else:
            raise DataError(f"{path} does not exist")
    if not files:
        raise DataError(f"no radiographs in {', '.join(map(str, paths))}")
    return files


def read_localiser_settings(preset_or_file: str) -> "LocaliserSettings":
    """The settings of a preset's name or of a TOML file.

    Raises:
        SettingsError: no such preset or file, or a file that does not hold settings.
    """
    from engine.localise.settings import LOCALISER_PRESETS, LocaliserSettings, localiser_preset

    from_toml = LocaliserSettings.from_toml
    return settings_named(preset_or_file, LOCALISER_PRESETS, localiser_preset, from_toml)
