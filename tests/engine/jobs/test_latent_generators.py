"""A VAE and a GAN go through the same jobs as a diffusion model."""

from dataclasses import replace

import pytest

pytest.importorskip("torch")

from engine.errors import SettingsError, WeightsError
from engine.events import CancelToken, JobFinished, PairAssessed
from engine.generate.packing import pack_weights
from engine.jobs.describe import describe
from engine.jobs.generate import GenerateRequest, generate
from engine.jobs.train import TrainRequest, train
from engine.review.project import ReviewProject
from tests.engine.generate.test_families import TINY_GAN, TINY_VAE
from tests.engine.hand_dataset import write_settings


@pytest.fixture(scope="module", params=[TINY_VAE, TINY_GAN], ids=["vae", "gan"])
def train_request(request, tmp_path_factory, dataset):
    folder = tmp_path_factory.mktemp(request.param.family)
    settings = write_settings(folder / "settings.toml", request.param)
    return TrainRequest(
        data=dataset, out=folder / "run", preset=str(settings), max_steps=3, device="cpu"
    )


@pytest.fixture(scope="module")
def weights(train_request):
    *_, last = train(train_request, CancelToken())
    assert isinstance(last, JobFinished)
    assert last.summary["losses"]["total"] > 0
    return train_request.out


def made(request):
    events = list(generate(request, CancelToken()))
    return [e for e in events if isinstance(e, PairAssessed)]


def test_pairs_of_one_latent_vector_are_kept_with_how_they_were_drawn(weights, tmp_path):
    request = GenerateRequest(weights, tmp_path / "project", count=3, seed=5, device="cpu")
    assert len(made(request)) == 3
    assert made(request) == []
    with ReviewProject.open(request.project) as project:
        drawn = [project.origin(row.identifier) for row in project.rows()]
    assert sorted(origin.index for origin in drawn) == [0, 1, 2]
    assert {(o.settings["sampler"], o.settings["steps"]) for o in drawn} == {("latent", 1)}


def test_a_sampler_asked_of_them_is_refused_before_a_project_is_made(weights, tmp_path):
    request = GenerateRequest(weights, tmp_path / "project", sampler="ddim", device="cpu")
    with pytest.raises(SettingsError, match="one step") as caught:
        made(request)
    assert "\n" not in str(caught.value)
    assert not request.project.exists()


def test_a_run_does_not_begin_with_the_weights_of_another_family(
    weights, train_request, tmp_path, settings_file
):
    other = replace(
        train_request, out=tmp_path / "run", preset=str(settings_file), start_from=str(weights)
    )
    with pytest.raises(WeightsError, match="other settings"):
        list(train(other, CancelToken()))


def test_describing_says_the_family(weights, train_request):
    told = describe(weights)
    assert told["family"] == train_request.out.parent.name.rstrip("0123456789")
    assert (told["sampler"], told["sampling_steps"]) == ("latent", 1)


def test_packed_weights_still_draw(weights, tmp_path):
    packed = pack_weights(weights, tmp_path / "small.safetensors", "CC0-1.0", "stick hands")
    assert len(made(GenerateRequest(packed.path, tmp_path / "p", count=1, device="cpu"))) == 1
