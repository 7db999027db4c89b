"""Commands that make something: ``ossa phantom | train | generate | pack``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.application import (
    GAVE_UP,
    AnatomyName,
    Device,
    Localiser,
    Policy,
    Precision,
    Split,
    application,
    run_to_end,
)
from engine.durations import format_duration, parse_duration


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

    summary = run_to_end(job, PhantomRequest(out, count, seed, size, workers))
    print(f"{summary['out']}: {summary['count']} phantoms, {summary['drawn']} of them new")


@application.command()
def train(
    data: Annotated[Path, typer.Option(help="folder with Images/, all.csv and cv/, or a .npz")],
    out: Annotated[Path, typer.Option(help="the run's folder; an unfinished run goes on")],
    preset: Annotated[str, typer.Option(help="fast, paper, vae, gan or a settings .toml")] = "fast",
    start_from: Annotated[
        str,
        typer.Option(
            "--from",
            help="what a new run begins with: auto (the built-in generator where it fits), "
            "builtin, nothing, or a path to weights",
        ),
    ] = "auto",
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
        start_from=None if start_from == "nothing" else start_from,
    )
    summary = run_to_end(job, request, max_seconds)
    if not is_first_process():
        return
    if "step" in summary:
        losses = dict(summary["losses"])
        print(
            f"{out}: step {summary['step']}, {summary['pairs_seen']} pairs in "
            f"{format_duration(summary['elapsed'])}, loss {losses.pop('total'):.4f} "
            f"({', '.join(f'{name} {loss:.4f}' for name, loss in losses.items())})"
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
    pause_at_undecided: Annotated[
        int | None,
        typer.Option(help="rest while so many pairs wait for a reviewer's decision", min=1),
    ] = None,
    policy: Policy = "refined",
    localiser: Localiser = None,
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Sample pairs, assess each, keep them in a review project."""
    from engine.cli.reports import copy_line, image_line
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
        localiser=localiser,
        device=device,
        precision=precision,
        pause_at_undecided=pause_at_undecided,
    )
    summary = run_to_end(job, request)
    if summary["sampled"]:
        print(
            f"{summary['project']}: {summary['sampled']} pairs, {summary['accepted']} accepted "
            f"({summary['acceptance']:.0%}), {summary['seconds_per_pair']:.2f} s per pair, "
            + f"{copy_line(summary)}, {image_line(summary)}"
        )
    else:
        print(f"{summary['project']}: all there already")
    if summary["gave_up"]:
        raise typer.Exit(GAVE_UP)


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
