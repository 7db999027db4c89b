"""A run's folder: its logs, its previews, and how a discarded training leaves it as it was."""

import csv
import os
import shutil
from contextlib import suppress
from pathlib import Path

from engine.errors import SettingsError
from engine.events import CopiesWatched, TrainingStep
from engine.files import replace_file
from engine.generate.checkpoint import STATE_NAME
from engine.generate.weights import WEIGHTS_NAME
from engine.settings_file import RunSettings

SETTINGS_NAME = "settings.toml"
DESCRIPTORS_NAME = "training-descriptors.safetensors"
NOT_COPYING_NAME = "weights-not-copying.safetensors"
BEFORE_COPYING_NAME = "weights-before-copying.safetensors"
PROGRESS_COLUMNS = ("step", "pairs_seen", "elapsed", "learning_rate")
HELD_OUT_NAME = "held-out.csv"
COPY_COLUMNS = ("step", "checked", "copies", "suspects", "copy_rate")

HELD_OUT_COLUMNS = (
    "step",
    "minutes",
    "point_error_mm",
    "sd_mm",
    "low_mm",
    "high_mm",
    "beyond_4_mm",
)


class RunFiles:
    """The run's files, and what it takes to put them back as they were found.

    The state and weights found at the start are kept as links beside the new ones (each checkpoint
    replaces a name, not a file's content), and come back when training is discarded.

    Args:
        columns: of ``loss.csv``, `PROGRESS_COLUMNS` first.
    """

    KEPT = (
        STATE_NAME,
        WEIGHTS_NAME,
        SETTINGS_NAME,
        DESCRIPTORS_NAME,
        NOT_COPYING_NAME,
        BEFORE_COPYING_NAME,
    )

    def __init__(self, out: Path, columns: tuple[str, ...]) -> None:
        self.out, self.columns = out, columns
        self.losses = out / "loss.csv"
        self.copies = out / "copies.csv"
        self.found_step: int | None = None

    def begin(self, settings: RunSettings, found_step: int | None) -> None:
        """Make the folder, remember what it holds, and write the settings into it.

        Args:
            found_step: the step of the run that is gone on with, None for a new one.

        Raises:
            SettingsError: the folder cannot be written.
        """
        self.found_step = found_step
        try:
            self._begin(settings)
        except OSError as error:
            raise SettingsError(
                f"cannot write to the run's folder {self.out}: {error.strerror}"
            ) from error

    def _begin(self, settings: RunSettings) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        for name in self.KEPT:
            if (self.out / name).exists():
                self._before(name).unlink(missing_ok=True)
                _link_or_copy(self.out / name, self._before(name))
        replace_file(self.out / SETTINGS_NAME, settings.to_toml().encode())

    def end(self, discard: bool) -> None:
        """Forget what was remembered, or put it back."""
        for name in self.KEPT:
            before = self._before(name)
            if discard and before.exists():
                before.replace(self.out / name)
            elif discard:
                (self.out / name).unlink(missing_ok=True)
            before.unlink(missing_ok=True)
        if discard:
            self._discard_rest()

    def append_loss(self, event: TrainingStep) -> None:
        """Add a row to ``loss.csv``."""
        figures = (event.elapsed, event.learning_rate, *event.losses.values())
        row = [event.step, event.pairs_seen, *(f"{f:.6g}" for f in figures)]
        _append_row(self.losses, self.columns, row)

    def append_copies(self, event: CopiesWatched) -> None:
        """Add a row to ``copies.csv``."""
        rate = f"{event.copies / event.checked:.6g}" if event.checked else ""
        row = [event.step, event.checked, event.copies, event.suspects, rate]
        _append_row(self.copies, COPY_COLUMNS, row)

    def truncate_logs(self, step: int) -> None:
        """Drop the rows after `step`: those steps were lost with the process and come again."""
        _truncate(self.losses, self.columns, step)
        _truncate(self.copies, COPY_COLUMNS, step)
        _truncate(self.out / HELD_OUT_NAME, HELD_OUT_COLUMNS, step)

    def keep_before_copying(self) -> bool:
        """Give the last weights that did not copy their final name; whether there are any."""
        if not (self.out / NOT_COPYING_NAME).exists():
            return False
        (self.out / NOT_COPYING_NAME).replace(self.out / BEFORE_COPYING_NAME)
        return True

    def _before(self, name: str) -> Path:
        return self.out / f"{name}.before"

    def _discard_rest(self) -> None:
        after = self.found_step or 0
        for preview in (self.out / "previews").glob("step-*.png"):
            if int(preview.stem.removeprefix("step-")) > after:
                preview.unlink()
        if self.found_step is not None:
            self.truncate_logs(self.found_step)
            return
        self.losses.unlink(missing_ok=True)
        self.copies.unlink(missing_ok=True)
        (self.out / HELD_OUT_NAME).unlink(missing_ok=True)
        for folder in (self.out / "previews", self.out):
            with suppress(OSError):  # it may not exist, or hold what is not of this run
                folder.rmdir()


def append_held_out(out: Path, step: int, minutes: float, errors: dict) -> None:
    """Add a row to ``held-out.csv``: a localiser's point errors on radiographs it does not know.

    A row of that step is replaced: a run that had nothing left to train is measured once more.

    Args:
        errors: `GroupErrors` of all landmarks, as plain data.
    """
    figures = (errors["mean"], errors["sd"], *errors["interval"])
    row = [step, minutes, *(f"{f:.6g}" for f in figures), errors["outliers"][4.0]]
    log = out / HELD_OUT_NAME
    _truncate(log, HELD_OUT_COLUMNS, step - 1)
    _append_row(log, HELD_OUT_COLUMNS, row)


def is_begun(out: Path) -> bool:
    """Whether the folder holds a run to go on with."""
    return (out / STATE_NAME).exists()


def _append_row(log: Path, columns: tuple[str, ...], row: list) -> None:
    new = not log.exists()
    with log.open("a", newline="") as stream:
        writer = csv.writer(stream)
        if new:
            writer.writerow(columns)
        writer.writerow(row)


def _truncate(log: Path, columns: tuple[str, ...], step: int) -> None:
    if not log.exists():
        return
    with log.open(newline="") as stream:
        rows = list(csv.reader(stream))
    kept = [r for r in rows[1:] if len(r) == len(columns) and int(r[0]) <= step]
    beside = log.with_suffix(".csv.part")
    with beside.open("w", newline="") as stream:
        csv.writer(stream).writerows([columns, *kept])
    beside.replace(log)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
