"""Data shares and the arms of the localisation study."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingsError
from engine.study.arms import DUPLICATED, REAL, arms_of, duplicates
from engine.study.shares import Share, parse_shares

ALL = Share("100%", 90, 90)
ADDED = st.dictionaries(
    st.sampled_from(["ddpm", "gan", "vae"]), st.lists(st.integers(0, 500), max_size=4)
)


@given(ADDED)
def test_every_synthetic_arm_has_a_control_of_as_many_duplicated_radiographs(added):
    arms = arms_of(ALL, added)
    for arm in arms:
        if arm.is_synthetic:
            assert arm.control in arms
            assert arm.control.added == arm.added
            assert arm.control.source == DUPLICATED
        assert arm.real_alone in arms


@given(ADDED)
def test_no_arm_is_there_twice_and_none_adds_nothing_but_real_alone(added):
    arms = arms_of(ALL, added)
    assert len({arm.key for arm in arms}) == len(arms)
    assert [arm for arm in arms if arm.added == 0] == [arms[0]]
    assert arms[0].source == REAL


@given(st.integers(1, 40), st.integers(0, 200), st.integers(0, 3))
def test_duplicates_are_spread_evenly_over_the_radiographs(real, added, seed):
    chosen = duplicates(real, added, seed)
    times = np.bincount(chosen, minlength=real)
    assert len(chosen) == added
    assert times.max() - times.min() <= 1


@given(st.integers(1, 40), st.integers(0, 100), st.integers(0, 100))
def test_fewer_duplicates_are_the_beginning_of_more(real, few, more):
    longer = duplicates(real, few + more, 0)
    np.testing.assert_array_equal(duplicates(real, few, 0), longer[:few])


def test_a_share_is_a_number_or_a_part_of_the_training_radiographs():
    shares = parse_shares(("10%", "45", "100%"), 597)
    assert [share.count for share in shares] == [60, 45, 597]
    assert [share.paper for share in shares] == ["10%", None, "100%"]


@pytest.mark.parametrize("texts", [("0",), ("598",), ("half",), ("101%",), ("10%", "60"), ()])
def test_a_share_that_cannot_be_is_refused_in_one_line(texts):
    with pytest.raises(SettingsError) as refused:
        parse_shares(texts, 597)
    assert "\n" not in str(refused.value)
