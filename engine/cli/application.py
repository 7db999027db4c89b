"""The command line itself: options that commands share, exit codes, and how a job is run.

Exit codes: 0 done · 1 an unexpected error · 2 a mistake in the request, said in one line · 3 ended
before its goal (``--until-accepted`` not reached) · 130 interrupted, the result so far is kept.
"""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

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
Localiser = Annotated[
    Path | None,
    typer.Option(help="a localiser's run folder or file, to compare each image with its labels"),
]
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


def run_to_end(job: Any, request: Any, max_seconds: float | None = None) -> dict[str, Any]:
    """Run a job with a bar; exit code 130 once it was interrupted and has said what became of its
    result."""
    from engine.cli.progress import interruptible, run_job

    token = CancelToken()
    with interruptible(token):
        summary = run_job(job(request, token), max_seconds)
    if token.stopped:
        kept = summary.get("interrupted", "what was made so far is kept")
        print(f"Interrupted; {kept}.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    return summary
