import subprocess
import sys
import time
from dataclasses import fields, replace
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.assess import gate
from engine.assess.assessment import Assessment
from engine.assess.gate import POLICIES
from engine.errors import SettingsError, WeightsError
from engine.heatmap import draw_heatmap
from engine.pair import Pair

from .shapes import MILLIMETRES_PER_PIXEL, stick_hands

assess = partial(gate.assess, policy="paper")
assess_batch = partial(gate.assess_batch, policy="paper")
assess_landmarks = partial(gate.assess_landmarks, policy="paper")

_SAME_FIXTURES = [HealthCheck.function_scoped_fixture]


def assert_consistent(found: Assessment) -> None:
    assert found.accepted == (not found.reasons)
    assert all(reason.text and "\n" not in reason.text for reason in found.reasons)
    assert found.landmarks.shape == (37, 2)
    assert found.expected.shape == (37, 2)
    assert len(found.chosen) == len(found.beliefs) == len(found.residuals) == len(found.inliers)
    assert (found.chosen < len(found.candidates)).all()
    assert (np.isnan(found.landmarks).any(axis=1) == (found.chosen < 0)).all()
    assert Assessment.from_json(found.to_json()).to_dict() == found.to_dict()


def assert_same(first: Assessment, second: Assessment) -> None:
    assert first.reasons == second.reasons
    for field in fields(Assessment):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_allclose(one, other, atol=1e-9, err_msg=field.name)
    assert (first.converged, first.sweeps) == (second.converged, second.sweeps)


def test_a_drawn_hand_is_labelled_and_accepted(prior, hand):
    points = prior.mean_positions
    found = assess(draw_heatmap(points), prior, hand)
    assert_consistent(found)
    assert found.accepted
    np.testing.assert_allclose(found.landmarks, points, atol=0.1)
    assert (found.beliefs > 0.5).all()
    assert found.converged
    assert found.edges.tolist() == prior.edges.tolist()


def test_most_landmarks_of_unseen_hands_are_labelled_right(prior, hand):
    points = stick_hands(60, seed=2)
    found = assess_batch([draw_heatmap(shape) for shape in points], prior, hand)
    error = np.linalg.norm(np.stack([one.landmarks for one in found]) - points, axis=-1)
    assert (error * MILLIMETRES_PER_PIXEL < 2).mean() > 0.94


def test_a_pair_is_judged_by_its_heatmap(prior, hand):
    heatmap = draw_heatmap(stick_hands(1, seed=4)[0])
    pair = Pair(image=np.zeros((256, 256)), heatmap=heatmap)
    assert_same(assess(pair, prior, hand), assess(heatmap, prior, hand))


def test_a_batch_judges_every_pair_as_it_is_judged_alone(prior, hand):
    shapes = stick_hands(18, seed=6)
    counts = [30, 5, *[37] * 16]
    heatmaps = [draw_heatmap(points[:kept]) for kept, points in zip(counts, shapes, strict=True)]
    heatmaps.append(np.full((256, 256), -1.0))
    seeds = list(range(100, 100 + len(heatmaps)))
    together = assess_batch(heatmaps, prior, hand, seeds=seeds)
    for heatmap, seed, found in zip(heatmaps, seeds, together, strict=True):
        assert_same(found, assess(heatmap, prior, hand, seed=seed))


def test_an_empty_batch_has_no_verdicts(prior, hand):
    assert assess_batch([], prior, hand) == []


def test_the_same_seed_gives_the_same_verdict(prior, hand):
    heatmap = draw_heatmap(np.random.default_rng(0).uniform(0, 255, (37, 2)))
    assert assess(heatmap, prior, hand, seed=7).to_json() == (
        assess(heatmap, prior, hand, seed=7).to_json()
    )


