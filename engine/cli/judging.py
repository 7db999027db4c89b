"""Commands that judge and hand on: ``ossa assess | import | export | info``."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from engine.cli.application import (
    AnatomyName,
    AsJson,
    Localiser,
    Policy,
    Split,
    application,
    run_to_end,
)


@application.command()
def assess(
    data: Annotated[
        Path | None, typer.Option(help="annotated radiographs to judge (folder, .npz or .csv)")
    ] = None,
    project: Annotated[Path | None, typer.Option(help="review project to judge again")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="take the prior from these weights, not from the data")
    ] = None,
    split: Split = None,
    part: Annotated[
        Literal["train", "test", "all"], typer.Option(help="part of the split")
    ] = "all",
    policy: Policy = "refined",
    anatomy: AnatomyName = "hand",
    localiser: Localiser = None,
    exact: Annotated[bool, typer.Option(help="compare each labelling with the exact one")] = False,
    show_topology: Annotated[
        bool, typer.Option("--show-topology", help="show the learned graph, judge nothing")
    ] = False,
    picture: Annotated[
        Path | None, typer.Argument(help="with --show-topology: draw it, .png or .svg")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge annotated radiographs, or the pairs of a project, as generated pairs are judged."""
    from engine.cli.reports import print_assessments
    from engine.jobs.assess import assess as job
    from engine.jobs.assess_cases import AssessRequest

    if picture is not None and not show_topology:
        raise typer.BadParameter(f"{picture} is a picture for --show-topology: say both")
    request = AssessRequest(data, project, weights, split, part, policy, anatomy, exact, localiser)
    if show_topology:
        _show_topology(request, picture, as_json)
        return
    if (data is None) == (project is None):
        raise typer.BadParameter("say either --data or --project")
    summary = run_to_end(job, request)
    if as_json:
        print(json.dumps(summary))
    else:
        print_assessments(summary)


def _show_topology(request: Any, picture: Path | None, as_json: bool) -> None:
    from engine.cli.reports import print_topology
    from engine.cli.topology_picture import check_picture, draw_topology
    from engine.jobs.assess import show_topology

    named = [request.data, request.project]
    if all(named) or not any([*named, request.weights]):
        raise typer.BadParameter("say one of --data, --project and --weights")
    if picture is not None:
        check_picture(picture)
    summary = run_to_end(show_topology, request)
    if picture is not None:
        draw_topology(summary["prior"], summary["anatomy"], picture)
    if as_json:
        print(json.dumps({name: summary[name] for name in ("shapes", "edges")}))
    else:
        print_topology(summary)


@application.command()
def export(
    project: Annotated[Path, typer.Argument(help="review project")],
    out: Annotated[Path, typer.Option(help="folder to write, new")],
    format: Annotated[str, typer.Option(help="nfdp, coco or csv")] = "nfdp",
    real: Annotated[
        Path | None, typer.Option(help="also export this data set's real radiographs")
    ] = None,
    split: Split = None,
    actor: Annotated[str, typer.Option(help="who exports, for the audit trail")] = "",
    overwrite: Annotated[bool, typer.Option(help="replace an earlier export")] = False,
    include_copies: Annotated[
        bool, typer.Option("--include-copies", help="also pairs that copy a training radiograph")
    ] = False,
    counting: Annotated[
        Literal["newest", "majority", "adjudicator"] | None,
        typer.Option(help="whose decision counts, from now on; the project's rule if left out"),
    ] = None,
    adjudicator: Annotated[str, typer.Option(help="with --counting adjudicator: who it is")] = "",
    only_decided: Annotated[
        bool, typer.Option("--only-decided", help="only pairs that a reviewer has decided on")
    ] = False,
) -> None:
    """Export what counts as accepted: NFDP trains a localiser, COCO keypoints, or a CSV table."""
    from engine.jobs.export import ExportRequest
    from engine.jobs.export import export as job
    from engine.review.records import Counting, CountingRule

    if adjudicator and counting != "adjudicator":
        raise typer.BadParameter(f"{adjudicator} is an adjudicator: say --counting adjudicator")
    request = ExportRequest(
        project=project,
        out=out,
        format=format,
        real_data=real,
        split=split,
        actor=actor,
        overwrite=overwrite,
        include_copies=include_copies,
        counting=None if counting is None else Counting(CountingRule(counting), adjudicator),
        only_decided=only_decided,
    )
    summary = run_to_end(job, request)
    print(f"{summary['out']}: {summary['line']}")


@application.command("import")
def import_folder(
    folder: Annotated[
        Path, typer.Argument(help="<id>-image.png with <id>-heatmap.png, or annotated radiographs")
    ],
    project: Annotated[Path, typer.Option(help="review project, made if need be")],
    weights: Annotated[
        Path | None,
        typer.Option(
            help="weights, or a project, to take the prior from; the project's own if left out, "
            "or the built-in generator's"
        ),
    ] = None,
    policy: Policy = "refined",
    split: Split = None,
    anatomy: AnatomyName = "hand",
) -> None:
    """Judge another generator's pairs, or real radiographs, and keep them in a review project."""
    from engine.jobs.importing import ImportRequest
    from engine.jobs.importing import import_pairs as job

    request = ImportRequest(folder, project, weights, policy, anatomy, split)
    summary = run_to_end(job, request)
    print(f"{summary['project']}: {summary['line']}")


@application.command()
def info(
    path: Annotated[
        Path | None, typer.Argument(help="weights, run, review project or data set")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file or folder of Ossa's holds; without one, what the built-in generator is."""
    from engine.cli.reports import print_table
    from engine.jobs.describe import describe, describe_builtin

    description = describe_builtin() if path is None else describe(path)
    if as_json:
        print(json.dumps(description))
    else:
        print_table(description)
