"""Agreement in the window, and judging again with the difference shown first."""

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel

from app.agreement_lists import NO_REASON, NOBODY
from app.engine_thread import Outcome
from engine.review.project import ReviewProject, Verdict
from engine.review.records import Counting, CountingRule
from tests.app.conftest import REVIEWER
from tests.app.judged_hands import make_judged_project

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
COUNT = 6


@pytest.fixture(scope="session")
def _judged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judged") / "hands"
    make_judged_project(folder, COUNT).close()
    return folder


@pytest.fixture
def judged(_judged, tmp_path):
    """Hands that the gate itself has judged, so that it can judge them again."""
    return shutil.copytree(_judged, tmp_path / "judged")


@pytest.fixture
def decided(judged):
    """Two reviewers: Ada follows the gate, Ben accepts all but the second, unseen by Ada."""
    with ReviewProject.open(judged) as project:
        rows = project.rows()
        for row in rows:
            project.decide([row.identifier], row.gate_verdict, "Ada")
            verdict = REJECT if row.ordinal == 2 else ACCEPT
            project.decide([row.identifier], verdict, "Ben", others_hidden=row.ordinal < 5)
    return judged


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


def verdicts(folder):
    with ReviewProject.open(folder) as project:
        return [row.accepted_by_gate for row in project.rows()]


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


@pytest.fixture
def begun(judged):
    """Ben accepts all six and corrects the last; whoever sits here has decided on the first two."""
    with ReviewProject.open(judged) as project:
        names = [row.identifier for row in project.rows()]
        project.decide(names, ACCEPT, "Ben")
        project.decide(names[:2], REJECT, REVIEWER, others_hidden=True)
        found = project.assessment(names[-1])
        project.correct(names[-1], found.landmarks + 1.0, found, "Ben")
    return judged


def hide_others(window):
    window.actions_by_name["settings"].trigger()
    window.habits.dialog.fields["hide_others"].editor.click()
    window.habits.dialog.close()


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


def try_again(window, qtbot, policy=None, limits=()):
    window.actions_by_name["reassess"].trigger()
    dialog = window.studies.dialog
    if policy is not None:
        dialog.policy.setCurrentIndex(dialog.policy.findData(policy))
    for name, value in dict(limits).items():
        dialog.fields[dialog.policy.currentData()][name].setValue(value)
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
        qtbot.mouseClick(dialog.attempt, Qt.MouseButton.LeftButton)
    return dialog


def test_judging_again_shows_the_difference_and_keeps_nothing_until_told(
    decided, open_window, qtbot
):
    window = open_window(decided)
    before = verdicts(decided)
    dialog = try_again(window, qtbot, limits={"shape": 0.1})
    changed = sum(before)
    assert dialog.changes.headline.text() == f"The verdict changes on {changed} of {COUNT} pairs"
    assert dialog.changes.table.rowCount() == changed
    assert dialog.changes.table.item(0, 1).text() == "✓ accepted → ✕ rejected"
    assert f"Accepted by the gate: {changed} of {COUNT} now, 0 then" in dialog.changes.lines.text()
    assert verdicts(decided) == before
    dialog.reject()
    assert verdicts(decided) == before
    assert window.studies.dialog is None


