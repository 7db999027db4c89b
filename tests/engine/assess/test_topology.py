import networkx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assess.topology import learn_topology


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(2, 6), st.integers(0, 100))
def test_the_graph_is_connected_and_its_degree_bounded(landmarks, max_degree, seed):
    rng = np.random.default_rng(seed)
    shapes = rng.uniform(0, 200, (landmarks, 2)) + rng.normal(0, 2, (12, landmarks, 2))
    edges = learn_topology(shapes, max_degree=max_degree)
    graph = networkx.Graph(edges.tolist())
    assert graph.number_of_nodes() == landmarks
    assert networkx.is_connected(graph)
    assert len(edges) == graph.number_of_edges()
    assert max(degree for _, degree in graph.degree) <= max_degree
    assert (edges[:, 0] < edges[:, 1]).all()


def test_the_hand_gets_about_sixty_edges_of_at_most_four_per_landmark(training_hands):
    edges = learn_topology(training_hands)
    assert 55 <= len(edges) <= 65
    assert np.bincount(edges.ravel()).max() <= 4


def test_the_steadiest_edge_is_always_there(training_hands):
    edges = learn_topology(training_hands)
    rows, columns = np.triu_indices(37, k=1)
    lengths = np.linalg.norm(training_hands[:, rows] - training_hands[:, columns], axis=-1)
    steadiest = np.argmin(lengths.std(axis=0))
    assert [rows[steadiest], columns[steadiest]] in edges.tolist()


def test_the_same_shapes_give_the_same_edges(training_hands):
    np.testing.assert_array_equal(learn_topology(training_hands), learn_topology(training_hands))


def test_a_single_landmark_has_no_edge():
    assert learn_topology(np.zeros((6, 1, 2))).shape == (0, 2)
