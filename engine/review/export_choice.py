"""Which pairs of a project go out with an export, and why the others stay."""

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.assess.copy_statistics import CopyReport, report_copies
from engine.review.counting import what_counts
from engine.review.project import ReviewProject
from engine.review.records import Counting, Origin, PairRow
from engine.review.trail import Verdict

NEEDS_EVERY_LANDMARK = frozenset({"nfdp"})  # formats without a word for a landmark that is missing


@dataclass(frozen=True)
class Wanted:
    """What is asked to go out, of the pairs that count as accepted.

    counting: whose decision counts; None for the project's own rule. only_decided: pairs that a
    reviewer has decided on. include_copies: copies of training radiographs, too. policy: only pairs
    that this policy of the gate has judged; None for all.
    """

    counting: Counting | None = None
    only_decided: bool = False
    include_copies: bool = False
    policy: str | None = None


@dataclass(frozen=True)
class Sorting:
    """Every pair of a project in exactly one list.

    lacking: without a place for every landmark, where the format needs them all. other_policy:
    judged by another policy than the one asked for.
    """

    going: list[PairRow] = field(default_factory=list)
    rejected: list[PairRow] = field(default_factory=list)
    undecided: list[PairRow] = field(default_factory=list)
    copies: list[PairRow] = field(default_factory=list)
    lacking: list[PairRow] = field(default_factory=list)
    real: list[PairRow] = field(default_factory=list)
    other_policy: list[PairRow] = field(default_factory=list)


@dataclass(frozen=True)
class GoingPair:
    """A pair that goes out: what lists say of it, where it comes from, its landmarks (L, 2) in
    canvas pixels (NaN for none) as a reviewer corrected them if one did, the topology (E, 2) that
    labelled it, what the copy check said, and which localiser looked at its image (its hash)."""

    row: PairRow
    origin: Origin
    landmarks: np.ndarray
    edges: np.ndarray
    copy_risk: CopyRisk | None
    localiser: str | None

    @property
    def is_whole(self) -> bool:
        """Whether every landmark has a place."""
        return bool(np.isfinite(self.landmarks).all())


@dataclass(frozen=True)
class Choice:
    """Pairs that go out, how all were sorted, by which rule, and the copy check on those that go
    out and on the copies that stay."""

    going: list[GoingPair]
    sorting: Sorting
    counting: Counting
    copy_report: CopyReport

    @property
    def suspects(self) -> list[PairRow]:
        """Pairs that go out but come suspiciously near a training radiograph."""
        return [row for row in self.sorting.going if row.copy_level is CopyLevel.SUSPECT]


def counted_by(row: PairRow, counting: Counting) -> PairRow:
    """The row as another rule of counting has it."""
    said = what_counts(row.decisions, counting)
    if said is None:
        return replace(row, decision=None, decided_by=None, decided_at=None, decided_why="")
    return replace(
        row, decision=said.verdict, decided_by=said.who, decided_at=said.at, decided_why=said.why
    )


def sort_pairs(rows: Iterable[PairRow], lacking: Collection[str], wanted: Wanted) -> Sorting:
    """Say of every pair whether it goes out, else why not. Reads nothing, so a dialog may ask it at
    every click.

    Args:
        lacking: pairs to hold out because they lack a landmark.
    """
    sorting = Sorting()
    for row in rows:
        if wanted.counting is not None and row.decisions:
            row = counted_by(row, wanted.counting)
        _place(sorting, row, lacking, wanted).append(row)
    return sorting


def _place(
    sorting: Sorting, row: PairRow, lacking: Collection[str], wanted: Wanted
) -> list[PairRow]:
    if row.is_real:
        return sorting.real
    if wanted.policy not in (None, row.policy):
        return sorting.other_policy
    if row.counts_as is not Verdict.ACCEPT:
        return sorting.rejected
    if wanted.only_decided and row.decision is None:
        return sorting.undecided
    if row.copy_level is CopyLevel.COPY and not wanted.include_copies:
        return sorting.copies
    return sorting.lacking if row.identifier in lacking else sorting.going


def choose_pairs(
    project: ReviewProject, wanted: Wanted, whole_only: bool
) -> Generator[None, None, Choice]:
    """Go through a project's pairs; yields after each, and returns the choice.

    Args:
        whole_only: whether the format needs a place for every landmark.
    """
    sorting = sort_pairs(project.rows(), (), wanted)
    going = []
    for row in sorting.going:
        going.append(_read(project, row))
        yield
    if whole_only:
        sorting.lacking.extend(pair.row for pair in going if not pair.is_whole)
        going = [pair for pair in going if pair.is_whole]
        sorting.going[:] = [pair.row for pair in going]
    stay = [project.assessment(row.identifier).copy_risk for row in sorting.copies]
    weights = {pair.origin.weights_hash for pair in going}
    weights |= {project.origin(row.identifier).weights_hash for row in sorting.copies}
    real = [distance for one in sorted(weights) for distance in project.held_out(one)]
    return Choice(
        going=going,
        sorting=sorting,
        counting=wanted.counting or project.counting(),
        copy_report=report_copies([*(pair.copy_risk for pair in going), *stay], real),
    )


def _read(project: ReviewProject, row: PairRow) -> GoingPair:
    gate = project.assessment(row.identifier)
    effective = gate if row.corrected_by is None else project.effective_assessment(row.identifier)
    return GoingPair(
        row=row,
        origin=project.origin(row.identifier),
        landmarks=effective.landmarks,
        edges=gate.edges,
        copy_risk=gate.copy_risk,
        localiser=None if gate.image is None else gate.image.localiser,
    )


def choice_notices(choice: Choice) -> tuple[str, ...]:
    """What was left out or is worth a look, one line each."""
    sorting = choice.sorting
    lines = [
        ("held out, because a landmark is missing", sorting.lacking),
        ("held out, because it copies a training radiograph", sorting.copies),
        ("held out, because no reviewer's decision counts", sorting.undecided),
        ("left out, because a real radiograph is never exported as synthetic", sorting.real),
        ("exported, but suspiciously near a training radiograph", choice.suspects),
    ]
    notices = [f"{why}: {_some(rows)}" for why, rows in lines if rows]
    unchecked = choice.copy_report.not_checked
    if unchecked:
        pairs = "1 pair" if unchecked == 1 else f"{unchecked} pairs"
        notices.append(f"copies were not checked for {pairs}")
    return tuple(notices)


def _some(rows: Sequence[PairRow]) -> str:
    others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{rows[0].identifier}{others} ({len(rows)} in all)"
