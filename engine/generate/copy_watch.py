"""How training looks for copies of its own radiographs, with a skill that it is lent."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.pair import Pair

COPY_PAIRS = 16
COPY_STEPS = 16
COPY_SHARE = 0.04  # of training time that looking for copies may cost


@dataclass(frozen=True)
class CopyCount:
    """What a look for copies found: pairs compared, copies and suspects among them, and whether
    these are more copies than chance."""

    checked: int
    copies: int
    suspects: int
    copying: bool


@dataclass(frozen=True)
class CopyWatch:
    """How training looks for copies of its radiographs; the skill is a higher room's.

    count: called with pairs sampled from the averaged weights. describe: writes the descriptors of
    the training radiographs to the path it is given, once the run's folder is known to be fit.
    every: seconds between looks, at least (longer where sampling is slow).
    """

    count: Callable[[list[Pair]], CopyCount]
    describe: Callable[[Path], None]
    every: float = 300.0


def copying_begins(step: int, found: CopyCount, kept: str | None) -> str:
    """The line to say it in; `kept` names the file of the last weights that did not copy."""
    told = "no earlier weights were looked at"
    if kept is not None:
        told = f"the last weights that did not are kept as {kept}"
    return (
        f"Copying begins at step {step}: {found.copies} of {found.checked} samples copy a training "
        f"radiograph; {told}"
    )
