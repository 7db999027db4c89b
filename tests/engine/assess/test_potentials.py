import numpy as np
import pytest

from engine.assess.potentials import paper_potentials
from engine.heatmap import Candidates


def test_unary_factors_are_value_times_gaussian_around_the_mean_position(prior):
    peaks = Candidates(np.array([[100.0, 90.0], [130.0, 40.0]]), np.array([0.9, 0.4]))
    field = paper_potentials([peaks], prior, 25.0)[0]
    distance = np.linalg.norm(peaks.positions[1] - prior.mean_positions[24])
    millimetres = distance * prior.millimetres_per_pixel
    assert field.unary[24, 1] == pytest.approx(0.4 * np.exp(-(millimetres**2) / (2 * 25.0**2)))


def test_binary_factors_are_student_t_plus_twice_the_exponential_of_the_length_error(prior):
    from scipy import stats

    peaks = Candidates(np.array([[100.0, 90.0], [108.0, 96.0]]), np.ones(2))
    field = paper_potentials([peaks], prior, 25.0)[0]
    length = 10 * prior.millimetres_per_pixel
    for edge in (0, 30, len(prior.edges) - 1):
        degrees, location, scale = prior.edge_t[edge]
        expected = stats.t.pdf(length, degrees, location, scale)
        expected += 2 * np.exp(-abs(prior.edge_lengths[edge] - length))
        assert field.binary[edge, 0, 1] == pytest.approx(expected)
        assert field.binary[edge, 1, 0] == pytest.approx(expected)


def test_a_batch_holds_each_pairs_own_candidates_and_says_which_exist(prior):
    few = Candidates(np.array([[100.0, 90.0]]), np.ones(1))
    many = Candidates(np.random.default_rng(0).uniform(0, 255, (37, 2)), np.ones(37))
    batch = paper_potentials([few, many], prior, 25.0)
    assert len(batch) == 2
    assert batch.exists.sum(axis=-1).tolist() == [[1] * 37, [37] * 37]
    alone = paper_potentials([many], prior, 25.0)[0]
    np.testing.assert_array_equal(batch[1].unary, alone.unary)
    np.testing.assert_array_equal(batch[1].binary, alone.binary)
    assert np.isfinite(batch.unary).all()
    assert np.isfinite(batch.binary).all()
