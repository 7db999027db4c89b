"""A figure that is beyond its limit reads so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assess.figures import beside_limit

lengths = st.floats(0.1, 200.0)


@pytest.mark.parametrize(
    ("value", "limit", "decimals", "told"),
    [
        (21.04, 16.0, 1, ("21.0", "16.0")),
        (2.84, 2.76, 1, ("2.84", "2.76")),
        (16.04, 16.0, 1, ("16.04", "16.00")),
        (12.4, 11.8, 0, ("12.4", "11.8")),
        (3.0, 3.0, 1, ("3.0", "3.0")),
    ],
)
def test_figures_that_would_read_the_same_show_more_digits(value, limit, decimals, told):
    assert beside_limit(value, limit, decimals) == told


@given(limit=lengths, share=st.floats(1e-4, 3.0), decimals=st.integers(0, 2))
def test_what_is_beyond_its_limit_never_reads_as_equal_or_less(limit, share, decimals):
    told, most = beside_limit(limit * (1 + share), limit, decimals)
    assert float(told) > float(most)
    assert len(told.partition(".")[2]) == len(most.partition(".")[2])