def test_every_change_is_listed_with_its_radiograph(decided, open_window, qtbot):
    dialog = try_again(open_window(decided), qtbot, limits={"shape": 0.1})
    result = dialog.changes
    cell = result.table.visualItemRect(result.table.item(0, 0))

    def greys():
        drawn = result.table.viewport().grab(cell).toImage()
        columns = range(0, min(60, drawn.width()), 3)
        return {drawn.pixelColor(x, drawn.height() // 2).name() for x in columns}

    qtbot.waitUntil(lambda: len(greys()) > 6)
    names = [result.table.item(line, 0).text() for line in range(result.table.rowCount())]
    assert names == [f"Pair {n}" for n, good in enumerate(verdicts(decided), start=1) if good]
    dialog.reject()


def test_others_decisions_are_not_told_by_a_trial_where_they_are_hidden(begun, open_window, qtbot):
    window = open_window(begun)
    hide_others(window)
    dialog = try_again(window, qtbot, limits={"shape": 0.1})
    table = dialog.changes.table
    told = {table.item(line, 0).text(): table.item(line, 2).text()
            for line in range(table.rowCount())}  # fmt: skip
    decided = {f"Pair {n}" for n in (1, 2)}
    assert set(told) - decided
    assert all(told[name] == "undecided" for name in set(told) - decided)
    assert all(told[name] != "undecided" for name in set(told) & decided)
    assert "of 2 decided pairs" in dialog.changes.lines.text()
    assert f"{COUNT - 2} pairs are left out" in dialog.changes.lines.text()
    dialog.reject()


def test_kept_verdicts_leave_decisions_alone_and_show_at_once(decided, open_window, qtbot):
    window = open_window(decided)
    dialog = try_again(window, qtbot, limits={"shape": 0.1})
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
        qtbot.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    assert window.studies.dialog is None
    assert verdicts(decided) == [False] * COUNT
    rows = window.review.sheet.pairs.rows
    assert [row.accepted_by_gate for row in rows] == [False] * COUNT
    assert {row.decided_by for row in rows} == {"Ben"}
    told = window.project.trail(rows[0].identifier)[-1]
    assert (told.what, told.who) == ("reassessment", REVIEWER)
    assert told.why == "policy refined, shape limit 0.1"


def test_the_next_trial_begins_from_the_limits_that_were_kept(decided, open_window, qtbot):
    window = open_window(decided)
    dialog = try_again(window, qtbot, limits={"shape": 0.1})
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
        qtbot.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    dialog = try_again(window, qtbot)
    assert dialog.fields["refined"]["shape"].value() == 0.1
    assert dialog.changes.headline.text() == f"The verdict changes on none of {COUNT} pairs"
    dialog.reject()


def test_another_policy_can_be_tried(decided, open_window, qtbot):
    window = open_window(decided)
    dialog = try_again(window, qtbot, policy="paper")
    assert dialog.keep.isVisible()
    assert not dialog.fields["refined"]["shape"].isVisible()
    dialog.reject()


def test_changing_a_limit_after_a_trial_asks_for_another(decided, open_window, qtbot):
    window = open_window(decided)
    dialog = try_again(window, qtbot)
    assert dialog.keep.isVisible()
    dialog.fields["refined"]["bone"].setValue(9)
    assert not dialog.keep.isVisible()
    assert "now" in dialog.fields["refined"]["bone"].suffix()
    dialog.reject()


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


def test_closing_the_dialog_drops_a_trial_that_waits(decided, open_window, qtbot):
    window = open_window(decided)
    window.actions_by_name["reassess"].trigger()
    dialog = window.studies.dialog
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000) as ended:
        qtbot.mouseClick(dialog.attempt, Qt.MouseButton.LeftButton)
        dialog.reject()
    assert ended.args[0].outcome is Outcome.CANCELLED
    assert window.studies.dialog is None


def test_a_project_without_a_prior_says_so_in_the_dialog(window):
    window.actions_by_name["reassess"].trigger()
    dialog = window.studies.dialog
    assert "holds no prior" in dialog.problem.text()
    assert not dialog.attempt.isEnabled()
    dialog.reject()


@pytest.mark.parametrize(("size", "columns"), [((1280, 800), 2), ((2560, 1440), 3)])
def test_cards_stand_in_as_many_columns_as_there_is_room_for(window, qtbot, size, columns):
    window.resize(*size)
    window.actions_by_name["show_agreement"].trigger()
    page = window.studies.agreement

    def lefts():
        cards = [card for card in page.findChildren(QFrame) if card.objectName() == "card"]
        assert len(cards) == 5
        return {card.x() for card in cards}

    qtbot.waitUntil(lambda: len(lefts()) == columns)
    farthest = max(card.geometry().right() for card in page.findChildren(QFrame, "card"))
    assert farthest > 0.95 * window.width()
