from itertools import product

import numpy as np
import pytest

from engine.assess.belief_propagation import belief_propagation
from engine.assess.graphical_model import exact_labelling, log_score, prune, to_pgmpy
from engine.assess.potentials import Potentials, paper_potentials
from engine.heatmap import draw_heatmap, find_candidates

from .shapes import stick_hands


def loopy_field(rng: np.random.Generator, landmarks: int = 5, candidates: int = 3) -> Potentials:
    edges = np.array(
        [
            (first, second)
            for first in range(landmarks)
            for second in range(first + 1, landmarks)
            if second == first + 1 or rng.random() < 0.5
        ]
    )
    unary = np.exp(rng.normal(0, 8, (landmarks, candidates)))
    binary = np.exp(rng.normal(0, 8, (len(edges), candidates, candidates)))
    exists = np.arange(candidates) < rng.integers(1, candidates + 1, (landmarks, 1))
    return Potentials(unary, binary, edges, exists)


def hand_fields(prior, hand, count: int) -> list[tuple[Potentials, np.ndarray]]:
    peaks = [find_candidates(draw_heatmap(points), 37) for points in stick_hands(count, seed=9)]
    batch = paper_potentials(peaks, prior, hand.unary_sigma)
    beliefs = belief_propagation(batch.unary, batch.binary, batch.edges, mask=batch.exists)
    return [(batch[row], beliefs.marginals[row]) for row in range(count)]


@pytest.mark.parametrize("seed", range(8))
def test_the_exact_labelling_is_the_best_of_all(seed):
    field = loopy_field(np.random.default_rng(seed))
    states = [np.flatnonzero(row) for row in field.exists]
    best = max(log_score(field, np.array(labelling)) for labelling in product(*states))
    found = exact_labelling(field, field.unary, keep=3)
    assert found.log_score == pytest.approx(best)
    assert log_score(field, found.chosen) == pytest.approx(best)


def test_pgmpys_graph_scores_a_labelling_like_ours_up_to_a_constant():
    field = loopy_field(np.random.default_rng(1))
    network = to_pgmpy(field)
    assert sorted(network.nodes()) == list(range(5))
    assert {frozenset(edge) for edge in network.edges()} == set(map(frozenset, field.edges))

    def theirs(labelling: np.ndarray) -> float:
        return sum(
            np.log(factor.values[tuple(factor.name_to_no[n][labelling[n]] for n in factor.scope())])
            for factor in network.get_factors()
        )

    states = [np.flatnonzero(row) for row in field.exists]
    labellings = [np.array(labelling) for labelling in product(*states)]
    differences = [theirs(labelling) - log_score(field, labelling) for labelling in labellings]
    np.testing.assert_allclose(differences, differences[0], atol=1e-8)


def test_pruning_keeps_the_likeliest_candidates_and_their_factors(prior, hand):
    field, marginals = hand_fields(prior, hand, 1)[0]
    pruned, kept = prune(field, marginals, keep=3)
    assert kept.shape == (37, 3)
    np.testing.assert_array_equal(kept[:, 0], marginals.argmax(axis=1))
    first, second = field.edges[7]
    assert pruned.unary[12, 1] == field.unary[12, kept[12, 1]]
    assert pruned.binary[7, 2, 1] == field.binary[7, kept[first, 2], kept[second, 1]]


def test_a_landmark_without_candidates_has_no_graph():
    field = loopy_field(np.random.default_rng(0))
    nothing = Potentials(field.unary, field.binary, field.edges, np.zeros((5, 3), dtype=bool))
    with pytest.raises(ValueError, match="landmark 0 has no candidate"):
        to_pgmpy(nothing)


def test_on_the_loopy_hand_graph_exact_beats_mplp_and_ours(prior, hand):
    """Nothing beats the exact optimum of the pruned graph: not Mplp's MAP, not our argmax.

    Where Mplp proves its labelling optimal (no integrality gap) both are the same to rounding.
    """
    from pgmpy.inference import Mplp

    for number, (field, marginals) in enumerate(hand_fields(prior, hand, 5)):
        pruned, kept = prune(field, marginals, keep=3)
        exact = exact_labelling(field, marginals, keep=3)
        ours = log_score(field, marginals.argmax(axis=1))
        network = to_pgmpy(pruned)
        for factor in network.get_factors():
            # Mplp adds what it is given, and keeps no labelling that scores below 0.
            factor.values = np.log(factor.values) - np.log(factor.values.min())
        solver = Mplp(network)
        assigned = solver.map_query(tighten_triplet=False)
        local = np.array([assigned[landmark] for landmark in range(37)])
        mplp = log_score(field, kept[np.arange(37), local])
        print(f"hand {number}: exact {exact.log_score:.3f}, argmax {ours:.3f}, Mplp {mplp:.3f}")
        assert exact.log_score >= ours - 1e-9
        assert exact.log_score >= mplp - 1e-9
        if abs(solver.get_integrality_gap()) < 1e-6:
            assert exact.log_score == pytest.approx(mplp)
