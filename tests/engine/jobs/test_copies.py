"""Copies are looked for while training, generating and assessing, and held out of an export."""

import csv
import json
import shutil
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from safetensors.torch import load_file

from engine.errors import WeightsError
from engine.events import CancelToken, CopiesWatched, JobFinished, Notice, PairAssessed
from engine.generate.weights import read_weights_info
from engine.jobs.assess import assess
from engine.jobs.assess_cases import AssessRequest
from engine.jobs.generate import GenerateRequest, generate
from engine.jobs.train import TrainRequest, train
from engine.review.project import ReviewProject

DESCRIPTORS = "training-descriptors.safetensors"


def run(job, request, token=None):
    return list(job(request, token or CancelToken()))


@pytest.fixture
def request_for(trained, tmp_path):
    return GenerateRequest(
        weights=trained, project=tmp_path / "project", count=2, seed=1, batch_size=2, device="cpu"
    )


@pytest.fixture
def training(dataset, settings_file, tmp_path):
    return TrainRequest(dataset, tmp_path / "run", str(settings_file), max_steps=3, device="cpu")


def test_training_leaves_descriptors_beside_the_weights_and_nothing_of_them_within(trained):
    assert (trained / DESCRIPTORS).is_file()
    names = load_file(trained / "weights.safetensors")
    assert not any("descriptor" in name or name.startswith("images") for name in names)


def test_copies_are_watched_at_every_look_and_the_weights_without_are_kept(training):
    events = run(train, replace(training, copy_seconds=0))
    watched = [event for event in events if isinstance(event, CopiesWatched)]
    assert watched[0].step == 1
    assert not any(event.begun for event in watched)
    with (training.out / "copies.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["step"]) for row in rows] == [event.step for event in watched]
    kept = read_weights_info(training.out / "weights-not-copying.safetensors")
    assert kept.metadata["step"] == watched[-1].step
    assert not (training.out / "weights-before-copying.safetensors").exists()


def test_looking_for_copies_changes_nothing_that_is_trained(training, tmp_path):
    run(train, replace(training, copy_seconds=0))
    plain = replace(training, out=tmp_path / "plain")
    run(train, plain)
    looked, expected = (load_file(r.out / "state.safetensors") for r in (training, plain))
    assert all((looked[name] == expected[name]).all() for name in expected)


def test_cancelling_a_new_training_leaves_no_descriptors(training):
    token = CancelToken()
    for event in train(replace(training, max_steps=None, copy_seconds=0), token):
        if isinstance(event, CopiesWatched):
            token.cancel()
    assert not list(training.out.glob("*.safetensors*"))
    assert not (training.out / "copies.csv").exists()


def test_a_file_that_is_no_descriptors_stops_the_job_in_one_line(trained, tmp_path, request_for):
    run_folder = tmp_path / "copied"
    shutil.copytree(trained, run_folder)
    (run_folder / DESCRIPTORS).write_bytes(b"\x80\x04pickle")
    with pytest.raises(WeightsError, match="does not hold training descriptors") as caught:
        run(generate, replace(request_for, weights=run_folder))
    assert "\n" not in str(caught.value)


def test_without_descriptors_a_generation_says_that_copies_were_not_checked(
    trained, tmp_path, request_for
):
    alone = tmp_path / "alone.safetensors"
    shutil.copyfile(trained / "weights.safetensors", alone)
    events = run(generate, replace(request_for, weights=alone))
    assert any(isinstance(e, Notice) and "not checked" in e.text for e in events)
    assert isinstance(events[-1], JobFinished)
    assert events[-1].summary["copy_rate"] is None
    with ReviewProject.open(request_for.project) as project:
        assert {row.copy_level for row in project.rows()} == {None}


def test_descriptors_of_other_radiographs_count_as_none(trained, training, request_for):
    run(train, replace(training, images=6))
    shutil.copyfile(trained / DESCRIPTORS, training.out / DESCRIPTORS)
    events = run(generate, replace(request_for, weights=training.out))
    assert any(isinstance(e, Notice) and "not checked" in e.text for e in events)


def test_generated_pairs_are_checked_and_the_project_keeps_what_was_found(request_for, trained):
    events = run(generate, request_for)
    assessed = [event for event in events if isinstance(event, PairAssessed)]
    with ReviewProject.open(request_for.project) as project:
        for event in assessed:
            kept = project.assessment(event.identifier).copy_risk
            assert kept == event.assessment.copy_risk
            level = None if kept is None else kept.level
            assert project.row(event.identifier).copy_level == level
        reals = project.held_out(read_weights_info(trained).hash)
    assert len(reals) == 8 + 2


def test_an_annotated_radiograph_is_not_compared_with_itself(dataset, trained):
    told = run(assess, AssessRequest(data=dataset, weights=trained))[-1].summary
    risks = {row["id"]: row["copy_risk"] for row in told["assessments"]}
    assert set(risks) == {f"hand{i:02d}" for i in range(10)}
    assert all(risk["nearest"] != identifier for identifier, risk in risks.items())
    assert told["copy_checked"] == 10
    json.dumps(told["copy_rate"])


def test_judging_a_project_again_keeps_what_the_copy_check_said(request_for):
    first = run(generate, request_for)
    again = run(assess, AssessRequest(project=request_for.project))
    for before, after in zip(
        (e for e in first if isinstance(e, PairAssessed)),
        (e for e in again if isinstance(e, PairAssessed)),
        strict=True,
    ):
        assert after.assessment.copy_risk == before.assessment.copy_risk
