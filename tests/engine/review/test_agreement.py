"""How far reviewers agree with each other and with the gate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.review.agreement import (
    OverriddenReason,
    ReviewerCount,
    agreement_between,
    agreement_with_gate,
    cohens_kappa,
    compare,
    count_reviewers,
    overridden_reasons,
)
from engine.review.project import ReviewProject, Verdict
from engine.review.records import Counting, CountingRule
from tests.engine.review.samples import add_pairs, an_assessment

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
TABLES = st.tuples(*[st.integers(0, 60)] * 4).map(lambda n: ((n[0], n[1]), (n[2], n[3])))


@pytest.fixture
def project(tmp_path):
    with ReviewProject.create(tmp_path / "hands") as project:
        yield project


def test_kappa_is_that_of_a_worked_example():
    kappa, low, high = cohens_kappa(((20, 5), (10, 15)))
    assert kappa == pytest.approx(0.4)  # 70 % agree where chance alone gives 50 %
    assert low < kappa < high


@given(TABLES)
def test_kappa_is_that_of_scikit_learn(table):
    metrics = pytest.importorskip("sklearn.metrics")
    (a, b), (c, d) = table
    first, second = [1] * (a + b) + [0] * (c + d), [1] * a + [0] * b + [1] * c + [0] * d
    kappa, _, _ = cohens_kappa(table)
    if not math.isnan(kappa):
        assert kappa == pytest.approx(metrics.cohen_kappa_score(first, second))


@given(TABLES)
def test_the_interval_holds_kappa_and_never_reaches_beyond_one(table):
    kappa, low, high = cohens_kappa(table)
    if not math.isnan(kappa):
        assert low <= kappa + 1e-12
        assert kappa <= high + 1e-12
        assert high <= 1 + 1e-12


@given(TABLES)
def test_kappa_does_not_ask_who_is_named_first(table):
    (a, b), (c, d) = table
    np.testing.assert_allclose(cohens_kappa(table), cohens_kappa(((a, c), (b, d))), atol=1e-12)


def test_two_who_agree_on_few_pairs_are_not_certain_to_agree_on_all():
    kappa, low, high = cohens_kappa(((3, 0), (0, 2)))
    assert kappa == high == 1
    assert low < 0.5


@pytest.mark.parametrize("table", [((0, 0), (0, 0)), ((9, 0), (0, 0)), ((0, 0), (0, 4))])
def test_kappa_is_not_defined_where_chance_alone_would_agree_on_all(table):
    assert all(math.isnan(value) for value in cohens_kappa(table))


def test_the_interval_holds_the_true_kappa_in_about_95_of_100_samples():
    rng, held, samples = np.random.default_rng(3), 0, 2000
    cells = [0.78, 0.07, 0.02, 0.13]  # kappa 0.689
    true = cohens_kappa(np.array(cells).reshape(2, 2) * 10**6)[0]
    for counts in rng.multinomial(50, cells, size=samples):
        _, low, high = cohens_kappa(counts.reshape(2, 2))
        held += low <= true <= high
    assert 0.94 <= held / samples <= 0.98


def test_a_table_counts_the_first_judge_in_rows():
    found = compare([(ACCEPT, REJECT), (ACCEPT, REJECT), (REJECT, ACCEPT), (REJECT, REJECT)])
    assert found.table == ((0, 2), (1, 1))
    assert (found.count, found.agreed) == (4, 1)


def test_reviewers_are_compared_on_what_both_decided_independently(project):
    a, b, c, d = add_pairs(project, [True, True, False, False])
    project.decide([a, b, c], ACCEPT, "Ada")
    project.decide([a, c], ACCEPT, "Ben", others_hidden=True)
    project.decide([b], REJECT, "Ben")  # after he had seen what Ada said
    project.decide([d], REJECT, "Ben")
    rows = project.rows()
    assert agreement_between(rows, "Ada", "Ben").table == ((2, 0), (0, 0))
    assert agreement_between(rows, "Ada", "Ben", independent_only=False).table == ((2, 1), (0, 0))
    assert agreement_between(rows, "Ada", "Cem").count == 0


def test_a_reviewer_is_compared_with_the_gate_on_uncorrected_pairs(project):
    a, b, c, d = add_pairs(project, [True, True, False, False])
    project.decide([a, c], ACCEPT, "Ada")
    project.decide([b], REJECT, "Ada")
    moved = an_assessment(True)
    project.correct(d, moved.landmarks, moved, "Ada")
    project.decide([d], ACCEPT, "Ada")
    assert agreement_with_gate(project.rows(), "Ada").table == ((1, 1), (1, 0))


def test_what_counts_is_compared_with_the_gate_by_the_rule_of_the_project(project):
    (a,) = add_pairs(project, [True])
    for who, verdict in (("Ada", ACCEPT), ("Ben", ACCEPT), ("Cem", REJECT)):
        project.decide([a], verdict, who)
    assert agreement_with_gate(project.rows()).table == ((0, 0), (1, 0))
    project.set_counting(Counting(CountingRule.MAJORITY), "Ada")
    assert agreement_with_gate(project.rows()).table == ((1, 0), (0, 0))


def test_reviewers_are_listed_with_what_they_decided(project):
    a, b, c = add_pairs(project, [True, True, False])
    project.decide([a, b, c], ACCEPT, "Ada")
    project.decide([a], REJECT, "Ben")
    assert count_reviewers(project.rows()) == [
        ReviewerCount("Ada", decided=3, independent=3, overridden=1),
        ReviewerCount("Ben", decided=1, independent=0, overridden=1),
    ]


def test_a_reason_is_overridden_by_whoever_accepts_a_pair_refused_for_it(project):
    _, b, c, _, e = add_pairs(project, [True, False, False, False, False])
    project.decide([b], ACCEPT, "Ada")
    project.decide([c], REJECT, "Ada")
    moved = an_assessment(True)
    project.correct(e, moved.landmarks, moved, "Ada")  # the reason was heeded
    project.decide([e], ACCEPT, "Ada")
    assert overridden_reasons(project.rows()) == [
        OverriddenReason("wrist-displaced", overridden=1, decided=2, refused=3)
    ]
