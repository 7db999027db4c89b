"""Which points of a long job are drawn."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.acceptance_plot import acceptance_points


@given(st.lists(st.booleans(), max_size=3000))
def test_few_points_are_drawn_and_always_the_first_and_the_last(verdicts):
    accepted = np.cumsum(verdicts).tolist()
    pairs, drawn = acceptance_points(accepted)
    assert len(pairs) == len(drawn) <= 1000
    assert all(drawn[i] == accepted[int(n) - 1] for i, n in enumerate(pairs))
    if verdicts:
        assert (pairs[0], pairs[-1]) == (1, len(verdicts))
        assert np.all(np.diff(pairs) > 0)
