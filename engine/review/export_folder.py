"""What every format of an export has in common: the choice, the folder that appears whole, the
manifest, the README and the trail. A format only lays out its own files.

An export is a generator of events, so that a job can tell how far it is and end it: closed before
its end it leaves all as it was.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from engine.assess.copy_statistics import CopyReport
from engine.errors import ProjectError
from engine.events import JobStarted, UnitsDone
from engine.review.export_choice import (
    NEEDS_EVERY_LANDMARK,
    Choice,
    GoingPair,
    Wanted,
    choice_notices,
    choose_pairs,
)
from engine.review.export_manifest import (
    ExportFacts,
    Written,
    is_our_export,
    write_manifest,
    write_readme,
)
from engine.review.project import ReviewProject
from engine.review.publishing import published_whole

Result = TypeVar("Result")
Exporting = Generator[JobStarted | UnitsDone, None, Result]


@dataclass(frozen=True)
class ExportFormat:
    """How an export is laid out.

    write: puts the pairs into a folder, yields after each unit, and returns what it wrote. unit:
    what it counts. others: how many units there are beside the pairs.
    """

    name: str
    write: Callable[[Path, ReviewProject, Sequence[GoingPair]], Generator[None, None, Written]]
    unit: str = "picture"
    others: int = 0


@dataclass(frozen=True)
class ExportSummary:
    """What an export wrote, and what it left out (identifiers).

    held_out: for want of a landmark; copies: because they copy a training radiograph; undecided:
    because no reviewer's decision counts; real: because they are no synthetic pairs; suspects:
    exported, but worth a look. copy_report: the copy check on those that went out and the copies.
    """

    destination: Path
    synthetic: int
    held_out: tuple[str, ...]
    copies: tuple[str, ...]
    undecided: tuple[str, ...]
    real: tuple[str, ...]
    suspects: tuple[str, ...]
    copy_report: CopyReport
    notices: tuple[str, ...]
    real_train: int = 0
    real_test: int = 0


def export_folder(
    project: ReviewProject,
    destination: str | Path,
    format: ExportFormat,
    *,
    actor: str,
    wanted: Wanted | None = None,
    overwrite: bool = False,
) -> ExportSummary:
    """`exporting`, run to its end."""
    return to_the_end(
        exporting(project, destination, format, actor=actor, wanted=wanted, overwrite=overwrite)
    )


def to_the_end(steps: Exporting[Result]) -> Result:
    """Run an export and give what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            return finished.value


def exporting(
    project: ReviewProject,
    destination: str | Path,
    format: ExportFormat,
    *,
    actor: str,
    wanted: Wanted | None = None,
    overwrite: bool = False,
) -> Exporting[ExportSummary]:
    """Write what is wanted of a project. The folder appears whole or not at all; then the trail
    tells of it, and the rule of counting becomes the project's.

    Yields `JobStarted` once it is known how much there is to write, and `UnitsDone`.

    Args:
        destination: a folder that is missing or empty.
        actor: who exports. wanted: None for all that counts as accepted.
        overwrite: replace an earlier export of Ossa's at `destination`.

    Raises:
        ProjectError: nothing to export, a destination that is taken, or trouble with the disk.
            Nothing half is left.
    """
    place = Path(destination).resolve()
    choosing = choose_pairs(project, wanted or Wanted(), format.name in NEEDS_EVERY_LANDMARK)
    choice = yield from _counted(choosing, lambda _: UnitsDone(0))
    notices = choice_notices(choice)
    if not choice.going:
        why = notices[0] if notices else "accept some pairs first"
        raise ProjectError(f"{project.folder} has no pair to export: {why}")

    def may_replace(folder: Path) -> bool:
        return overwrite and is_our_export(folder)

    def seal() -> None:
        identifiers = [pair.row.identifier for pair in choice.going]
        project.set_counting(choice.counting, actor)
        project.record_export(actor, identifiers, place, format.name)

    with published_whole(place, may_replace, seal) as folder:
        total = format.others + len(choice.going)
        yield JobStarted(f"Exporting {project.folder.name}", format.unit, total)
        written = yield from _counted(format.write(folder, project, choice.going), UnitsDone)
        facts = ExportFacts(format.name, actor, choice, written)
        write_manifest(folder, project, facts)
        write_readme(folder, facts)
    return _summary(place, choice, notices)


def _counted(
    steps: Generator[None, None, Result], event: Callable[[int], UnitsDone]
) -> Exporting[Result]:
    """An event for each step; what the steps return."""
    done = 0
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            return finished.value
        done += 1
        yield event(done)


def _summary(place: Path, choice: Choice, notices: tuple[str, ...]) -> ExportSummary:
    sorting = choice.sorting
    return ExportSummary(
        destination=place,
        synthetic=len(choice.going),
        held_out=tuple(row.identifier for row in sorting.lacking),
        copies=tuple(row.identifier for row in sorting.copies),
        undecided=tuple(row.identifier for row in sorting.undecided),
        real=tuple(row.identifier for row in sorting.real),
        suspects=tuple(row.identifier for row in choice.suspects),
        copy_report=choice.copy_report,
        notices=notices,
    )
