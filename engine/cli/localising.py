"""Commands of the localiser: ``ossa localise train | evaluate | predict``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.application import (
    AnatomyName,
    AsJson,
    Device,
    Precision,
    Split,
    application,
    run_to_end,
)
from engine.durations import format_duration, parse_duration

localiser = typer.Typer(
    help="Train and use a localiser: it finds the landmarks of a radiograph.",
    no_args_is_help=True,
)
application.add_typer(localiser, name="localise")

Weights = Annotated[Path, typer.Option(help="a localiser's run folder or file")]


@localiser.command()
def train(
    data: Annotated[Path, typer.Option(help="folder with Images/, all.csv and cv/")],
    out: Annotated[Path, typer.Option(help="the run's folder; an unfinished run goes on")],
    preset: Annotated[str, typer.Option(help="fast, nfdp or a settings .toml")] = "fast",
    max_steps: Annotated[int | None, typer.Option(help="of the whole run", min=1)] = None,
    max_time: Annotated[str | None, typer.Option(help="of the whole run: 20m, 2h …")] = None,
    images: Annotated[int | None, typer.Option(help="train on so many only", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="of order, variations and choice")] = None,
    pretrained: Annotated[
        Path | None, typer.Option(help="ImageNet weights of a ResNet-18 (.safetensors or .pth)")
    ] = None,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    device: Device = "auto",
    precision: Precision = "auto",
    checkpoint_every: Annotated[str, typer.Option(help="time between checkpoints")] = "2m",
) -> None:
    """Train a localiser on annotated radiographs, and measure it on the split's test part."""
    from engine.jobs.localise import LocaliseTrainRequest, localise_train

    limit = parse_duration(max_time) if max_time else None
    request = LocaliseTrainRequest(
        data=data,
        out=out,
        preset=preset,
        anatomy=anatomy,
        split=split,
        images=images,
        seed=seed,
        max_steps=max_steps,
        max_seconds=limit,
        pretrained=pretrained,
        device=device,
        precision=precision,
        checkpoint_seconds=parse_duration(checkpoint_every),
    )
    summary = run_to_end(localise_train, request, limit)
    if "step" in summary:
        print(
            f"{out}: step {summary['step']}, {summary['radiographs_seen']} radiographs in "
            f"{format_duration(summary['elapsed'])}, {summary['losses']['pixels']:.2f} pixels off"
        )
    else:
        print(f"{out}: nothing left to train")
    if "held_out" in summary:
        print_errors(summary["held_out"])


@localiser.command()
def evaluate(
    weights: Weights,
    data: Annotated[Path, typer.Option(help="folder with Images/, all.csv and cv/")],
    part: Annotated[str, typer.Option(help="test, train or all")] = "test",
    out: Annotated[Path | None, typer.Option(help="write the table as CSV as well")] = None,
    split: Split = None,
    anatomy: AnatomyName = "hand",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a localiser on annotated radiographs: point error and outliers."""
    from engine.jobs.localise_evaluate import LocaliseEvaluateRequest, localise_evaluate

    if part not in ("test", "train", "all"):
        raise typer.BadParameter("--part is test, train or all")
    request = LocaliseEvaluateRequest(weights, data, anatomy, split, part, device)
    summary = run_to_end(localise_evaluate, request)
    if out is not None:
        _write_csv(out, summary)
    if as_json:
        print(json.dumps(summary, indent=2))
    else:
        print_errors(summary)


@localiser.command()
def predict(
    weights: Weights,
    images: Annotated[list[Path], typer.Option(help="a radiograph, or a folder of them")],
    out: Annotated[Path, typer.Option(help="the .csv to write, in pixels of each file")],
    device: Device = "auto",
) -> None:
    """Find the landmarks of any radiographs, and say how sure each is."""
    from engine.jobs.localise_predict import LocalisePredictRequest, localise_predict

    summary = run_to_end(
        localise_predict, LocalisePredictRequest(weights, tuple(images), out, device)
    )
    unread = f", {summary['unreadable']} could not be read" if summary["unreadable"] else ""
    print(f"{summary['out']}: {summary['found']} radiographs{unread}")


def print_errors(summary: dict[str, Any]) -> None:
    """The table of errors: all landmarks, then each group."""
    print(f"{'':24}{'PE, mm':>16}{'95 %':>16}  beyond 2, 4, 10, 20 mm")
    for row in (summary["all"], *summary["groups"]):
        low, high = row["interval"]
        outliers = ", ".join(str(count) for count in row["outliers"].values())
        print(
            f"{row['name']:24}{row['mean']:8.2f} ± {row['sd']:5.2f}{low:8.2f} - {high:5.2f}  "
            f"{outliers} of {row['count']}"
        )
    print(f"{summary['radiographs']} radiographs; {summary['scale_pair']}")


def _write_csv(out: Path, summary: dict[str, Any]) -> None:
    import csv
    import io

    from engine.files import replace_file

    radii = list(summary["all"]["outliers"])
    text = io.StringIO()
    writer = csv.writer(text)
    beyond = [f"beyond_{radius:g}_mm" for radius in radii]
    interval = ["low_mm", "high_mm"]
    writer.writerow(["name", "mean_mm", "sd_mm", *interval, *beyond, "landmarks", "scale"])
    for row in (summary["all"], *summary["groups"], *summary["landmarks"]):
        figures = [f"{value:.4f}" for value in (row["mean"], row["sd"], *row["interval"])]
        outliers = [row["outliers"][radius] for radius in radii]
        writer.writerow([row["name"], *figures, *outliers, row["count"], summary["scale_pair"]])
    replace_file(out, text.getvalue().encode())
