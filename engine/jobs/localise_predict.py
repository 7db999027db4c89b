"""The job that finds the landmarks of any radiographs with a localiser."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.events import CancelToken, Event, JobFinished, JobStarted, Notice, UnitsDone

LOOKED_AT_ONCE = 8


@dataclass(frozen=True)
class LocalisePredictRequest:
    """Look at radiograph files, or all in folders, and write where the landmarks are to `out`."""

    weights: Path
    images: tuple[Path, ...]
    out: Path
    device: str = "auto"


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
