"""The form that asks for pairs offers what the weights can do."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.generate.settings import FAST, GAN, VAE
from engine.generate.weights import FORMAT


@pytest.fixture
def weights_of(tmp_path):
    """A weights file of settings, without the weights."""

    def write(settings):
        path = tmp_path / f"{settings.preset}.safetensors"
        header = {
            "format": FORMAT,
            "settings": settings.to_toml(),
            "metadata": json.dumps({"anatomy": "hand"}),
        }
        save_file({"nothing": np.zeros(1)}, path, header)
        return str(path)

    return write


@pytest.mark.parametrize("latent", [VAE, GAN], ids=["vae", "gan"])
def test_sampler_and_steps_are_offered_for_diffusion_models_alone(open_window, weights_of, latent):
    form = open_window(None).run_panel.generate_form
    form.weights.line.setText(weights_of(FAST))
    assert form.sampler.isEnabled()
    assert form.steps.isEnabled()
    form.sampler.setCurrentText("ddim")
    form.steps.setValue(20)
    form.weights.line.setText(weights_of(latent))
    assert not form.sampler.isEnabled()
    assert not form.steps.isEnabled()
    assert (form.sampler.currentData(), form.steps.value()) == (None, 0)
    assert "one step" in form.sampler.toolTip()
    form.weights.line.setText("")
    assert form.sampler.isEnabled()
    assert form.sampler.toolTip() == "Sampler"


def test_a_path_that_holds_no_weights_takes_no_choice_away(open_window, tmp_path):
    form = open_window(None).run_panel.generate_form
    (tmp_path / "letter.txt").write_text("dear sir")
    for path in (tmp_path, tmp_path / "letter.txt", tmp_path / "nothing"):
        form.weights.line.setText(str(path))
        assert form.sampler.isEnabled()
