"""How a localiser errs on radiographs that it was not trained on, while it trains and at the end.

Each measurement is a row of ``held-out.csv`` in the run's folder, the curve of the point error
against time, and replaces the errors that the localiser's file carries.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.events import Event, Notice

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.data.canvas_set import CanvasSet
    from engine.localise.weights import HeldOutErrors, LocaliserInfo

_SHARE = 0.1  # of the time, at most, goes into measuring while training goes on


def held_out_radiographs(
    data: Path, anatomy: str, split: str | None, side: int
) -> "Generator[Event, None, CanvasSet | None]":
    """The split's test radiographs; None, and one line that says why, where there are none."""
    from engine.jobs.radiographs import read_canvas_radiographs

    if data.suffix == ".npz":
        yield Notice("A canvas file holds one part only: the localiser's errors are not measured")
        return None
    test, _ = yield from read_canvas_radiographs(data, anatomy, split, "test", side)
    if not len(test):
        yield Notice("The split has no test radiographs: the localiser's errors are not measured")
        return None
    return test


class HeldOutWatch:
    """Measures the localiser of a run's folder as its training goes on.

    table: of the newest measurement, None before the first.
    """

    def __init__(self, out: Path, radiographs: "CanvasSet", anatomy: "Anatomy", device: str):
        self.out, self.radiographs, self.anatomy, self.device = out, radiographs, anatomy, device
        self.table: dict[str, Any] | None = None
        self._step: int | None = None
        self._rest_until = 0.0

    def checkpoint_saved(self) -> Iterator[Event]:
        """Measure the file just saved, unless too much of the time would go into measuring."""
        if time.monotonic() >= self._rest_until:
            yield from self.measure()

    def measure(self) -> Iterator[Event]:
        """Measure the run's file, keep the errors in it, and say them in one line."""
        from engine.generate.run_files import append_held_out
        from engine.localise.weights import keep_held_out_errors, read_localiser_info

        begun = time.monotonic()
        info = read_localiser_info(self.out)
        step, minutes = info.metadata["step"], info.metadata["minutes"]
        if step == self._step:
            return
        errors, self.table = errors_on(info, self.radiographs, self.anatomy, self.device)
        keep_held_out_errors(info, errors)
        self._step, everything = step, self.table["all"]
        append_held_out(self.out, step, minutes, everything)
        yield Notice(
            f"held-out point error {everything['mean']:.2f} mm at step {step}, {minutes:g} minutes"
        )
        now = time.monotonic()
        self._rest_until = now + (now - begun) * (1 / _SHARE - 1)


def errors_on(
    info: "LocaliserInfo", data: "CanvasSet", anatomy: "Anatomy", device_name: str
) -> "tuple[HeldOutErrors, dict[str, Any]]":
    """Errors of a localiser on radiographs, and their table (`ErrorSummary` as plain data)."""
    from engine.jobs.device import choose_device
    from engine.localise.metrics import millimetres_of, point_errors, summarise
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
