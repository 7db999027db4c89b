"""The command line: ``ossa train | generate | assess | export | pack | phantom | info``.

Exit codes: 0 done · 1 an unexpected error · 2 a mistake in the request, said in one line · 3 ended
before its goal (``--until-accepted`` not reached) · 130 interrupted, the result so far is kept.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from engine.cli.durations import format_duration, parse_duration
from engine.errors import OssaError
from engine.events import CancelToken

GAVE_UP = 3
MISTAKE = 2
INTERRUPTED = 130

application = typer.Typer(
    name="ossa",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps")]
Precision = Annotated[str, typer.Option(help="auto, float32 or bfloat16")]
Policy = Annotated[str, typer.Option(help="the gate's policy")]
Split = Annotated[str | None, typer.Option(help="split in cv/, the only one if left out")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
AnatomyName = Annotated[str, typer.Option(help="anatomy that ships with Ossa, or a .toml file")]


def _print_version(asked: bool) -> None:
    if asked:
        print(f"ossa {version('ossa')}")
        raise typer.Exit


@application.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", help="print the version", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Generate, judge and curate synthetic hand radiographs with their landmarks.

    Without a command the window opens.
    """


@application.command()
def train(
    data: Annotated[Path, typer.Option(help="folder with Images/, all.csv and cv/, or a .npz")],
    out: Annotated[Path, typer.Option(help="the run's folder; an unfinished run goes on")],
    preset: Annotated[str, typer.Option(help="fast, paper or a settings .toml")] = "fast",
    start_from: Annotated[
        str | None, typer.Option("--from", help="weights a new run begins with: builtin or a path")
    ] = None,
    max_steps: Annotated[int | None, typer.Option(help="of the whole run", min=1)] = None,
    max_time: Annotated[str | None, typer.Option(help="of the whole run: 20m, 2h …")] = None,
    images: Annotated[int | None, typer.Option(help="train on so many only", min=1)] = None,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    device: Device = "auto",
    precision: Precision = "auto",
    checkpoint_every: Annotated[str, typer.Option(help="time between checkpoints")] = "2m",
) -> None:
    """Train a generator on annotated radiographs."""
    from engine.jobs.huge_pages import restart_once
    from engine.jobs.processes import is_first_process
    from engine.jobs.train import TrainRequest
    from engine.jobs.train import train as job

    max_seconds = parse_duration(max_time) if max_time else None
    checkpoint_seconds = parse_duration(checkpoint_every)
    restart_once(sys.argv[1:], device)
    request = TrainRequest(
        data=data,
        out=out,
        preset=preset,
        anatomy=anatomy,
        split=split,
        images=images,
        max_steps=max_steps,
        max_seconds=max_seconds,
        device=device,
        precision=precision,
        checkpoint_seconds=checkpoint_seconds,
        start_from=start_from,
    )
    summary = _run(job, request, max_seconds)
    if not is_first_process():
        return
    if "step" in summary:
        print(
            f"{out}: step {summary['step']}, {summary['pairs_seen']} pairs in "
            f"{format_duration(summary['elapsed'])}, loss {summary['losses']['total']:.4f} "
            f"(image {summary['losses']['image']:.4f}, "
            f"heatmap {summary['losses']['heatmap']:.4f})"
        )
        if summary.get("copying"):
            print(f"{out}: samples copy training radiographs, see copies.csv there")
    else:
        print(f"{out}: nothing left to train")


