"""The bench of acceptance measures variety of form alone."""

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.assess.prior import fit_prior
from engine.canvas import CANVAS_SIZE
from tests.bench.acceptance import mode_spreads, phantom_shapes


@pytest.fixture(scope="module")
def shapes():
    return np.stack(list(phantom_shapes(120, seed=3)))


@pytest.fixture(scope="module")
def prior(shapes):
    return fit_prior(shapes, load_anatomy("hand"))


def test_its_phantoms_lie_on_the_canvas(shapes):
    assert shapes.shape == (120, 37, 2)
    assert shapes.min() > 0
    assert shapes.max() < CANVAS_SIZE - 1


def test_training_varies_as_training(shapes, prior):
    np.testing.assert_allclose(mode_spreads(shapes, prior), 1.0, rtol=0.02)


def test_size_place_and_rotation_are_no_variety(shapes, prior):
    rng = np.random.default_rng(0)
    angles, sizes = rng.uniform(-0.3, 0.3, len(shapes)), rng.uniform(0.7, 1.2, len(shapes))
    moved = shapes[..., 0] + 1j * shapes[..., 1]
    moved = moved * (sizes * np.exp(1j * angles))[:, None] + rng.normal(0, 20, (len(shapes), 1))
    moved = np.stack([moved.real, moved.imag], axis=-1)
    np.testing.assert_allclose(mode_spreads(moved, prior), mode_spreads(shapes, prior))


def test_hands_that_are_all_alike_have_none(shapes, prior):
    assert mode_spreads(np.repeat(shapes[:1], 20, axis=0), prior).max() < 1e-6
