"""Density and coverage say what they are said to say."""

import numpy as np
import pytest

from engine.study.fidelity import coverage, density, neighbour_radii


def between(a, b):
    return np.linalg.norm(a[:, None] - b[None], axis=2)


@pytest.fixture(scope="module")
def references():
    return np.random.default_rng(0).normal(size=(300, 3))


def figures(samples, references, count=100):
    radii = neighbour_radii(between(references, references))
    distances = between(samples, references)
    return density(distances, radii), coverage(distances, radii, count)


def test_a_radius_reaches_the_fifth_neighbour():
    line = np.arange(20.0)[:, None]
    radii = neighbour_radii(between(line, line))
    assert radii[0] == 5
    assert radii[10] == 3


def test_samples_of_the_same_distribution_are_dense_and_cover(references):
    rng = np.random.default_rng(1)
    dense, covered = figures(rng.normal(size=(300, 3)), references, 300)
    assert dense == pytest.approx(1, abs=0.15)
    assert covered > 0.9


def test_samples_far_off_are_neither(references):
    dense, covered = figures(np.full((100, 3), 30.0), references)
    assert (dense, covered) == (0, 0)


def test_one_hand_over_and_over_is_faithful_and_covers_little(references):
    same = references[7] + np.random.default_rng(2).normal(size=(100, 3)) * 0.01
    dense, covered = figures(same, references)
    assert dense > 0.3
    assert covered < 0.1


def test_noisy_samples_cover_and_are_less_dense(references):
    rng = np.random.default_rng(3)
    dense, covered = figures(rng.normal(size=(300, 3)) * 2, references, 300)
    assert dense < 0.5
    assert covered > 0.5


def test_coverage_is_told_for_the_count_that_is_asked_for(references):
    samples = np.random.default_rng(4).normal(size=(300, 3))
    radii = neighbour_radii(between(references, references))
    distances = between(samples, references)
    shares = [coverage(distances, radii, count) for count in (10, 50, 300)]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]
