"""The localiser's jobs: train one, measure it on annotated radiographs, look at any radiograph."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError, SettingsError
from engine.events import (
    CancelToken,
    DeviceChosen,
    Event,
    JobFinished,
    JobStarted,
    Notice,
    TrainingStep,
    UnitsDone,
)

if TYPE_CHECKING:
    import numpy as np

    from engine.anatomy import Anatomy
    from engine.data.canvas_set import CanvasSet
    from engine.localise.settings import LocaliserSettings
    from engine.localise.weights import HeldOutErrors, LocaliserInfo

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
    """Read the radiographs, train, and measure the localiser on the split's test radiographs.

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
    from engine.localise.training import LocaliserPlan, train_localiser

    plan = LocaliserPlan(
        settings=settings,
        data=data,
        out=request.out,
        metadata={"anatomy": request.anatomy, "version": version("ossa")},
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
    summary: dict[str, Any] = {"out": str(request.out), "discarded": token.cancelled}
    if last is not None:
        summary |= {"step": last.step, "radiographs_seen": last.pairs_seen}
        summary |= {"losses": last.losses, "elapsed": last.elapsed}
    if not token.stopped:
        summary |= yield from _measure_held_out(request, settings, anatomy)
    yield JobFinished(summary)


def _measure_held_out(
    request: LocaliseTrainRequest, settings: "LocaliserSettings", anatomy: "Anatomy"
) -> Generator[Event, None, dict[str, Any]]:
    """Keep in the localiser's file how it errs on radiographs that it was not trained on."""
    from safetensors.torch import load_file

    from engine.generate.weights import WEIGHTS_NAME
    from engine.jobs.radiographs import read_canvas_radiographs
    from engine.localise.weights import read_localiser_info, save_localiser

    if request.data.suffix == ".npz":
        yield Notice("A canvas file holds one part only: the localiser's errors are not measured")
        return {}
    test, _ = yield from read_canvas_radiographs(
        request.data, request.anatomy, request.split, "test", settings.side
    )
    if not len(test):
        yield Notice("The split has no test radiographs: the localiser's errors are not measured")
        return {}
    info = read_localiser_info(request.out)
    held_out, table = _errors_on(info, test, anatomy, request.device)
    network = {
        name.removeprefix("network."): tensor
        for name, tensor in load_file(info.path).items()
        if name.startswith("network.")
    }
    save_localiser(request.out / WEIGHTS_NAME, network, info.settings, info.metadata, held_out)
    return {"held_out": table}


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
    _, table = _errors_on(info, data, anatomy, request.device)
    table |= {"weights": str(info.path), "hash": info.hash, "data": str(request.data)}
    table |= {"part": request.part, "minutes_of_training": info.metadata.get("minutes")}
    yield JobFinished(table)


def _errors_on(
    info: "LocaliserInfo", data: "CanvasSet", anatomy: "Anatomy", device_name: str
) -> "tuple[HeldOutErrors, dict[str, Any]]":
    from dataclasses import asdict

    from engine.jobs.device import choose_device
    from engine.localise.metrics import point_errors, summarise
    from engine.localise.prediction import predict
    from engine.localise.weights import HeldOutErrors, load_localiser

    device = choose_device(device_name, "float32", training=False)
    localiser = load_localiser(info).to(device.name)
    found = predict(localiser, data.images)
    scale = millimetres_of(data, anatomy)
    errors = (found.points - data.points) * scale[:, None, None]
    sigmas = found.sigmas * scale[:, None, None]
    distances = point_errors(found.points, data.points, scale)
    summary = asdict(summarise(distances, anatomy))
    return HeldOutErrors(errors, sigmas), {"radiographs": len(data), **summary}


def millimetres_of(data: "CanvasSet", anatomy: "Anatomy") -> "np.ndarray":
    """Millimetres per canvas pixel of each radiograph, (n,)."""
    import numpy as np

    from engine.canvas import CANVAS_SIZE, millimetres_per_pixel

    pair = anatomy.scale_pair
    if pair is None:
        constant = float(anatomy.millimetres_per_pixel or 1.0) * CANVAS_SIZE / data.side
        return np.full(len(data), constant)
    return millimetres_per_pixel(data.points, pair.indices, pair.length)


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

    path = Path(preset_or_file)
    if preset_or_file in LOCALISER_PRESETS or path.suffix != ".toml":
        return localiser_preset(preset_or_file)
    try:
        return LocaliserSettings.from_toml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError(f"cannot read settings {path}: {error.strerror}") from error
