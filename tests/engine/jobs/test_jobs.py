"""Train, generate, assess and export, wired together on made-up hands."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DataError, ProjectError, SettingsError, WeightsError
from engine.events import CancelToken, JobFinished, JobStarted, Notice, PairAssessed
from engine.jobs.assess import assess, show_topology
from engine.jobs.assess_cases import AssessRequest
from engine.jobs.describe import describe
from engine.jobs.export import ExportRequest, export
from engine.jobs.generate import GenerateRequest, generate
from engine.jobs.train import TrainRequest, train
from engine.review.decisions import Verdict
from engine.review.project import ReviewProject


def run(job, request, token=None):
    return list(job(request, token or CancelToken()))


def summary(events):
    assert isinstance(events[-1], JobFinished)
    return events[-1].summary


def without_statistics(run_folder, path):
    """The run's weights as they were before the prior knew the spread of form."""
    from safetensors import safe_open
    from safetensors.torch import save_file

    from engine.assess.prior import Prior
    from engine.generate.weights import read_prior_arrays, weights_path

    kept = replace(Prior.from_arrays(read_prior_arrays(run_folder)), statistics=None).to_arrays()
    with safe_open(weights_path(run_folder), framework="pt") as stored:
        names = list(stored.keys())
        tensors = {
            name: stored.get_tensor(name)
            for name in names
            if not name.startswith("prior.") or name.removeprefix("prior.") in kept
        }
        save_file(tensors, path, metadata=stored.metadata())
    return path


@pytest.fixture
def train_request(dataset, settings_file):
    return TrainRequest(
        data=dataset, out=dataset, preset=str(settings_file), max_steps=1, device="cpu"
    )


@pytest.fixture
def request_for(trained, tmp_path):
    return GenerateRequest(
        weights=trained, project=tmp_path / "project", count=5, seed=1, batch_size=2, device="cpu"
    )


def pairs_of(folder):
    with ReviewProject.open(folder) as project:
        return {
            project.origin(row.identifier).index: (
                project.pair(row.identifier),
                project.assessment(row.identifier),
            )
            for row in project.rows()
        }


def test_training_writes_weights_with_prior_and_settings(trained):
    facts = describe(trained)
    assert facts["kind"] == "weights"
    assert facts["preset"] == "tiny"
    assert facts["prior_shapes"] == 8
    assert (trained / "settings.toml").exists()


def network_of(run_folder):
    from engine.generate.weights import read_tensors, read_weights_info

    return read_tensors(read_weights_info(run_folder), "network.")


def test_a_run_can_begin_with_the_weights_of_another(trained, train_request, tmp_path):
    request = replace(train_request, out=tmp_path / "tuned", start_from=str(trained), max_steps=1)
    events = run(train, request)
    assert any("Beginning with" in e.text for e in events if isinstance(e, Notice))
    run(train, replace(train_request, out=tmp_path / "scratch", max_steps=1))
    theirs, tuned, scratch = (network_of(f) for f in (trained, request.out, tmp_path / "scratch"))

    def distance(one):
        return sum(float((one[name] - theirs[name]).abs().sum()) for name in theirs)

    assert distance(tuned) < 0.5 * distance(scratch)


def test_where_a_run_began_is_still_known_after_it_went_on(trained, train_request, tmp_path):
    from engine.generate.weights import read_weights_info

    request = replace(train_request, out=tmp_path / "tuned", start_from=str(trained), max_steps=1)
    run(train, request)
    run(train, replace(request, start_from=None, max_steps=2))
    known = read_weights_info(request.out).metadata["started_from"]
    assert known == read_weights_info(trained).hash


def test_a_run_does_not_begin_with_weights_of_another_network(trained, tmp_path, train_request):
    request = replace(train_request, out=tmp_path / "fast", preset="fast", start_from=str(trained))
    with pytest.raises(WeightsError, match="other settings"):
        run(train, request)


def test_a_run_begins_with_the_built_in_generator_where_that_fits(
    trained, train_request, tmp_path, monkeypatch
):
    monkeypatch.setenv("OSSA_WEIGHTS", str(trained))
    fitting = replace(train_request, out=tmp_path / "tuned", start_from="auto", max_steps=1)
    other = replace(fitting, out=tmp_path / "other", preset="fast")
    assert any("Beginning with" in e.text for e in run(train, fitting) if isinstance(e, Notice))
    assert not any("Beginning with" in e.text for e in run(train, other) if isinstance(e, Notice))


