"""What a blinded reading has shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.review.reading_report import reading_report
from engine.review.readings import Reading

ANSWERS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.integers(1, 5)), min_size=1, max_size=40
)


def answers(found, who="Ada", session="s"):
    """Readings from (is real, said real, confidence)."""
    return [
        Reading(f"{who}{session}{place}", session, who, "2026-01-01T00:00:00+00:00",
                f"item{place}", is_real, said_real, confidence, 2.0 + place)
        for place, (is_real, said_real, confidence) in enumerate(found)
    ]  # fmt: skip


def test_a_report_counts_what_was_told_right_by_kind():
    found = [(True, True, 5), (True, False, 2), (False, False, 4), (False, False, 1)]
    (report,) = reading_report(answers(found))
    assert (report.accuracy.right, report.accuracy.count) == (3, 4)
    assert (report.sensitivity.right, report.sensitivity.count) == (2, 2)
    assert (report.specificity.right, report.specificity.count) == (1, 2)
    assert report.seconds == 3.5
    assert report.auc == pytest.approx(0.75)  # of four comparisons one is lost: 1 against 2


def test_the_interval_of_the_accuracy_is_wilsons():
    (report,) = reading_report(answers([(True, True, 3)] * 10 + [(False, True, 3)] * 10))
    assert report.accuracy.low == pytest.approx(0.2993, abs=1e-4)
    assert report.accuracy.high == pytest.approx(0.7007, abs=1e-4)
    assert not report.told_apart


def test_sure_and_right_is_an_area_of_one_and_sure_and_wrong_of_nothing():
    right = [(True, True, 5)] * 4 + [(False, False, 5)] * 4
    wrong = [(is_real, not said, sure) for is_real, said, sure in right]
    assert reading_report(answers(right))[0].auc == 1
    assert reading_report(answers(right))[0].told_apart
    assert reading_report(answers(wrong))[0].auc == 0


def test_one_kind_alone_has_no_area():
    (report,) = reading_report(answers([(True, True, 3)]))
    assert math.isnan(report.auc)
    assert math.isnan(report.sensitivity.value)


@given(ANSWERS)
def test_the_area_is_that_of_scikit_learn(found):
    metrics = pytest.importorskip("sklearn.metrics")
    (report,) = reading_report(answers(found))
    generated = [not is_real for is_real, _, _ in found]
    if len(set(generated)) == 2:
        scores = [-sure if said else sure for _, said, sure in found]
        assert report.auc == pytest.approx(metrics.roc_auc_score(generated, scores))


@given(ANSWERS)
def test_turning_every_answer_round_turns_the_report_round(found):
    (report,) = reading_report(answers(found))
    turned = [(is_real, not said, sure) for is_real, said, sure in found]
    (other,) = reading_report(answers(turned))
    assert other.accuracy.right == report.accuracy.count - report.accuracy.right
    if not math.isnan(report.auc):
        assert other.auc == pytest.approx(1 - report.auc)


def test_every_reader_has_a_report_of_all_series():
    readings = [
        *answers([(True, True, 3)], "Ben"),
        *answers([(True, True, 3)], "Ada", "s1"),
        *answers([(False, True, 3)], "Ada", "s2"),
    ]
    ada, ben = reading_report(readings)
    assert (ada.who, ada.series, ada.accuracy.count) == ("Ada", 2, 2)
    assert (ben.who, ben.series, ben.accuracy.count) == ("Ben", 1, 1)


def test_without_answers_there_is_no_report():
    assert reading_report([]) == []
