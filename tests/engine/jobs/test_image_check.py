"""Jobs that let a localiser look at the images of pairs, and what becomes of what it saw."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from engine.assess.correction import LandmarkJudge
from engine.assess.gate import assess as judge_pair
from engine.assess.image_check import IMAGE_DISAGREES
from engine.assess.prior import Prior, fit_prior
from engine.errors import SettingsError, WeightsError
from engine.events import CancelToken, PairAssessed
from engine.heatmap import draw_heatmap
from engine.jobs.assess import assess
from engine.jobs.assess_cases import AssessRequest
from engine.jobs.export import ExportRequest, export
from engine.jobs.generate import GenerateRequest, generate
from engine.jobs.reassess import ReassessRequest, apply_reassessment, reassess
from engine.localise.weights import read_localiser_info
from engine.pair import Pair
from engine.review.project import ReviewProject, Verdict
from tests.engine.assess.shapes import stick_hands
from tests.engine.localise.localiser_files import write_localiser
from tests.engine.review.samples import an_origin

COUNT = 2


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A localiser that says it hardly errs: no image is where it looks."""
    return write_localiser(tmp_path_factory.mktemp("strict") / "strict.safetensors", 0.2)


@pytest.fixture(scope="module")
def lenient(tmp_path_factory):
    """A localiser that says it errs by half a hand: nothing is too far for it."""
    return write_localiser(tmp_path_factory.mktemp("lenient") / "lenient.safetensors", 300.0)


@pytest.fixture
def request_for(trained, tmp_path):
    return GenerateRequest(
        weights=trained, project=tmp_path / "project", count=COUNT, batch_size=2, device="cpu"
    )


def run(job, request):
    return list(job(request, CancelToken()))


def judged(events):
    return {e.identifier: e.assessment for e in events if isinstance(e, PairAssessed)}


def codes(assessment):
    return [reason.code for reason in assessment.reasons]


def test_without_a_localiser_a_generation_says_that_images_were_not_checked(request_for):
    events = run(generate, request_for)
    assert events[-1].summary["images_checked"] == 0
    assert all(one.image is None for one in judged(events).values())


def test_generated_pairs_whose_image_shows_something_else_are_refused(request_for, strict):
    events = run(generate, replace(request_for, localiser=strict))
    summary = events[-1].summary
    assert (summary["images_checked"], summary["images_disagree"]) == (COUNT, COUNT)
    assert summary["accepted"] == 0
    with ReviewProject.open(request_for.project) as project:
        for identifier, found in judged(events).items():
            kept = project.assessment(identifier)
            assert kept.image.localiser == read_localiser_info(strict).hash
            np.testing.assert_array_equal(kept.image.points, found.image.points)
            assert IMAGE_DISAGREES in project.row(identifier).reason_codes


def test_the_localiser_changes_no_pair_and_no_pair_is_made_twice_for_it(
    request_for, strict, lenient
):
    run(generate, replace(request_for, localiser=strict))
    again = run(generate, replace(request_for, localiser=lenient))
    assert again[-1].summary["sampled"] == 0


def test_a_localiser_that_errs_by_more_has_nothing_refused(request_for, lenient):
    plain = run(generate, request_for)
    other = replace(request_for, localiser=lenient, project=request_for.project / "other")
    seen = run(generate, other)
    assert seen[-1].summary["images_disagree"] == 0
    before, after = ([*judged(events).values()] for events in (plain, seen))
    assert [one.reasons for one in after] == [one.reasons for one in before]


def test_labels_that_are_dragged_to_what_the_image_shows_agree_with_it(request_for, strict):
    events = run(generate, replace(request_for, localiser=strict))
    with ReviewProject.open(request_for.project) as project:
        prior = Prior.from_arrays(project.prior_arrays())
        for identifier in judged(events):
            found = project.assessment(identifier)
            judge = LandmarkJudge(prior, project.anatomy, found.policy)
            assert codes(judge.judge(found, found.landmarks)) == codes(found)
            assert IMAGE_DISAGREES not in codes(judge.judge(found, found.image.points))


