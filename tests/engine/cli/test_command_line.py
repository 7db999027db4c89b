"""The command `ossa` in real processes: exit codes, one-line errors, JSON, SIGKILL and Ctrl-C."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("torch")

from engine.review.project import ReviewProject
from tests.engine.hand_dataset import write_dataset, write_settings

OSSA = [sys.executable, "-m", "app"]
PATIENCE = 120


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    write_dataset(folder / "hands")
    write_settings(folder / "tiny.toml")
    return folder


@pytest.fixture(scope="module")
def environment(place):
    return {**os.environ, "OSSA_CACHE": str(place / "cache"), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def ossa(place, environment):
    def call(*arguments):
        return subprocess.run(
            [*OSSA, *map(str, arguments)],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    return call


def train_arguments(out, steps):
    return (
        *("train", "--data", "hands", "--preset", "tiny.toml", "--out", out),
        *("--max-steps", str(steps), "--checkpoint-every", "0s"),
    )


@pytest.fixture(scope="module")
def trained(ossa, place):
    done = ossa(*train_arguments("run", 3))
    assert done.returncode == 0, done.stderr
    assert "step 3" in done.stdout
    return place / "run"


def start(place, environment, *arguments):
    return subprocess.Popen(
        [*OSSA, *arguments],
        cwd=place,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it never happened")


def steps_logged(path):
    try:
        with path.open(newline="") as stream:
            return [int(row["step"]) for row in csv.DictReader(stream) if row["step"]]
    except (FileNotFoundError, ValueError):
        return []


@pytest.mark.usefixtures("trained")
def test_the_whole_path_from_radiographs_to_an_export(ossa):
    made = ossa("generate", "--weights", "run", "--count", "4", "--seed", "1", "--project", "demo")
    assert made.returncode == 0, made.stderr
    assert "4 pairs" in made.stdout
    told = json.loads(ossa("info", "demo", "--json").stdout)
    assert told["pairs"] == 4
    judged = json.loads(ossa("assess", "--project", "demo", "--json").stdout)
    assert judged["count"] == 4
    out = ossa("export", "demo", "--format", "nfdp", "--out", "out")
    if told["accepted by the gate"]:
        assert out.returncode == 0
    else:
        assert out.returncode == 2
        assert len(out.stderr.strip().splitlines()) == 1


@pytest.mark.usefixtures("trained")
def test_a_run_is_packed_and_handed_out_as_the_generator_to_use_unasked(
    ossa, place, environment, monkeypatch
):
    made = ossa(
        *("pack", "--weights", "run", "--out", "half.safetensors"),
        *("--licence", "Apache-2.0", "--trained-on", "stick hands"),
    )
    assert made.returncode == 0, made.stderr
    assert "half.safetensors: " in made.stdout
    assert " MB, " in made.stdout
    monkeypatch.setitem(environment, "OSSA_WEIGHTS", str(place / "half.safetensors"))
    told = json.loads(ossa("info", "--json").stdout)
    assert told["kind"] == "built-in generator"
    assert (told["licence"], told["trained_on"]) == ("Apache-2.0", "stick hands")
    assert told["pairs_seen"] == json.loads(ossa("info", "run", "--json").stdout)["pairs_seen"]
    assert ossa("generate", "--count", "1", "--project", "unasked").returncode == 0
    assert json.loads(ossa("info", "unasked", "--json").stdout)["pairs"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "--data", "nowhere", "--out", "x"), "nowhere"),
        (("train", "--data", "hands", "--out", "x", "--preset", "big"), "no preset 'big'"),
        (("train", "--data", "hands", "--out", "x", "--max-time", "soon"), "not a duration"),
        (("generate", "--weights", "nowhere", "--project", "x"), "no weights at nowhere"),
        (("info", "nowhere"), "does not exist"),
        (("export", "nowhere", "--out", "x"), "nowhere"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(ossa, place, arguments, words):
    done = ossa(*arguments)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("ossa: ")
    assert words in line
    assert not (place / "x").exists()


@pytest.mark.usefixtures("trained")
def test_a_goal_that_is_not_reached_is_exit_code_3(ossa):
    done = ossa(
        *("generate", "--weights", "run", "--until-accepted", "1", "--project", "hopeless"),
        *("--steps", "1", "--batch-size", "10"),
    )
    assert done.returncode == 3, done.stderr


def test_training_killed_in_the_middle_goes_on_from_its_last_checkpoint(ossa, place, environment):
    process = start(place, environment, *train_arguments("killed", 100_000))
    wait_until(lambda: len(steps_logged(place / "killed" / "loss.csv")) >= 3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    reached = json.loads(ossa("info", "killed", "--json").stdout)["step"]
    done = ossa(*train_arguments("killed", reached + 20))
    assert done.returncode == 0, done.stderr
    assert "Going on from step" in done.stderr
    logged = steps_logged(place / "killed" / "loss.csv")
    assert logged == sorted(set(logged))
    assert json.loads(ossa("info", "killed", "--json").stdout)["step"] == reached + 20


@pytest.mark.usefixtures("trained")
def test_generating_killed_in_the_middle_goes_on_with_nothing_double_or_lost(
    ossa, place, environment
):
    arguments = ("generate", "--weights", "run", "--count", "30", "--project", "cut")
    process = start(place, environment, *arguments, "--batch-size", "1")
    wait_until(lambda: len(list(place.glob("cut/pairs/*-image.png"))) >= 5)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with ReviewProject.open(place / "cut") as project:
        kept = {row.identifier for row in project.rows()}
    assert 4 <= len(kept) < 30
    done = ossa(*arguments, "--batch-size", "4")
    assert done.returncode == 0, done.stderr
    with ReviewProject.open(place / "cut") as project:
        indices = [project.origin(row.identifier).index for row in project.rows()]
        assert kept <= {row.identifier for row in project.rows()}
        assert all(np.isfinite(project.pair(r.identifier).image).all() for r in project.rows())
    assert sorted(indices) == list(range(30))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_was_trained_and_exits_with_130(ossa, place, environment):
    process = start(place, environment, *train_arguments("interrupted", 100_000))
    wait_until(lambda: len(steps_logged(place / "interrupted" / "loss.csv")) >= 1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "kept" in told
    assert json.loads(ossa("info", "interrupted", "--json").stdout)["step"] >= 10


def test_two_processes_train_one_run_and_speak_once(place, environment):
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    arguments = train_arguments("shared", 4)
    done = subprocess.run(
        [*launcher, "--nproc-per-node", "2", "-m", "app", *arguments, "--device", "cpu"],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("step 4") == 1
    assert "16 pairs" in done.stdout
    assert steps_logged(place / "shared" / "loss.csv") == [4]


def test_training_restarts_itself_once_with_huge_pages_and_only_where_it_helps():
    from engine.jobs.huge_pages import environment_to_restart_with

    fresh = {"HOME": "/home/anna"}
    changed = environment_to_restart_with(fresh, "linux", "auto")
    assert changed is not None
    assert changed["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1"
    assert changed["HOME"] == "/home/anna"
    assert environment_to_restart_with(changed, "linux", "auto") is None
    assert environment_to_restart_with(fresh, "darwin", "auto") is None
    assert environment_to_restart_with(fresh, "linux", "cuda:0") is None
    assert environment_to_restart_with({**fresh, "LOCAL_RANK": "0"}, "linux", "auto") is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("20m", 1200), ("1h30m", 5400), ("0.5h", 1800)]
)
def test_durations_are_read_as_people_write_them(text, seconds):
    from engine.durations import parse_duration

    assert parse_duration(text) == seconds


def test_the_learned_graph_is_shown_and_drawn(ossa, place):
    done = ossa("assess", "--data", "hands", "--show-topology", "graph.svg")
    assert done.returncode == 0, done.stderr
    assert "SD/mean" in done.stdout.splitlines()[0]
    assert (place / "graph.svg").read_text(encoding="utf-8").count("<line ") == 61
    told = json.loads(ossa("assess", "--data", "hands", "--show-topology", "--json").stdout)
    assert len(told["edges"]) == 61


def test_a_picture_of_the_graph_in_another_format_is_refused(ossa, place):
    done = ossa("assess", "--data", "hands", "--show-topology", "graph.pdf")
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "neither .png nor .svg" in line
    assert not (place / "graph.pdf").exists()
