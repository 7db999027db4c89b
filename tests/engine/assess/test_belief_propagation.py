import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.assess.belief_propagation import belief_propagation
from engine.assess.graphical_model import to_pgmpy
from engine.assess.potentials import Potentials


def random_tree(rng: np.random.Generator, landmarks: int) -> np.ndarray:
    return np.array([(int(rng.integers(i)), i) for i in range(1, landmarks)])


def random_field(rng: np.random.Generator, edges: np.ndarray, landmarks: int, candidates: int):
    """A field with sharp factors in which every landmark has its own number of candidates."""
    exists = np.arange(candidates) < rng.integers(1, candidates + 1, (landmarks, 1))
    unary = np.exp(rng.normal(0, 3, (landmarks, candidates)))
    binary = np.exp(rng.normal(0, 3, (len(edges), candidates, candidates)))
    return Potentials(unary, binary, edges, exists)


@pytest.mark.parametrize("seed", range(6))
def test_on_a_tree_marginals_are_those_of_pgmpys_exact_inference(seed):
    from pgmpy.inference import VariableElimination

    rng = np.random.default_rng(seed)
    landmarks = int(rng.integers(2, 10))
    field = random_field(rng, random_tree(rng, landmarks), landmarks, 4)
    beliefs = belief_propagation(
        field.unary, field.binary, field.edges, mask=field.exists, tolerance=1e-10
    )
    solver = VariableElimination(to_pgmpy(field))
    for landmark in range(landmarks):
        exact = solver.query([landmark], show_progress=False)
        exact.normalize()
        count = field.exists[landmark].sum()
        found = beliefs.marginals[landmark]
        np.testing.assert_allclose(found[:count], exact.values, atol=1e-6)
        assert (found[count:] == 0).all()
    assert beliefs.converged


def test_without_edges_the_marginals_are_the_unary_factors():
    unary = np.array([[1.0, 3.0], [2.0, 2.0]])
    beliefs = belief_propagation(unary, np.zeros((0, 2, 2)), np.zeros((0, 2), dtype=int))
    np.testing.assert_allclose(beliefs.marginals, [[0.25, 0.75], [0.5, 0.5]])


def test_a_batch_gives_what_each_field_gives_alone():
    rng = np.random.default_rng(4)
    edges = np.array([(i, j) for i in range(6) for j in range(i + 1, 6)])
    fields = [random_field(rng, edges, 6, 5) for _ in range(9)]
    together = belief_propagation(
        np.stack([field.unary for field in fields]),
        np.stack([field.binary for field in fields]),
        edges,
        mask=np.stack([field.exists for field in fields]),
        max_sweeps=60,
    )
    for row, field in enumerate(fields):
        alone = belief_propagation(
            field.unary, field.binary, edges, mask=field.exists, max_sweeps=60
        )
        np.testing.assert_allclose(together.marginals[row], alone.marginals, atol=1e-12)
        assert together.sweeps[row] == alone.sweeps
        assert together.converged[row] == alone.converged


def test_sweeps_stop_at_their_limit_and_that_is_recorded():
    rng = np.random.default_rng(0)
    edges = random_tree(rng, 8)
    field = random_field(rng, edges, 8, 3)
    beliefs = belief_propagation(field.unary, field.binary, edges, max_sweeps=2)
    assert beliefs.sweeps == 2
    assert not beliefs.converged
    np.testing.assert_allclose(beliefs.marginals.sum(axis=1), 1)


def test_a_landmark_whose_factors_are_all_zero_knows_nothing():
    unary = np.array([[0.0, 0.0], [1.0, 3.0]])
    beliefs = belief_propagation(unary, np.ones((1, 2, 2)), np.array([[0, 1]]))
    np.testing.assert_allclose(beliefs.marginals, [[0.5, 0.5], [0.25, 0.75]], atol=1e-5)


def test_a_landmark_without_candidates_believes_nothing_and_harms_nobody():
    exists = np.array([[False, False], [True, True]])
    beliefs = belief_propagation(
        np.array([[1.0, 1.0], [1.0, 3.0]]), np.ones((1, 2, 2)), np.array([[0, 1]]), mask=exists
    )
    np.testing.assert_allclose(beliefs.marginals, [[0, 0], [0.25, 0.75]], atol=1e-5)


factors = st.sampled_from([0.0, 1e-300, 1e-30, 0.5, 1.0, 40.0])


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(float, (4, 3), elements=factors),
    hnp.arrays(float, (5, 3, 3), elements=factors),
    hnp.arrays(bool, (4, 3)),
)
def test_marginals_are_distributions_whatever_the_factors(unary, binary, exists):
    edges = np.array([[0, 1], [1, 2], [2, 3], [0, 3], [0, 2]])
    beliefs = belief_propagation(unary, binary, edges, mask=exists, max_sweeps=30)
    assert np.isfinite(beliefs.marginals).all()
    assert (beliefs.marginals[~exists] == 0).all()
    np.testing.assert_allclose(beliefs.marginals.sum(axis=1), exists.any(axis=1), atol=1e-9)
