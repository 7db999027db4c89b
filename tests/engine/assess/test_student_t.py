import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assess.student_t import fit_student_t, student_t_density


def test_the_density_is_scipys():
    from scipy import stats

    parameters = np.array([[3.0, 40.0, 2.0], [150.0, 12.0, 0.3]])
    x = np.linspace(0, 80, 60).reshape(5, 12)
    ours = student_t_density(np.stack([x, x]), parameters)
    for row, (degrees, location, scale) in zip(ours, parameters, strict=True):
        np.testing.assert_allclose(row, stats.t.pdf(x, degrees, location, scale), rtol=1e-9)


def test_the_fit_finds_the_parameters_of_a_large_sample():
    from scipy import stats

    sample = stats.t.rvs(4, 50, 2, size=20_000, random_state=np.random.default_rng(0))
    degrees, location, scale = fit_student_t(sample)
    assert degrees == pytest.approx(4, rel=0.1)
    assert location == pytest.approx(50, abs=0.1)
    assert scale == pytest.approx(2, rel=0.03)


def test_the_fit_is_as_likely_as_scipys():
    from scipy import stats

    sample = stats.t.rvs(5, 30, 1.5, size=300, random_state=np.random.default_rng(3))
    ours = stats.t.logpdf(sample, *fit_student_t(sample)).sum()
    theirs = stats.t.logpdf(sample, *stats.t.fit(sample)).sum()
    assert ours >= theirs - 1e-3


def test_a_constant_length_gets_a_narrow_density_and_not_an_infinite_one():
    degrees, location, scale = fit_student_t(np.full(50, 20.0))
    assert location == 20
    assert 0 < scale <= 0.1
    assert degrees >= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=2, max_size=30))
def test_any_sample_gives_finite_positive_parameters(lengths):
    degrees, location, scale = fit_student_t(np.array(lengths))
    assert np.isfinite([degrees, location, scale]).all()
    assert degrees >= 1
    assert scale > 0
    assert min(lengths) - 1e-9 <= location <= max(lengths) + 1e-9
