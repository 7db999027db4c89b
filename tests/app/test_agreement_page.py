"""The agreement page: reviewers, the gate, and the limits that would have agreed best."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QLabel

from app.agreement_lists import NO_REASON, NOBODY
from engine.review.project import ReviewProject, Verdict
from engine.review.records import Counting, CountingRule
from tests.app.conftest import hide_others

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
COUNT = 6


@pytest.fixture
def show(open_window, qtbot):
    """Shows the agreement of a project, with the limits that were looked for."""

    def show(folder):
        window = open_window(folder)
        window.actions_by_name["show_agreement"].trigger()
        qtbot.waitUntil(lambda: not window.engine._timer.isActive(), timeout=30_000)
        return window, window.studies.agreement

    return show


def texts(widget):
    return " ".join(one.text() for one in widget.findChildren(QLabel) if not one.isHidden())


def cells(table):
    return [[int(table.text_at(line, place)) for place in (0, 1)] for line in (0, 1)]


def test_reviewers_are_compared_on_independent_decisions_unless_told_otherwise(decided, show):
    _, page = show(decided)
    assert sum(map(sum, cells(page.between))) == 4
    page.alone.setChecked(False)
    assert sum(map(sum, cells(page.between))) == COUNT
    assert "of 6 pairs" in page.between.agreed.text()


def test_a_reviewer_is_compared_with_the_gate(decided, show):
    _, page = show(decided)
    page.judge.setCurrentText("Ada")
    (both_accept, left), (right, both_reject) = cells(page.gate)
    assert (left, right) == (0, 0)
    assert both_accept + both_reject == COUNT
    assert page.gate.kappa.text().startswith("κ 1.00")


def test_whose_decision_counts_is_chosen_here_and_the_sheet_follows(decided, show):
    window, page = show(decided)
    assert page.counting.currentText() == "The newest"
    page.counting.setCurrentText("That of Ada, else the newest")
    assert window.project.counting() == Counting(CountingRule.ADJUDICATOR, "Ada")
    assert {row.decided_by for row in window.review.sheet.pairs.rows} == {"Ada"}


def test_without_decisions_the_page_says_what_it_lacks(judged, show):
    _, page = show(judged)
    assert NOBODY in texts(page.reviewers)
    assert "two reviewers" in texts(page)
    assert not page.limits.buttons


def test_overridden_reasons_are_counted(decided, show):
    _, page = show(decided)
    assert NO_REASON not in texts(page.reasons)
    assert "of" in texts(page.reasons)


def test_an_independent_reader_sees_agreement_only_on_what_they_decided(begun, show):
    window, page = show(begun)
    page.alone.setChecked(False)
    assert sum(map(sum, cells(page.gate))) == COUNT - 1
    assert page.hidden.isHidden()
    hide_others(window)
    assert page.hidden.text().startswith(f"{COUNT - 2} pairs are left out")
    assert sum(map(sum, cells(page.between))) == 2
    assert sum(map(sum, cells(page.gate))) == 2
    page.judge.setCurrentText("Ben")
    assert sum(map(sum, cells(page.gate))) == 2


def test_limits_for_an_independent_reader_heed_no_hidden_decision(begun, show, qtbot):
    window, page = show(begun)
    assert f"{COUNT - 1} decisions are few" in texts(page)
    hide_others(window)
    qtbot.waitUntil(lambda: not window.engine._timer.isActive(), timeout=30_000)
    assert "2 decisions are few" in texts(page)


def test_where_all_is_hidden_nobody_is_named(judged, show):
    with ReviewProject.open(judged) as project:
        project.decide([project.rows()[0].identifier], ACCEPT, "Ben")
    window, page = show(judged)
    hide_others(window)
    assert page.hidden.text().startswith("1 pair is left out")
    assert NOBODY in texts(page.reviewers)
    assert "Ben" not in [page.judge.itemText(place) for place in range(page.judge.count())]


def test_a_limit_that_agrees_better_can_be_tried_from_the_page(judged, show, qtbot):
    with ReviewProject.open(judged) as project:
        rows = project.rows()
        accepted = [row for row in rows if row.accepted_by_gate]
        worst = max(accepted, key=lambda one: one.suspicion or 0)
        for row in rows:
            verdict = REJECT if row is worst else row.gate_verdict
            project.decide([row.identifier], verdict, "Ada")
    window, page = show(judged)
    assert page.limits.buttons
    qtbot.mouseClick(page.limits.buttons[0], Qt.MouseButton.LeftButton)
    dialog = window.studies.dialog
    assert any("now" in field.suffix() for field in dialog.fields["refined"].values())
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
        qtbot.mouseClick(dialog.attempt, Qt.MouseButton.LeftButton)
    assert "on 6 then" in dialog.changes.lines.text()
    dialog.reject()


@pytest.mark.parametrize("size", [(1280, 800), (2560, 1440)])
def test_cards_stand_in_two_columns_in_the_middle_of_the_page(window, qtbot, size):
    window.resize(*size)
    window.actions_by_name["show_agreement"].trigger()
    page = window.studies.agreement

    def cards():
        found = page.findChildren(QFrame, "card")
        assert len(found) == 5
        return [QRect(card.mapTo(page, QPoint()), card.size()) for card in found]

    qtbot.waitUntil(lambda: len({card.left() for card in cards()}) == 2)
    left = min(card.left() for card in cards())
    right = page.width() - 1 - max(card.right() for card in cards())
    assert abs(left - right) <= 2
    assert 0.6 * page.width() < page.width() - left - right <= 1600
