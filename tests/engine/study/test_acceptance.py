"""The acceptance study: what is counted, and that it goes on wherever it was ended."""

import csv
import json

import pytest

from engine.errors import SettingsError
from engine.events import CancelToken
from engine.review.project import ReviewProject
from engine.study.acceptance import AcceptanceRequest, acceptance
from engine.study.generators import Source

from .conftest import ended_after_each_step, steps_of


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A smoke run that was ended after each of its steps: its folder and its last summary."""
    out = tmp_path_factory.mktemp("acceptance") / "study"
    request = AcceptanceRequest(out=out, smoke=True, device="cpu")
    return out, ended_after_each_step(acceptance, request)


def verdicts(out, step):
    return json.loads((out / "steps" / f"{step}.json").read_text())["values"]


def test_every_run_of_every_generator_is_a_step(ended):
    out, _ = ended
    names = sorted(name.removesuffix(".json") for name in steps_of(out))
    assert names == ["run-real9-ddpm-0", "run-real9-ddpm-1", "run-real9-phantom-0"]


def test_runs_have_seeds_of_their_own(ended):
    out, _ = ended
    seeds = set()
    for run in range(2):
        with ReviewProject.open(out / "projects" / f"real9-ddpm-{run}") as project:
            seeds |= {project.origin(row.identifier).seed for row in project.rows()}
    assert seeds == {0, 1}


def test_both_policies_judge_the_same_pairs(ended):
    out, _ = ended
    found = verdicts(out, "run-real9-phantom-0")
    assert found["pairs"] == 4
    assert set(found["accepted"]) == {"paper", "refined"}
    # One of the four lacks a marker.
    assert found["accepted"]["refined"] <= 3
    assert "missing-landmark" in found["reasons"]["refined"]


def test_the_table_says_what_the_steps_hold(ended):
    out, summary = ended
    with (out / "table1.csv").open(newline="") as stream:
        assert next(stream).startswith("# ")
        rows = {(r["generator"], r["policy"]): r for r in csv.DictReader(stream)}
    assert set(rows) == {(g, p) for g in ("ddpm", "phantom") for p in ("paper", "refined")}
    accepted = verdicts(out, "run-real9-phantom-0")["accepted"]["paper"]
    assert float(rows["phantom", "paper"]["accepted, %"]) == pytest.approx(25 * accepted)
    assert rows["ddpm", "paper"]["pairs"] == "8"
    assert len(summary["sentences"]) == 2
    for sentence in summary["sentences"]:
        assert sentence in (out / "report.md").read_text()


def test_figures_and_contact_sheets_are_there(ended):
    pytest.importorskip("matplotlib")
    out, _ = ended
    for name in ("acceptance", "sheet-real9-ddpm", "sheet-real9-phantom"):
        assert (out / f"{name}.png").stat().st_size > 1000
        assert (out / f"{name}.svg").read_text().lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "--data"),
        ({"sources": ()}, "at least one generator"),
        ({"runs": 0}, "at least 1"),
        ({"data": "x"}, "--train-time"),
        ({"data": "x", "sources": (Source("ddpm", "fast", "nowhere"),)}, "does not exist"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_before_anything_is_made(tmp_path, change, told):
    from pathlib import Path

    sources = change.get("sources", (Source("ddpm", "fast"),))
    sources = tuple(Source(s.name, s.preset, Path(s.given) if s.given else None) for s in sources)
    data = Path(change["data"]) if "data" in change else None
    request = AcceptanceRequest(
        tmp_path / "study", data, sources=sources, runs=change.get("runs", 1)
    )
    with pytest.raises(SettingsError, match=told):
        list(acceptance(request, CancelToken()))
    assert not (tmp_path / "study").exists()