@application.command()
def generate(
    project: Annotated[Path, typer.Option(help="review project, made if need be")],
    weights: Annotated[
        Path | None,
        typer.Option(help="a run's folder or a weights file, the built-in generator if left out"),
    ] = None,
    count: Annotated[int | None, typer.Option(help="pairs to have in the end", min=1)] = None,
    until_accepted: Annotated[
        int | None, typer.Option(help="go on until so many are accepted", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="pair i of a seed is always the same pair")] = 0,
    sampler: Annotated[
        str | None, typer.Option(help="sde-dpm-solver++, dpm-solver++, ddim or ancestral")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="network calls per pair", min=1)] = None,
    batch_size: Annotated[int | None, typer.Option(help="pairs sampled at once", min=1)] = None,
    policy: Policy = "refined",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Sample pairs, assess each, keep them in a review project."""
    from engine.cli.reports import copy_line
    from engine.jobs.generate import GenerateRequest
    from engine.jobs.generate import generate as job

    if count is not None and until_accepted is not None:
        raise typer.BadParameter("--count and --until-accepted exclude each other")
    request = GenerateRequest(
        weights=weights,
        project=project,
        count=None if until_accepted else count or 24,
        until_accepted=until_accepted,
        seed=seed,
        sampler=sampler,
        steps=steps,
        batch_size=batch_size,
        policy=policy,
        device=device,
        precision=precision,
    )
    summary = _run(job, request)
    if summary["sampled"]:
        print(
            f"{summary['project']}: {summary['sampled']} pairs, {summary['accepted']} accepted "
            f"({summary['acceptance']:.0%}), {summary['seconds_per_pair']:.2f} s per pair, "
            + copy_line(summary)
        )
    else:
        print(f"{summary['project']}: all there already")
    if summary["gave_up"]:
        raise typer.Exit(GAVE_UP)


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
    from engine.jobs.assess import AssessRequest
    from engine.jobs.assess import assess as job

    if picture is not None and not show_topology:
        raise typer.BadParameter(f"{picture} is a picture for --show-topology: say both")
    request = AssessRequest(data, project, weights, split, part, policy, anatomy, exact)
    if show_topology:
        _show_topology(request, picture, as_json)
        return
    if (data is None) == (project is None):
        raise typer.BadParameter("say either --data or --project")
    summary = _run(job, request)
    if as_json:
        print(json.dumps(summary))
    else:
        print_assessments(summary)


@application.command()
def export(
    project: Annotated[Path, typer.Argument(help="review project")],
    out: Annotated[Path, typer.Option(help="folder to write, new")],
    format: Annotated[str, typer.Option(help="nfdp")] = "nfdp",
    real: Annotated[
        Path | None, typer.Option(help="also export this data set's real radiographs")
    ] = None,
    split: Split = None,
    actor: Annotated[str, typer.Option(help="who exports, for the audit trail")] = "",
    overwrite: Annotated[bool, typer.Option(help="replace an earlier export")] = False,
    include_copies: Annotated[
        bool, typer.Option("--include-copies", help="also pairs that copy a training radiograph")
    ] = False,
) -> None:
    """Export what counts as accepted, ready to train a localiser."""
    from engine.jobs.export import ExportRequest
    from engine.jobs.export import export as job

    request = ExportRequest(project, out, format, real, split, actor, overwrite, include_copies)
    summary = _run(job, request)
    print(f"{summary['out']}: {summary['line']}")


@application.command()
def pack(
    weights: Annotated[Path, typer.Option(help="a run's folder or a weights file")],
    out: Annotated[Path, typer.Option(help="the .safetensors file to write")],
    licence: Annotated[str, typer.Option(help="it is handed out under, an SPDX name")],
    trained_on: Annotated[str, typer.Option(help="what the training radiographs were")],
) -> None:
    """Make one small file of a run, to hand out: half precision, with its prior and metadata."""
    from engine.generate.packing import pack_weights

    packed = pack_weights(weights, out, licence, trained_on)
    print(
        f"{packed.path}: {packed.size / 1e6:.1f} MB, {packed.parameters} parameters in half "
        f"precision, none changed by more than {packed.largest_change:.1g}"
    )


@application.command()
def phantom(
    out: Annotated[Path, typer.Option(help="folder to write, new or to go on with")],
    count: Annotated[int, typer.Option(help="phantoms to have in the end", min=2)] = 200,
    seed: Annotated[int, typer.Option(help="phantom i of a seed is always the same", min=0)] = 0,
    size: Annotated[int, typer.Option(help="long side in pixels", min=128)] = 640,
    workers: Annotated[int, typer.Option(help="processes that draw", min=1)] = 1,
) -> None:
    """Draw made-up radiographs with exact landmarks: a data set of no patient."""
    from engine.jobs.phantom import PhantomRequest
    from engine.jobs.phantom import phantom as job

    summary = _run(job, PhantomRequest(out, count, seed, size, workers))
    print(f"{summary['out']}: {summary['count']} phantoms, {summary['drawn']} of them new")


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


def _show_topology(request: Any, picture: Path | None, as_json: bool) -> None:
    from engine.cli.reports import print_topology
    from engine.cli.topology_picture import check_picture, draw_topology
    from engine.jobs.assess import show_topology

    named = [request.data, request.project]
    if all(named) or not any([*named, request.weights]):
        raise typer.BadParameter("say one of --data, --project and --weights")
    if picture is not None:
        check_picture(picture)
    summary = _run(show_topology, request)
    if picture is not None:
        draw_topology(summary["prior"], summary["anatomy"], picture)
    if as_json:
        print(json.dumps({name: summary[name] for name in ("shapes", "edges")}))
    else:
        print_topology(summary)


def main() -> None:
    """Run the command line; a user's mistake is one line on standard error."""
    try:
        application()
    except OssaError as error:
        print(f"ossa: {error}", file=sys.stderr)
        sys.exit(MISTAKE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run(job: Any, request: Any, max_seconds: float | None = None) -> dict[str, Any]:
    """Run a job with a bar; exit code 130 once it was interrupted and has kept its result."""
    from engine.cli.progress import interruptible, run_job

    token = CancelToken()
    with interruptible(token):
        summary = run_job(job(request, token), max_seconds)
    if token.stopped:
        print("Interrupted; what was made so far is kept.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    return summary
