"""The command that joins two copies of a project: ``ossa merge``."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.application import application


@application.command()
def merge(
    into: Annotated[Path, typer.Argument(help="review project that takes over what is new")],
    other: Annotated[Path, typer.Argument(help="another copy of it, which stays as it is")],
    actor: Annotated[str, typer.Option(help="who joins them, for the project's log")] = "",
) -> None:
    """Join two copies of a project: pairs, decisions, corrections, notes, readings and limits."""
    from engine.jobs.reviewer import reviewer_name
    from engine.review.merging import merge_projects

    report = merge_projects(into, other, actor or reviewer_name())
    for notice in report.notices:
        print(notice)
    print(
        f"{into}: joined {_count(report.pairs, 'pair')}, "
        f"{_count(report.trail_rows, 'row')} of the trail and "
        f"{_count(report.readings, 'reading')} from {other}"
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
