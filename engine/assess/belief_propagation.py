"""Sum-product loopy belief propagation on pairwise Markov random fields.

Flooding schedule, vectorised over edges and over a batch of fields that share their topology.
Exact on trees; on loopy graphs the marginals are Bethe's approximation.
Source: Pearl 1988; Murphy, Weiss & Jordan, "Loopy belief propagation for approximate inference",
1999 (damping).
"""

from dataclasses import dataclass

import numpy as np

# Factors and messages of 0 count as this, so that contradicting zeros weigh up and never give NaN.
_SMALLEST = 1e-300


@dataclass(frozen=True)
class Beliefs:
    """What belief propagation believes; a single field has no batch axis (scalars then).

    marginals: (…, L, K) distributions over candidates, all 0 where there is no candidate.
    converged: (…) whether the messages settled; sweeps: (…) how many rounds were run.
    """

    marginals: np.ndarray
    converged: np.ndarray
    sweeps: np.ndarray


def belief_propagation(
    unary: np.ndarray,
    binary: np.ndarray,
    edges: np.ndarray,
    *,
    mask: np.ndarray | None = None,
    damping: float = 0.3,
    max_sweeps: int = 100,
    tolerance: float = 1e-6,
) -> Beliefs:
    """Marginals of p(x) ∝ ∏ unary_i(x_i) ∏ binary_ij(x_i, x_j).

    Args:
        unary: (L, K) or (B, L, K) factors, finite and ≥ 0. A landmark whose factors are all 0 is
            taken as knowing nothing.
        binary: (E, K, K) or (B, E, K, K) factors, finite and ≥ 0, first index for `edges[:, 0]`.
        edges: (E, 2) landmark indices.
        mask: broadcastable to `unary`, False where a candidate does not exist; all exist if None.
        damping: share of the old message that is kept in each sweep.
        max_sweeps: rounds before giving up.
        tolerance: the largest change of a message entry that counts as settled.
    """
    if unary.ndim == 2:
        batch_mask = None if mask is None else np.broadcast_to(mask, unary.shape)[None]
        beliefs = belief_propagation(
            unary[None],
            binary[None],
            edges,
            mask=batch_mask,
            damping=damping,
            max_sweeps=max_sweeps,
            tolerance=tolerance,
        )
        return Beliefs(beliefs.marginals[0], beliefs.converged[0], beliefs.sweeps[0])
    exists = np.broadcast_to(True if mask is None else mask, unary.shape)
    log_unary = np.where(exists, np.log(np.maximum(unary, _SMALLEST)), -np.inf)
    return _propagate(_Field(log_unary, binary, exists), edges, damping, max_sweeps, tolerance)


@dataclass(frozen=True)
class _Field:
    log_unary: np.ndarray
    binary: np.ndarray
    exists: np.ndarray

    def of(self, rows: np.ndarray) -> "_Field":
        return _Field(self.log_unary[rows], self.binary[rows], self.exists[rows])


def _propagate(
    field: _Field, edges: np.ndarray, damping: float, max_sweeps: int, tolerance: float
) -> Beliefs:
    batch, landmarks, candidates = field.log_unary.shape
    sources = np.concatenate([edges[:, 0], edges[:, 1]])
    targets = np.concatenate([edges[:, 1], edges[:, 0]])
    arrives = (np.arange(landmarks)[:, None] == targets).astype(np.float64)
    marginals = np.zeros((batch, landmarks, candidates))
    converged, sweeps = np.zeros(batch, dtype=bool), np.zeros(batch, dtype=np.int64)

    rows = np.arange(batch)
    messages = _normalised(np.ones((batch, len(targets), candidates)), field.exists[:, targets])
    for sweep in range(1, max_sweeps + 1):
        updated = _sweep(field, messages, arrives, sources, targets)
        updated = (1 - damping) * updated + damping * messages
        change = np.abs(updated - messages).max(axis=(1, 2), initial=0.0)
        messages = updated
        finished = ~converged[rows] & ((change < tolerance) | (sweep == max_sweeps))
        if not finished.any():
            continue
        ended = rows[finished]
        marginals[ended] = _marginals(field.of(finished), messages[finished], arrives)
        sweeps[ended] = sweep
        converged[ended] = change[finished] < tolerance
        going = ~converged[rows]
        if sweep == max_sweeps or not going.any():
            break
        # Copying the factors costs as much as a sweep, so settled fields leave by the half.
        if going.sum() <= len(rows) / 2:
            field, messages, rows = field.of(going), messages[going], rows[going]
    return Beliefs(marginals, converged, sweeps)


def _sweep(
    field: _Field,
    messages: np.ndarray,
    arrives: np.ndarray,
    sources: np.ndarray,
    targets: np.ndarray,
) -> np.ndarray:
    """All messages (B, 2E, K) from those of the sweep before; the second E run against the edge."""
    edge_count = len(sources) // 2
    log_messages = np.log(np.maximum(messages, _SMALLEST))
    total = field.log_unary + arrives @ log_messages
    against = np.concatenate([log_messages[:, edge_count:], log_messages[:, :edge_count]], axis=1)
    outgoing = _exponential(total[:, sources] - against)
    forward = (outgoing[:, :edge_count, None, :] @ field.binary)[..., 0, :]
    backward = (field.binary @ outgoing[:, edge_count:, :, None])[..., 0]
    incoming = np.concatenate([forward, backward], axis=1)
    return _normalised(incoming, field.exists[:, targets])


def _marginals(field: _Field, messages: np.ndarray, arrives: np.ndarray) -> np.ndarray:
    log_messages = np.log(np.maximum(messages, _SMALLEST))
    return _normalised(_exponential(field.log_unary + arrives @ log_messages), field.exists)


def _exponential(log_values: np.ndarray) -> np.ndarray:
    """exp, scaled so that the largest of each row is 1; rows of -inf become 0."""
    largest = log_values.max(axis=-1, keepdims=True, initial=-np.inf)
    return np.exp(log_values - np.where(np.isfinite(largest), largest, 0))


def _normalised(values: np.ndarray, exists: np.ndarray) -> np.ndarray:
    """Rows that sum to 1 over what exists: uniform where they were 0, 0 where nothing exists."""
    values = values * exists
    total = values.sum(axis=-1, keepdims=True)
    count = np.maximum(exists.sum(axis=-1, keepdims=True), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, values / total, exists / count)