def test_annotated_radiographs_are_looked_at(dataset, strict, lenient):
    told = run(assess, AssessRequest(data=dataset, localiser=strict))[-1].summary
    assert (told["images_checked"], told["images_disagree"]) == (10, 10)
    told = run(assess, AssessRequest(data=dataset, localiser=lenient))[-1].summary
    assert (told["images_checked"], told["images_disagree"]) == (10, 0)
    json.dumps(told["assessments"], allow_nan=False)


def test_judging_a_project_again_keeps_what_its_images_showed(request_for, strict):
    first = judged(run(generate, replace(request_for, localiser=strict)))
    for policy in ("refined", "paper"):
        again = judged(run(assess, AssessRequest(project=request_for.project, policy=policy)))
        told = judged(run(reassess, ReassessRequest(request_for.project, policy)))
        for identifier, before in first.items():
            for after in (again[identifier], told[identifier]):
                assert IMAGE_DISAGREES in codes(after)
                assert after.image.localiser == before.image.localiser


def test_a_project_that_was_never_looked_at_can_be_looked_at_later(request_for, strict, lenient):
    run(generate, request_for)
    looked = run(reassess, ReassessRequest(request_for.project, localiser=strict))
    assert "images seen by strict.safetensors" in looked[-1].summary["why"]
    apply_reassessment(request_for.project, judged(looked), "Ada", looked[-1].summary)
    with ReviewProject.open(request_for.project) as project:
        assert {row.gate_verdict for row in project.rows()} == {Verdict.REJECT}
        for row in project.rows():
            assert IMAGE_DISAGREES in row.reason_codes
    other = run(reassess, ReassessRequest(request_for.project, localiser=lenient))
    assert all(IMAGE_DISAGREES not in codes(one) for one in judged(other).values())


def test_an_export_says_which_localiser_looked_at_the_images(strict, tmp_path):
    folder = tmp_path / "hands"
    with ReviewProject.create(folder) as project:
        prior = fit_prior(stick_hands(200, seed=1), project.anatomy)
        project.store_prior(prior.to_arrays())
        heatmap = draw_heatmap(stick_hands(1, seed=9)[0])
        pair = Pair(image=np.full_like(heatmap, -1), heatmap=heatmap)
        project.add_pair(pair, judge_pair(pair, prior, project.anatomy), an_origin(0))
    looked = run(reassess, ReassessRequest(folder, localiser=strict))
    apply_reassessment(folder, judged(looked), "Ada", looked[-1].summary)
    with ReviewProject.open(folder) as project:
        project.decide([row.identifier for row in project.rows()], Verdict.ACCEPT, "Ada")
    run(export, ExportRequest(folder, tmp_path / "out"))
    (manifest,) = (tmp_path / "out").rglob("*manifest*.json")
    (entry,) = json.loads(manifest.read_text())["pairs"]
    assert entry["image_check"] == {"localiser": read_localiser_info(strict).hash}


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"usual_error": None}, "holds no errors on held-out radiographs"),
        ({"usual_error": 1.0, "radiographs": 3}, "measured on 3 held-out radiographs"),
        ({"usual_error": 1.0, "landmarks": 19}, "finds the 19 landmarks of anatomy 'hand'"),
    ],
)
def test_a_localiser_that_cannot_judge_is_refused_before_anything_is_made(
    request_for, tmp_path, made, words
):
    localiser = write_localiser(tmp_path / "other.safetensors", **made)
    with pytest.raises(WeightsError, match=words) as caught:
        run(generate, replace(request_for, localiser=localiser))
    assert "\n" not in str(caught.value)
    assert not request_for.project.exists()


def test_weights_of_a_generator_are_no_localiser(request_for, trained):
    with pytest.raises(WeightsError, match="is not a localiser of Ossa"):
        run(generate, replace(request_for, localiser=trained))


def test_shapes_without_images_have_nothing_to_look_at(dataset, strict):
    with pytest.raises(SettingsError, match="holds no images"):
        run(assess, AssessRequest(data=dataset / "all.csv", localiser=strict))
