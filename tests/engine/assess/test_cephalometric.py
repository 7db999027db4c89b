"""Another anatomy is a file: the skull's 19 landmarks, its scale given in millimetres per pixel."""

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.assess.gate import assess, assess_landmarks
from engine.assess.prior import Prior, fit_prior
from engine.errors import SettingsError
from engine.heatmap import draw_heatmap

# Invented places on the canvas, in the order of the anatomy's landmarks.
_SKULL = np.array(
    [
        [95, 85], [180, 75], [165, 110], [80, 112], [188, 145], [182, 180], [184, 200], [172, 214],
        [180, 209], [100, 185], [190, 165], [193, 157], [210, 158], [206, 176], [206, 140],
        [198, 204], [128, 138], [192, 132], [85, 125],
    ],
    dtype=float,
)  # fmt: skip


def skulls(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(count):
        angle, size = np.deg2rad(rng.normal(0, 3)), 1 + rng.normal(0, 0.04)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        bent = _SKULL - 128 + rng.normal(0, 1.0, _SKULL.shape)
        shapes.append(128 + size * bent @ turn.T + rng.normal(0, 3, 2))
    return np.stack(shapes)


@pytest.fixture(scope="module")
def skull():
    return load_anatomy("cephalometric")


@pytest.fixture(scope="module")
def skull_prior(skull) -> Prior:
    return fit_prior(skulls(120, seed=1), skull)


def test_the_scale_is_given_and_not_measured(skull, skull_prior):
    assert skull.landmark_count == 19
    assert skull.scale_pair is None
    assert skull_prior.millimetres_per_pixel == pytest.approx(0.1 * 2400 / 256)


def test_unseen_skulls_are_labelled_right_by_both_policies(skull, skull_prior):
    for policy, share in (("paper", 0.9), ("refined", 0.98)):
        errors = [
            np.linalg.norm(
                assess(draw_heatmap(points), skull_prior, skull, policy).landmarks - points, axis=1
            )
            for points in skulls(10, seed=7)
        ]
        assert (np.array(errors) < 2).mean() >= share


def test_skulls_are_accepted_and_a_displaced_landmark_is_named(skull, skull_prior):
    points = skulls(1, seed=9)[0]
    assert assess_landmarks(points, skull_prior, skull, "refined").accepted
    points[9] += [25, 10]
    found = assess_landmarks(points, skull_prior, skull, "refined")
    assert 9 in found.reasons[0].landmarks
    assert "gonion" in " ".join(reason.text for reason in found.reasons)


def test_a_scale_that_is_no_length_is_refused(tmp_path):
    from importlib import resources

    text = (resources.files("resources") / "anatomies" / "cephalometric.toml").read_text("utf-8")
    path = tmp_path / "skull.toml"
    path.write_text(text.replace("0.9375", "0.0"), encoding="utf-8")
    with pytest.raises(SettingsError, match="millimetres_per_canvas_pixel is 0, not a positive"):
        load_anatomy(str(path))
