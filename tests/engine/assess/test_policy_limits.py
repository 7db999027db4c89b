"""What the policies compare with their limits, and other limits to judge by."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.assess.correction import LandmarkJudge
from engine.assess.gate import POLICIES, assess_landmarks
from engine.assess.policy_limits import LIMITS, current_limits, measured_values, with_limits
from engine.errors import SettingsError

from .shapes import stick_hands


@pytest.mark.parametrize("policy", POLICIES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    spread=st.floats(0, 12),
    factors=st.lists(st.floats(0.3, 3), min_size=5, max_size=5),
)
def test_a_pair_is_accepted_exactly_when_nothing_measured_exceeds_its_limit(
    prior, hand, policy, seed, spread, factors
):
    points = stick_hands(1, seed=seed)[0]
    noise = np.random.default_rng(seed)
    points[noise.integers(37)] += noise.normal(0, spread, 2)
    found = assess_landmarks(points, prior, hand, policy)
    values, wrong = measured_values(policy, [found], prior, hand)
    now = current_limits(policy, prior, hand)
    limits = {name: now[name] * factor for name, factor in zip(now, factors, strict=False)}
    judge = LandmarkJudge(*with_limits(policy, prior, hand, limits), policy)
    within = bool((values[0] <= [*limits.values()]).all()) and not wrong[0]
    assert judge.judge(found, found.landmarks).accepted == within


@pytest.mark.parametrize("policy", POLICIES)
def test_only_the_limits_that_are_named_change(prior, hand, policy):
    first = LIMITS[policy][0].name
    changed = current_limits(policy, *with_limits(policy, prior, hand, {first: 7.5}))
    assert changed == current_limits(policy, prior, hand) | {first: 7.5}


@pytest.mark.parametrize("policy", POLICIES)
def test_every_limit_of_a_policy_has_words(prior, hand, policy):
    assert [one.name for one in LIMITS[policy]] == [*current_limits(policy, prior, hand)]
    assert all(one.title and one.unit for one in LIMITS[policy])


@pytest.mark.parametrize(
    ("policy", "limits", "said"),
    [
        ("strict", {}, "no policy 'strict'"),
        ("paper", {"bone": 3.0}, "no limit 'bone': displacement"),
        ("refined", {"bone": 0.0}, "must be above 0"),
        ("refined", {"bone": float("inf")}, "finite"),
    ],
)
def test_limits_that_make_no_sense_are_refused_in_one_line(prior, hand, policy, limits, said):
    with pytest.raises(SettingsError, match=said):
        with_limits(policy, prior, hand, limits)


def test_no_pair_has_no_values(prior, hand):
    values, wrong = measured_values("refined", [], prior, hand)
    assert values.shape == (0, 5)
    assert wrong.shape == (0,)
