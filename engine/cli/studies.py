"""Commands of the studies: ``ossa study acceptance | quality | localisation | occlusion``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.application import (
    AnatomyName,
    Device,
    Policy,
    Precision,
    Split,
    application,
    run_to_end,
)
from engine.durations import parse_duration

studies = typer.Typer(
    no_args_is_help=True,
    help="The paper's tables and figures, each by one command. A study that was ended goes on when "
    "it is started again.",
)
application.add_typer(studies, name="study")

Out = Annotated[Path, typer.Option(help="the study's folder, new or to go on with")]
Data = Annotated[
    Path | None, typer.Option(help="folder with Images/, all.csv and cv/; left out with --smoke")
]
Shares = Annotated[
    list[str] | None,
    typer.Option(help="of the training radiographs, as 100%, 10% or 60; several times"),
]
Given = Annotated[
    list[str] | None,
    typer.Option(help="NAME=PATH: ready weights or a review project of a generator"),
]
Only = Annotated[
    list[str] | None, typer.Option(help="generators to study: ddpm, gan, vae; several times")
]
Presets = Annotated[
    list[str] | None, typer.Option(help="NAME=PRESET: a generator's preset or settings .toml")
]
TrainTime = Annotated[str | None, typer.Option(help="of each generator: 20m, 2h …")]
Smoke = Annotated[
    bool, typer.Option("--smoke", help="the whole protocol in under a minute; its numbers are void")
]
Seed = Annotated[int, typer.Option(help="of all that is drawn by chance", min=0)]


@studies.command()
def acceptance(
    out: Out,
    data: Data = None,
    share: Shares = None,
    weights: Given = None,
    only: Only = None,
    preset: Presets = None,
    train_time: TrainTime = None,
    runs: Annotated[int, typer.Option(help="of each generator, each with its seed", min=1)] = 10,
    pairs: Annotated[int, typer.Option(help="per run", min=1)] = 100,
    smoke: Smoke = False,
    seed: Seed = 0,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """How many of a generator's pairs does the gate accept? The paper's Table 1, both policies."""
    from engine.study.acceptance import AcceptanceRequest
    from engine.study.acceptance import acceptance as job

    request = AcceptanceRequest(
        out=out,
        data=data,
        **_generators(share, weights, only, preset, train_time),
        runs=runs,
        pairs=pairs,
        anatomy=anatomy,
        split=split,
        seed=seed,
        device=device,
        precision=precision,
        smoke=smoke,
    )
    _print(run_to_end(job, request))


@studies.command()
def quality(
    out: Out,
    data: Data = None,
    share: Shares = None,
    weights: Given = None,
    only: Only = None,
    preset: Presets = None,
    train_time: TrainTime = None,
    pairs: Annotated[int, typer.Option(help="of each generator", min=1)] = 400,
    smoke: Smoke = False,
    seed: Seed = 0,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """How faithful are generated pairs, how much do they cover, do they copy? Each for itself."""
    from engine.study.quality import quality as job
    from engine.study.request import StudyRequest

    request = StudyRequest(
        out=out,
        data=data,
        **_generators(share, weights, only, preset, train_time),
        pairs=pairs,
        anatomy=anatomy,
        split=split,
        seed=seed,
        device=device,
        precision=precision,
        smoke=smoke,
    )
    _print(run_to_end(job, request))


@studies.command()
def localisation(
    out: Out,
    data: Data = None,
    share: Shares = None,
    weights: Given = None,
    only: Only = None,
    preset: Presets = None,
    train_time: TrainTime = None,
    pairs: Annotated[int, typer.Option(help="generated per experiment", min=1)] = 400,
    counts: Annotated[
        str, typer.Option(help="further numbers of synthetic images, as 100,500,1000,4000")
    ] = "",
    curve_of: Annotated[str, typer.Option(help="generators that --counts is for")] = "ddpm",
    localisers: Annotated[int, typer.Option(help="per arm, each with its own seed", min=1)] = 3,
    localiser: Annotated[str, typer.Option(help="localiser's preset or settings .toml")] = "fast",
    steps: Annotated[int | None, typer.Option(help="of every localiser's training", min=1)] = None,
    pretrained: Annotated[
        Path | None, typer.Option(help="weights that the localiser's backbone begins with")
    ] = None,
    smoke: Smoke = False,
    seed: Seed = 0,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    policy: Policy = "refined",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Do synthetic radiographs make a localiser better? The paper's Table 2, with a control."""
    from engine.study.localisation import LocalisationRequest
    from engine.study.localisation import localisation as job

    request = LocalisationRequest(
        out=out,
        data=data,
        **_generators(share, weights, only, preset, train_time),
        pairs=pairs,
        counts=_numbers(counts),
        curve_of=tuple(curve_of.split(",")),
        policy=policy,
        localiser=localiser,
        pretrained=pretrained,
        localisers=localisers,
        steps=steps,
        anatomy=anatomy,
        split=split,
        seed=seed,
        device=device,
        precision=precision,
        smoke=smoke,
    )
    _print(run_to_end(job, request))


@studies.command()
def occlusion(
    out: Out,
    data: Data = None,
    of: Annotated[
        Path | None, typer.Option("--from", help="folder of a finished localisation study")
    ] = None,
    localiser: Annotated[
        list[str] | None,
        typer.Option(help="NAME=PATH: a localiser; a name may come several times, once per seed"),
    ] = None,
    smoke: Smoke = False,
    seed: Seed = 0,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    device: Device = "auto",
) -> None:
    """Hide every finger tip of every test radiograph: how far do landmarks go? (Fig. 3)"""
    from engine.study.occlusion import OcclusionRequest
    from engine.study.occlusion import occlusion as job

    request = OcclusionRequest(
        out=out,
        data=data,
        study=of,
        localisers=tuple(_named(text) for text in localiser or ()),
        anatomy=anatomy,
        split=split,
        seed=seed,
        device=device,
        smoke=smoke,
    )
    _print(run_to_end(job, request))


def _generators(
    share: list[str] | None,
    weights: list[str] | None,
    only: list[str] | None,
    preset: list[str] | None,
    train_time: str | None,
) -> dict[str, Any]:
    """What of a `StudyRequest` these options say."""
    from engine.study.generators import chosen_sources

    return {
        "shares": tuple(share or ("100%",)),
        "sources": chosen_sources(only or (), preset or (), weights or ()),
        "train_seconds": parse_duration(train_time) if train_time else None,
    }


def _named(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise typer.BadParameter(f"--localiser {text}: write NAME=PATH")
    return name, Path(path).expanduser()


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted({int(part) for part in text.split(",") if part.strip()}))
    except ValueError:
        raise typer.BadParameter(f"--counts {text}: write numbers, as 100,500,1000") from None


def _print(summary: dict[str, Any]) -> None:
    for sentence in summary.get("sentences", ()):
        print(sentence)
    print(f"{summary['out']}: report.md, tables and figures")
