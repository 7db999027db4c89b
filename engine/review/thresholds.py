"""Which limit of the gate would have agreed best with what reviewers decided."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.policy_limits import LIMITS, PolicyLimit, current_limits, measured_values
from engine.assess.prior import Prior
from engine.review.agreement import cohens_kappa
from engine.review.project import PairRow, ReviewProject
from engine.review.project_limits import judged_by
from engine.review.trail import Verdict

_DECIMALS = 2  # of a limit, where that many tell it from the values beside it


@dataclass(frozen=True)
class Threshold:
    """One limit as it is and as it would have agreed best, all others as they are.

    agreed_now, agreed: pairs of `count` on which the gate and the reviewers say the same, with the
    present limit and with `best`; kappa_now, kappa: Cohen's.
    """

    limit: PolicyLimit
    now: float
    best: float
    count: int
    agreed_now: int
    agreed: int
    kappa_now: float
    kappa: float

    @property
    def differs(self) -> bool:
        """Whether another limit would have agreed better."""
        return self.best != self.now


def best_threshold(
    values: np.ndarray, refused_anyway: np.ndarray, accepted: np.ndarray, now: float
) -> tuple[float, float, float]:
    """The limit with the highest kappa between "value within the limit" and what reviewers said.

    Of limits that agree equally well it is the nearest to the present one, and in the gap between
    two values the middle of the gap. Kappa and not the share of agreement decides: where most are
    accepted, the latter is served best by a gate that accepts all.

    Args:
        values: (n,) what the limit is held against; refused_anyway: (n,) for something else;
            accepted: (n,) by the reviewers. now: the present limit.

    Returns:
        the limit, its kappa, and the present limit's kappa; the present limit where no kappa is
        defined.
    """
    kappa_now = _kappa(values <= now, refused_anyway, accepted)
    best, best_kappa = now, kappa_now
    for candidate in sorted(_candidates(values[~refused_anyway], now), key=lambda x: abs(x - now)):
        kappa = _kappa(values <= candidate, refused_anyway, accepted)
        if kappa > best_kappa or (np.isnan(best_kappa) and kappa > 0):
            best, best_kappa = candidate, kappa
    return best, best_kappa, kappa_now


def best_thresholds(
    policy: str,
    assessments: Sequence[Assessment],
    accepted: Sequence[bool],
    prior: Prior,
    anatomy: Anatomy,
) -> list[Threshold]:
    """`best_threshold` for each limit of a policy, on pairs that it has judged.

    Args:
        accepted: what reviewers said of each.
    """
    values, wrong = measured_values(policy, assessments, prior, anatomy)
    said, limits = np.array(accepted, bool), current_limits(policy, prior, anatomy)
    beyond = values > np.array([*limits.values()])
    found = []
    for column, limit in enumerate(LIMITS[policy]):
        own, now = values[:, column], limits[limit.name]
        anyway = wrong | np.delete(beyond, column, axis=1).any(axis=1)
        best, kappa, kappa_now = best_threshold(own, anyway, said, now)
        agreed_now, agreed = (int((((own <= one) & ~anyway) == said).sum()) for one in (now, best))
        found.append(Threshold(limit, now, best, len(said), agreed_now, agreed, kappa_now, kappa))
    return found


def thresholds_of(
    project: ReviewProject, rows: Sequence[PairRow] | None = None
) -> tuple[str, list[Threshold]]:
    """The policy that judged most of the pairs decided on, and its limits; what counts under the
    project's rule is what reviewers said. Corrected pairs are left out.

    Args:
        rows: the pairs as whoever asks may see them; None: all, as they stand.

    Returns:
        no limits where nothing was decided, or the project holds no prior.

    Raises:
        OssaError: the project cannot be read.
    """
    rows = [
        row
        for row in (project.rows() if rows is None else rows)
        if row.decision is not None and row.corrected_verdict is None
    ]
    policies = [row.policy for row in rows]
    policy = max(LIMITS, key=policies.count)
    rows = [row for row in rows if row.policy == policy]
    arrays = project.prior_arrays()
    if not rows or arrays is None:
        return policy, []
    assessments = [project.assessment(row.identifier) for row in rows]
    said = [row.decision is Verdict.ACCEPT for row in rows]
    prior, anatomy = judged_by(project, policy, Prior.from_arrays(arrays))
    return policy, best_thresholds(policy, assessments, said, prior, anatomy)


def _kappa(within: np.ndarray, refused_anyway: np.ndarray, accepted: np.ndarray) -> float:
    gate = within & ~refused_anyway
    table = [
        [int((accepted & gate).sum()), int((accepted & ~gate).sum())],
        [int((~accepted & gate).sum()), int((~accepted & ~gate).sum())],
    ]
    return cohens_kappa(table)[0]


def _candidates(values: np.ndarray, now: float) -> list[float]:
    """A limit in every gap between two values, one above all, and none below all."""
    known = np.unique(values[values >= 0])
    if not len(known):
        return []
    gaps = zip(known, [*known[1:], known[-1] * 1.1], strict=True)
    limits = [now if low <= now < high else _readable(low, high) for low, high in gaps]
    return [limit for limit in limits if limit > 0]


def _readable(low: float, high: float) -> float:
    """The middle of a gap, rounded if that stays inside."""
    middle = float(low + high) / 2
    rounded = round(middle, _DECIMALS)
    return rounded if low <= rounded < high else middle
