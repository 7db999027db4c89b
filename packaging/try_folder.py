"""Try a built application folder end to end: ``python packaging/try_folder.py FOLDER``.

Draws phantoms, trains on them for a moment, generates a pair with the built-in generator (where
there is none, with what was just trained), judges it, exports it and opens it in the window, in an
environment that knows nothing of the machine the folder was built on. Says what took how long, and
ends with an error as soon as anything does not work.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WINDOW_SECONDS = 20.0
SETTINGS = """\
preset = "trial"
[network]
block = "modulated"
patch = 16
widths = [16, 16]
blocks = 1
[diffusion]
steps = 8
schedule = "shifted-cosine"
predicts = "pair"
shift = 0.25
[training]
epochs = 100
batch_size = 2
learning_rate = 0.0006
warm_up_steps = 2
[sampling]
sampler = "dpm-solver++"
steps = 3
"""


def clean_environment(home: Path) -> dict[str, str]:
    """The display and a home of its own; no PATH to a Python, no library path."""
    kept = {name: os.environ[name] for name in ("DISPLAY", "XAUTHORITY") if name in os.environ}
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "OSSA_CACHE": str(home / "cache"), **kept}


def commands(place: Path, has_weights: bool) -> list[list[str]]:
    """What is tried, in order; `place` is an empty folder to work in."""
    hands, settings = str(place / "hands"), place / "trial.toml"
    run, project = str(place / "run"), str(place / "project")
    settings.write_text(SETTINGS, encoding="utf-8")
    if has_weights:
        generate = ["generate", "--until-accepted", "1"]
        export = [["export", project, "--out", str(place / "curated"), "--actor", "trial"]]
    else:  # two steps of training make nothing that could be accepted and exported
        generate = ["generate", "--weights", run, "--count", "1"]
        export = []
    return [
        ["--version"],
        ["phantom", "--count", "12", "--size", "320", "--workers", "2", "--out", hands],
        ["train", "--data", hands, "--preset", str(settings), "--max-steps", "2", "--out", run],
        [*generate, "--seed", "1", "--project", project],
        ["assess", "--project", project],
        ["assess", "--data", hands, "--exact"],
        ["assess", "--data", hands, "--show-topology", str(place / "topology.png")],
        *export,
        ["info", run],
        ["info", project],
    ]


def try_commands(program: Path, place: Path, environment: dict[str, str]) -> None:
    """Run every command to its end.

    Raises:
        SystemExit: one of them failed; the text says which, and what it said.
    """
    weights = program.parent / "_internal" / "resources" / "weights" / "hand-phantom.safetensors"
    for command in commands(place, weights.is_file()):
        start = time.perf_counter()
        done = subprocess.run(
            [str(program), *command], env=environment, cwd=place, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
        last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
        say(f"{time.perf_counter() - start:6.1f} s  {command[0]}: {''.join(last)}")


def try_window(program: Path, project: Path, environment: dict[str, str]) -> None:
    """Open the project in the window, and close it once it has stayed open for a while.

    Raises:
        SystemExit: the window ended by itself or complained.
    """
    platform = "xcb" if "DISPLAY" in environment else "offscreen"
    window = subprocess.Popen(
        [str(program), "review", str(project)],
        env={**environment, "QT_QPA_PLATFORM": platform},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, said = window.communicate(timeout=WINDOW_SECONDS)
    except subprocess.TimeoutExpired:
        window.kill()
        _, said = window.communicate()
        if said:
            raise SystemExit(f"the window ({platform}) complained:\n{said}") from None
        say(f"{WINDOW_SECONDS:6.1f} s  window on {platform}: open, nothing to complain about")
        return
    raise SystemExit(f"the window ({platform}) ended by itself ({window.returncode}):\n{said}")


def say(line: str) -> None:
    """One line of progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Try the folder named on the command line."""
    program = Path(sys.argv[1]).resolve() / "ossa"
    with tempfile.TemporaryDirectory(prefix="ossa-trial-") as folder:
        place = Path(folder)
        environment = clean_environment(place)
        try_commands(program, place, environment)
        try_window(program, place / "project", environment)


if __name__ == "__main__":
    main()
