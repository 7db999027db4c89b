"""One pair's Markov random field as pgmpy's graph, and its exact solution on few candidates."""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.assess.potentials import Potentials

# Keeps logarithms finite, and 37 factors of it above what a double can hold.
_SMALLEST = 1e-300


@dataclass(frozen=True)
class ExactLabelling:
    """The best labelling of a pruned field.

    chosen: (L,) candidate indices of the field before pruning; log_score: its `log_score`.
    """

    chosen: np.ndarray
    log_score: float


def log_score(potentials: Potentials, chosen: np.ndarray) -> float:
    """log ∏ unary · ∏ binary of one labelling (L,), up to the field's constant; 0 counts 1e-300."""
    first, second = potentials.edges.T
    unary = potentials.unary[np.arange(len(chosen)), chosen]
    binary = potentials.binary[np.arange(len(first)), chosen[first], chosen[second]]
    factors = np.concatenate([unary, binary])
    return float(np.log(np.maximum(factors, _SMALLEST)).sum())


def prune(
    potentials: Potentials, marginals: np.ndarray, keep: int
) -> tuple[Potentials, np.ndarray]:
    """Leave each landmark its `keep` candidates of highest marginal.

    Returns:
        The smaller field, and (L, keep) the indices that its candidates had before.
    """
    ranked = np.where(potentials.exists, marginals, -1.0)
    kept = np.argsort(-ranked, axis=1, kind="stable")[:, :keep]
    first, second = potentials.edges.T
    edge = np.arange(len(first))[:, None, None]
    pruned = replace(
        potentials,
        unary=np.take_along_axis(potentials.unary, kept, axis=1),
        binary=potentials.binary[edge, kept[first][:, :, None], kept[second][:, None, :]],
        exists=np.take_along_axis(potentials.exists, kept, axis=1),
    )
    return pruned, kept


def to_pgmpy(potentials: Potentials) -> Any:
    """The `pgmpy.models.DiscreteMarkovNetwork` of one field.

    Nodes are landmark indices, states the indices of the candidates that exist. Factors are scaled
    to a maximum of 1, which leaves every distribution as it is and products far from underflow.

    Raises:
        ValueError: a landmark has no candidate, so there is no distribution.
    """
    with warnings.catch_warnings():
        # pgmpy's own modules warn of each other's renaming when they are imported.
        warnings.simplefilter("ignore", FutureWarning)
        from pgmpy.factors.discrete import DiscreteFactor
        from pgmpy.models import DiscreteMarkovNetwork

    states = [np.flatnonzero(row).tolist() for row in potentials.exists]
    if not all(states):
        raise ValueError(f"landmark {states.index([])} has no candidate")
    network = DiscreteMarkovNetwork()
    network.add_nodes_from(range(len(states)))
    network.add_edges_from(potentials.edges.tolist())
    for landmark, own in enumerate(states):
        values = _scaled(potentials.unary[landmark, own])
        network.add_factors(
            DiscreteFactor([landmark], [len(own)], values, state_names={landmark: own})
        )
    for (first, second), table in zip(potentials.edges.tolist(), potentials.binary, strict=True):
        values = _scaled(table[np.ix_(states[first], states[second])])
        names = {first: states[first], second: states[second]}
        network.add_factors(DiscreteFactor([first, second], values.shape, values, names))
    return network


def exact_labelling(potentials: Potentials, marginals: np.ndarray, keep: int = 4) -> ExactLabelling:
    """The most probable labelling when each landmark keeps its `keep` likeliest candidates.

    Max-product on pgmpy's junction tree, up to the root and read back down. Messages are ours and
    logarithmic: pgmpy's own calibration compares tables with an absolute tolerance and stops before
    small factors have spread. Grows as keep to the power of the largest clique.

    Raises:
        ValueError: a landmark has no candidate.
    """
    pruned, kept = prune(potentials, marginals, keep)
    tree = to_pgmpy(pruned).to_junction_tree()
    tables = {clique: _Table.of(tree.get_factors(clique)) for clique in tree.nodes()}
    order = _parents_first(tree)
    for clique, parent in reversed(order):
        if parent is not None:
            tables[parent] = tables[parent].plus(tables[clique])
    local: dict[int, int] = {}
    for clique, _ in order:
        local |= tables[clique].best(local)
    landmarks = np.arange(len(kept))
    states = [np.flatnonzero(row) for row in pruned.exists]
    chosen = np.array([own[local[landmark]] for landmark, own in enumerate(states)])
    return ExactLabelling(kept[landmarks, chosen], log_score(pruned, chosen))


@dataclass(frozen=True)
class _Table:
    """Logarithms of a factor over `variables`, one axis each."""

    variables: tuple[int, ...]
    values: np.ndarray

    @classmethod
    def of(cls, factor: Any) -> "_Table":
        return cls(tuple(factor.variables), np.log(np.maximum(factor.values, _SMALLEST)))

    def plus(self, other: "_Table") -> "_Table":
        """Add the other table, maximised over the variables that this one does not have."""
        private = tuple(
            axis for axis, name in enumerate(other.variables) if name not in self.variables
        )
        shared = [name for name in other.variables if name in self.variables]
        message = other.values.max(axis=private)
        message = message.transpose([shared.index(n) for n in self.variables if n in shared])
        absent = [axis for axis, name in enumerate(self.variables) if name not in shared]
        return replace(self, values=self.values + np.expand_dims(message, absent))

    def best(self, known: dict[int, int]) -> dict[int, int]:
        """The best states of the variables that are not known yet, given those that are."""
        free = [name for name in self.variables if name not in known]
        values = self.values[tuple(known.get(name, slice(None)) for name in self.variables)]
        states = np.unravel_index(np.argmax(values), values.shape)
        return {name: int(state) for name, state in zip(free, states, strict=True)}


def _parents_first(tree: Any) -> list[tuple[tuple[int, ...], tuple[int, ...] | None]]:
    """(clique, the clique it hangs on) of a junction tree, parents before children."""
    order: list[tuple[tuple[int, ...], tuple[int, ...] | None]] = []
    waiting: list[tuple[tuple[int, ...], tuple[int, ...] | None]] = [(min(tree.nodes()), None)]
    while waiting:
        clique, parent = waiting.pop()
        order.append((clique, parent))
        waiting += [(child, clique) for child in tree.neighbors(clique) if child != parent]
    return order


def _scaled(values: np.ndarray) -> np.ndarray:
    largest = values.max()
    return np.maximum(values / largest if largest > 0 else np.ones_like(values), _SMALLEST)
