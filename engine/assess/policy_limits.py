"""The limits of the gate's policies: what they are called, what they are, and other ones.

A policy refuses a pair for its markers, or because something it measured lies beyond a limit. What
was measured does not depend on the limits, so a labelled pair can be judged by others exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.image_check import IMAGE_DISAGREES
from engine.assess.plausibility import measure
from engine.assess.prior import Prior
from engine.errors import SettingsError

# What no limit of a policy can change: reasons that count markers, find no pose at all, or say that
# the image shows something else.
_WHATEVER_THE_LIMITS = frozenset(
    (
        "missing-landmark",
        "shared-candidate",
        "extra-marker",
        "too-few-candidates",
        "no-match",
        IMAGE_DISAGREES,
    )
)


@dataclass(frozen=True)
class PolicyLimit:
    """A limit: its name, what must not exceed it, and its unit."""

    name: str
    title: str
    unit: str


_SPREADS = "SD of training"
LIMITS: Mapping[str, tuple[PolicyLimit, ...]] = {
    "paper": (PolicyLimit("displacement", "Landmark off the mean shape", "mm"),),
    # In the order of `ShapeStatistics.limits`.
    "refined": (
        PolicyLimit("landmark", "Landmark off where the others expect it", _SPREADS),
        PolicyLimit("bone", "Bone too long or short", _SPREADS),
        PolicyLimit("group", "Finger too long or short", _SPREADS),
        PolicyLimit("shift", "Group shifted", _SPREADS),
        PolicyLimit("shape", "Whole shape off the mean", _SPREADS),
    ),
}


def current_limits(policy: str, prior: Prior, anatomy: Anatomy) -> dict[str, float]:
    """The limits of a policy by name.

    Raises:
        SettingsError: no such policy. WeightsError: a prior without what the policy needs.
    """
    names = [limit.name for limit in _limits(policy)]
    if policy == "paper":
        return dict.fromkeys(names, anatomy.plausibility.millimetres)
    return dict(zip(names, prior.require_statistics().limits.tolist(), strict=True))


def with_limits(
    policy: str, prior: Prior, anatomy: Anatomy, limits: Mapping[str, float]
) -> tuple[Prior, Anatomy]:
    """Prior and anatomy by which the policy judges with these limits, the others as they are.

    Raises:
        SettingsError: no such policy or limit, or one that is not positive and finite.
    """
    changed = current_limits(policy, prior, anatomy)
    for name, value in limits.items():
        if name not in changed:
            raise SettingsError(f"policy '{policy}' has no limit '{name}': {', '.join(changed)}")
        if not 0 < value < np.inf:
            raise SettingsError(f"limit '{name}' is {value:g}; it must be above 0 and finite")
        changed[name] = float(value)
    if policy == "paper":
        rule = replace(anatomy.plausibility, millimetres=changed["displacement"])
        return prior, replace(anatomy, plausibility=rule)
    statistics = replace(prior.require_statistics(), limits=np.array([*changed.values()]))
    return replace(prior, statistics=statistics), anatomy


def measured_values(
    policy: str, assessments: Sequence[Assessment], prior: Prior, anatomy: Anatomy
) -> tuple[np.ndarray, np.ndarray]:
    """What the policy compares with its limits, for pairs that it has judged.

    A pair is accepted if and only if none of its values exceeds its limit and nothing else is wrong
    with it.

    Args:
        prior, anatomy: those the pairs were judged by; their limits do not matter.

    Returns:
        values: (n, K) in the order of `LIMITS`, the largest of its kind in each pair; wrong: (n,)
        whether its markers or its image have it refused, whatever the limits.
    """
    wrong = np.array(
        [any(reason.code in _WHATEVER_THE_LIMITS for reason in one.reasons) for one in assessments],
        bool,
    )
    if not assessments:
        return np.zeros((0, len(_limits(policy)))), wrong
    if policy == "paper":
        members = list(anatomy.group(anatomy.plausibility.group).landmarks)
        residuals = np.stack([one.residuals[members] for one in assessments])
        return np.nan_to_num(residuals).max(axis=1, keepdims=True), wrong
    points = np.stack([one.landmarks for one in assessments])
    return measure(points, prior.require_statistics(), anatomy).largest(), wrong


def _limits(policy: str) -> tuple[PolicyLimit, ...]:
    if policy not in LIMITS:
        raise SettingsError(f"there is no policy '{policy}': choose one of {', '.join(LIMITS)}")
    return LIMITS[policy]
