"""Judging again with the difference shown first."""

from PySide6.QtCore import Qt

from app.engine_thread import Outcome
from engine.review.project import ReviewProject
from tests.app.conftest import REVIEWER, hide_others

COUNT = 6


def verdicts(folder):
    with ReviewProject.open(folder) as project:
        return [row.accepted_by_gate for row in project.rows()]


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