def test_a_run_begins_with_nothing_where_no_generator_is_built_in(
    train_request, tmp_path, monkeypatch
):
    monkeypatch.setattr("engine.generate.builtin._folder", lambda: tmp_path)
    request = replace(train_request, out=tmp_path / "scratch", start_from="auto", max_steps=1)
    assert not any("Beginning with" in e.text for e in run(train, request) if isinstance(e, Notice))


def test_generating_fills_a_project_with_judged_pairs(request_for):
    events = run(generate, request_for)
    assessed = [e for e in events if isinstance(e, PairAssessed)]
    assert [e.index for e in assessed] == [0, 1, 2, 3, 4]
    assert summary(events)["sampled"] == 5
    with ReviewProject.open(request_for.project) as project:
        assert [row.identifier for row in project.rows()] == [e.identifier for e in assessed]
        assert project.prior_arrays() is not None


def test_generating_again_makes_nothing_twice_and_goes_on(request_for):
    run(generate, request_for)
    again = run(generate, request_for)
    assert summary(again)["sampled"] == 0
    more = run(generate, replace(request_for, count=7))
    assert [e.index for e in more if isinstance(e, PairAssessed)] == [5, 6]
    assert next(e for e in more if isinstance(e, JobStarted)).done == 5


def test_the_same_seed_gives_the_same_pairs_and_verdicts_whatever_the_batch(request_for, tmp_path):
    single = replace(request_for, project=tmp_path / "single", batch_size=1)
    eight = replace(request_for, project=tmp_path / "eight", batch_size=8)
    run(generate, single)
    run(generate, eight)
    ones, eights = pairs_of(single.project), pairs_of(eight.project)
    assert ones.keys() == eights.keys()
    for index, (pair, assessment) in ones.items():
        other, judged = eights[index]
        assert np.abs(pair.channels() - other.channels()).max() < 2e-3
        assert judged.accepted == assessment.accepted
        assert [r.code for r in judged.reasons] == [r.code for r in assessment.reasons]


def test_stopping_keeps_the_pairs_made_so_far(request_for):
    token = CancelToken()
    made = 0
    for event in generate(replace(request_for, count=50), token):
        made += isinstance(event, PairAssessed)
        if made == 3:
            token.stop()
    with ReviewProject.open(request_for.project) as project:
        assert 3 <= len(project.rows()) <= 4


