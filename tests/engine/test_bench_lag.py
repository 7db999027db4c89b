"""The bench of responsiveness counts what falls due while the event loop is held up."""

import numpy as np

from tests.bench.responsiveness import lags_of


def test_ticks_on_time_are_not_late():
    np.testing.assert_allclose(lags_of([0.0, 0.005, 0.010]), 0.0, atol=1e-12)


def test_every_tick_that_fell_due_in_a_gap_is_late():
    lags = lags_of([0.0, 0.005, 0.105])
    assert len(lags) == 1 + 20
    np.testing.assert_allclose(lags[1:], np.arange(0.095, -0.001, -0.005), atol=1e-9)