def test_an_empty_heatmap_is_refused_for_having_no_markers(prior, hand):
    found = assess(np.full((256, 256), -1.0, dtype=np.float32), prior, hand)
    assert_consistent(found)
    assert found.reasons[0].code == "too-few-candidates"
    assert found.reasons[0].text == "there are 0 markers for 37 landmarks, too few"
    assert (found.chosen == -1).all()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 36, 38, 500])
def test_any_number_of_blobs_gets_a_verdict(prior, hand, count):
    points = np.random.default_rng(count).uniform(0, 255, (count, 2))
    found = assess(draw_heatmap(points), prior, hand)
    assert_consistent(found)
    assert not found.accepted


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0, 7.0, np.nan, np.inf, -np.inf])
def test_a_constant_heatmap_gets_a_verdict(prior, hand, value):
    found = assess(np.full((256, 256), value), prior, hand)
    assert_consistent(found)
    assert not found.accepted


@settings(max_examples=15, deadline=None, suppress_health_check=_SAME_FIXTURES)
@given(st.integers(0, 60), st.integers(0, 10_000), st.floats(0, 0.5), st.floats(0, 0.05))
def test_noisy_blobs_with_holes_get_a_verdict(prior, hand, count, seed, noise, holes):
    rng = np.random.default_rng(seed)
    heatmap = draw_heatmap(rng.uniform(-5, 260, (count, 2)), amplitudes=rng.random(count))
    heatmap += noise * rng.standard_normal(heatmap.shape)
    heatmap[rng.random(heatmap.shape) < holes] = np.nan
    assert_consistent(assess(heatmap, prior, hand, seed=seed))


@settings(max_examples=25, deadline=None, suppress_health_check=_SAME_FIXTURES)
@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([1e-9, 1.0, 30.0, 1e4]))
def test_any_landmarks_get_a_verdict(prior, hand, seed, missing, spread):
    rng = np.random.default_rng(seed)
    points = prior.mean_positions + rng.normal(0, spread, (37, 2))
    points[rng.random(37) < missing] = np.nan
    assert_consistent(assess_landmarks(points, prior, hand))


def test_policy_refined_judges_where_none_is_named(prior, hand):
    points = prior.mean_positions
    heatmap = draw_heatmap(points)
    named = gate.assess(heatmap, prior, hand, "refined")
    assert named.policy == "refined"
    assert_same(gate.assess(heatmap, prior, hand), named)
    assert gate.assess_batch([heatmap], prior, hand)[0].policy == "refined"
    assert gate.assess_landmarks(points, prior, hand).policy == "refined"


def test_an_unknown_policy_is_refused_in_one_line(prior, hand):
    with pytest.raises(SettingsError, match="no policy 'lenient': choose one of paper"):
        assess(np.zeros((256, 256)), prior, hand, policy="lenient")
    assert list(POLICIES) == ["paper", "refined"]


def test_a_prior_of_another_anatomy_is_refused_in_one_line(prior, hand):
    with pytest.raises(WeightsError, match="anatomy 'foot'"):
        assess(np.zeros((256, 256)), replace(prior, anatomy="foot"), hand)


def test_importing_the_gate_brings_no_heavy_library():
    heavy = "{'torch', 'scipy.stats', 'skimage', 'pgmpy', 'pandas', 'SimpleITK'}"
    code = f"import sys, engine.assess.gate; print({heavy} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "set()"


def test_assessing_is_fast_enough_for_the_window(prior, hand):
    heatmaps = [draw_heatmap(points) for points in stick_hands(64, seed=8)]
    assess(heatmaps[0], prior, hand)
    started = time.perf_counter()
    for heatmap in heatmaps[:16]:
        assess(heatmap, prior, hand)
    single = (time.perf_counter() - started) / 16
    started = time.perf_counter()
    assess_batch(heatmaps, prior, hand)
    batch = (time.perf_counter() - started) / 64
    print(f"{1000 * single:.1f} ms for one pair, {1000 * batch:.1f} ms in a batch of 64")
    assert single < 0.1
    assert batch < 0.1