def test_until_accepted_gives_up_in_the_end_and_says_so(request_for):
    hopeless = replace(request_for, count=None, until_accepted=1)
    told = summary(run(generate, hopeless))
    assert told["gave_up"] is True
    assert told["sampled"] == 50


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sampler": "euler"}, "no sampler 'euler'"),
        ({"steps": 9}, "1 to 8"),
        ({"seed": -1}, "seed -1"),
        ({"policy": "strict"}, "no policy 'strict'"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_one_line(request_for, change, words):
    with pytest.raises(SettingsError, match=words) as caught:
        run(generate, replace(request_for, **change))
    assert "\n" not in str(caught.value)
    assert not request_for.project.exists()


def test_weights_that_are_not_there_are_refused(request_for, tmp_path):
    with pytest.raises(WeightsError, match="no weights at"):
        run(generate, replace(request_for, weights=tmp_path / "nowhere"))


def test_a_missing_gpu_gives_way_to_the_cpu_with_one_line(request_for):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    events = run(generate, replace(request_for, device="cuda:0", count=1))
    assert any(isinstance(e, Notice) and "cuda:0 is not on this machine" in e.text for e in events)
    assert summary(events)["sampled"] == 1


def test_real_annotated_radiographs_are_judged_like_generated_ones(dataset):
    told = summary(run(assess, AssessRequest(data=dataset)))
    assert told["count"] == 10
    assert told["landmarks_right"] > 0.8


def test_a_slip_of_annotation_is_found(dataset, tmp_path):
    with (dataset / "all.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    rows[3][1:3] = rows[3][3:5]
    table = tmp_path / "shapes.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    told = summary(run(assess, AssessRequest(data=table)))
    slips = {row["id"]: row["slips"] for row in told["assessments"] if row["slips"]}
    assert list(slips) == [rows[3][0]]
    assert "same marker" in slips[rows[3][0]][0]


def test_a_project_is_judged_by_its_own_prior(request_for):
    run(generate, request_for)
    told = summary(run(assess, AssessRequest(project=request_for.project)))
    stored = pairs_of(request_for.project)
    assert told["count"] == 5
    assert told["accepted"] == sum(assessment.accepted for _, assessment in stored.values())


@pytest.mark.parametrize("policy", ["paper", "refined"])
def test_exact_assessment_says_where_the_approximation_differs(dataset, trained, policy):
    request = AssessRequest(data=dataset, part="test", weights=trained, policy=policy, exact=True)
    told = summary(run(assess, request))
    assert told["policy"] == policy
    assert 0 <= told["same_as_exact"] <= told["count"] == 2
    for row in told["assessments"]:
        if not row["exact"]["differs"]:
            assert row["exact"]["log_score"] == pytest.approx(row["exact"]["exact_log_score"])


def test_the_learned_graph_is_told_without_judging_anything(dataset, trained):
    (told,) = run(show_topology, AssessRequest(weights=trained))
    edges = told.summary["edges"]
    assert told.summary["shapes"] == 8
    assert {i for edge in edges for i in (edge["first"], edge["second"])} == set(range(37))
    variations = [edge["variation"] for edge in edges if edge["variation"] is not None]
    assert variations == sorted(variations)
    from_data = summary(run(show_topology, AssessRequest(data=dataset)))
    assert [edge["names"] for edge in from_data["edges"]] == [edge["names"] for edge in edges]
    with pytest.raises(SettingsError, match="no prior to show"):
        run(show_topology, AssessRequest())


def test_the_graph_of_a_project_is_that_of_its_prior(request_for, trained):
    run(generate, replace(request_for, count=1))
    told = summary(run(show_topology, AssessRequest(project=request_for.project)))
    weights = summary(run(show_topology, AssessRequest(weights=trained)))
    assert told["edges"] == weights["edges"]


def test_weights_of_before_the_statistics_are_refused_before_a_project_is_made(
    request_for, trained, tmp_path
):
    old = without_statistics(trained, tmp_path / "old.safetensors")
    with pytest.raises(WeightsError, match="use policy 'paper'") as caught:
        run(generate, replace(request_for, weights=old))
    assert "\n" not in str(caught.value)
    assert not request_for.project.exists()
    made = summary(run(generate, replace(request_for, weights=old, count=1, policy="paper")))
    assert made["sampled"] == 1


def test_what_a_clinician_accepted_is_exported_with_the_real_images(request_for, dataset, tmp_path):
    # Policy `paper` leaves no landmark without a place, whatever the generator drew.
    run(generate, replace(request_for, policy="paper"))
    with ReviewProject.open(request_for.project) as project:
        chosen = [
            row.identifier
            for row in project.rows()
            if np.isfinite(project.assessment(row.identifier).landmarks).all()
        ][:2]
        project.decide([row.identifier for row in project.rows()], Verdict.REJECT, "anna")
        project.decide(chosen, Verdict.ACCEPT, "anna")
    out = tmp_path / "out"
    told = summary(run(export, ExportRequest(request_for.project, out, real_data=dataset)))
    assert told["synthetic"] == len(chosen)
    assert (told["real_train"], told["real_test"]) == (8, 2)
    test_ids = (out / "cv" / "set1" / "test.txt").read_text().split()
    assert test_ids == ["hand00", "hand01"]
    assert not any(i.startswith("synthetic") for i in test_ids)


def test_an_unknown_export_format_is_refused(request_for, tmp_path):
    with pytest.raises(SettingsError, match="no format 'yolo'"):
        run(export, ExportRequest(request_for.project, tmp_path / "out", format="yolo"))


def test_training_on_fewer_radiographs_is_a_seeded_choice(dataset, settings_file, tmp_path):
    base = TrainRequest(
        dataset, tmp_path / "few", str(settings_file), images=6, max_steps=1, device="cpu"
    )
    run(train, base)
    assert describe(base.out)["prior_shapes"] == 6
    with pytest.raises(DataError, match="the split has 8"):
        run(train, replace(base, images=9, out=tmp_path / "many"))


def test_a_run_that_is_refused_keeps_its_own_settings_file(dataset, settings_file, tmp_path):
    request = TrainRequest(dataset, tmp_path / "run", str(settings_file), max_steps=1, device="cpu")
    run(train, request)
    before = {path.name: path.read_bytes() for path in request.out.glob("*.*")}
    with pytest.raises(WeightsError, match="other settings"):
        run(train, replace(request, preset="fast"))
    assert {path.name: path.read_bytes() for path in request.out.glob("*.*")} == before


def test_describing_says_what_a_path_holds(request_for, dataset, tmp_path):
    run(generate, request_for)
    assert describe(request_for.project)["pairs"] == 5
    assert describe(dataset)["train"] == 8
    with pytest.raises(DataError, match="does not exist"):
        describe(tmp_path / "nothing")


def test_assessing_a_project_without_a_prior_says_what_to_do(tmp_path):
    ReviewProject.create(tmp_path / "bare").close()
    with pytest.raises(ProjectError, match="--weights"):
        run(assess, AssessRequest(project=tmp_path / "bare"))
