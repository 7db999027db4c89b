"""How far belief propagation lies from the exact solution of one pair's Markov random field."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.belief_propagation import belief_propagation
from engine.assess.graphical_model import exact_labelling, log_score
from engine.assess.labelling_refined import propagate_refined
from engine.assess.potentials import Potentials, paper_potentials
from engine.assess.potentials_refined import refined_potentials
from engine.assess.prior import Prior
from engine.heatmap import Candidates

# States that each landmark keeps for the exact solution, "missing" counted in.
KEPT_STATES = 4


@dataclass(frozen=True)
class Field:
    """One pair's field and what belief propagation makes of it.

    marginals: (L, K) over the states; candidates: (L, K) which candidate a state is, -1 "missing".
    """

    potentials: Potentials
    marginals: np.ndarray
    candidates: np.ndarray

    def labels(self, states: np.ndarray) -> np.ndarray:
        """(L,) candidates of one state (L,) each."""
        return self.candidates[np.arange(len(states)), states]


@dataclass(frozen=True)
class ExactCheck:
    """Belief propagation, the exact solution and the gate's labelling beside each other.

    approximate, exact: (L,) candidates by either, -1 for none; log_score, exact_log_score: theirs,
    up to one constant; kept: states each landmark had for the exact solution; labelled: (L,)
    candidates of the gate, which under policy `refined` goes on from belief propagation.
    """

    approximate: np.ndarray
    exact: np.ndarray
    labelled: np.ndarray
    log_score: float
    exact_log_score: float
    kept: int

    @property
    def differs(self) -> np.ndarray:
        """Landmarks that belief propagation and the exact solution label differently."""
        return np.flatnonzero(self.approximate != self.exact)

    @property
    def relabelled(self) -> np.ndarray:
        """Landmarks that the gate labels otherwise than the exact solution of its field."""
        return np.flatnonzero(self.labelled != self.exact)

    def to_dict(self) -> dict[str, Any]:
        """As plain lists and numbers."""
        return {
            "differs": self.differs.tolist(),
            "relabelled": self.relabelled.tolist(),
            "log_score": self.log_score,
            "exact_log_score": self.exact_log_score,
            "kept_states": self.kept,
        }


def build_field(candidates: Candidates, prior: Prior, anatomy: Anatomy, policy: str) -> Field:
    """The field in which a policy labels these candidates, at least one, and its marginals.

    Raises:
        WeightsError: policy `refined` and a prior without its statistics.
    """
    if policy == "paper":
        batch = paper_potentials([candidates], prior, anatomy.unary_sigma)
        beliefs = belief_propagation(batch.unary, batch.binary, batch.edges, mask=batch.exists)
        states = np.broadcast_to(np.arange(batch.unary.shape[-1]), batch.unary.shape[1:])
        return Field(batch[0], beliefs.marginals[0], states)
    batch, kept = refined_potentials([candidates], prior, anatomy.unary_sigma)
    missing = np.full((len(kept[0]), 1), -1)
    states = np.concatenate([kept[0], missing], axis=1)
    return Field(batch[0], propagate_refined(batch).marginals[0], states)


def check_exactly(
    found: Assessment, prior: Prior, anatomy: Anatomy, keep: int = KEPT_STATES
) -> ExactCheck | None:
    """Solve the field of an assessed pair exactly; None without candidates, when there is no field.

    Raises:
        WeightsError: as `build_field`.
    """
    if not len(found.candidates):
        return None
    field = build_field(found.candidates, prior, anatomy, found.policy)
    approximate = field.marginals.argmax(axis=1)
    best = exact_labelling(field.potentials, field.marginals, keep)
    return ExactCheck(
        approximate=field.labels(approximate),
        exact=field.labels(best.chosen),
        labelled=found.chosen,
        log_score=log_score(field.potentials, approximate),
        exact_log_score=best.log_score,
        kept=keep,
    )
