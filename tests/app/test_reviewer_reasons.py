"""One key says why, after the decision and wherever the sheet has gone since."""

from PySide6.QtCore import Qt

from app.consequences import effect
from app.widgets import ActionButton
from engine.assess.copy_risk import CopyLevel
from engine.errors import ProjectError
from engine.review.project import Verdict
from tests.app.conftest import REVIEWER
from tests.app.judged_hands import make_checked_project

Key = Qt.Key
Modifier = Qt.KeyboardModifier
UNDO = (Key.Key_Z, Modifier.ControlModifier)
REDO = (Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)
ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


def why(window, place=0):
    return window.project.rows()[place].decided_why


def test_after_a_rejection_one_key_gives_the_reason_though_the_sheet_went_on(window, press):
    press(window, Key.Key_R)
    assert window.review.sheet.place == 1
    assert window.review.bar.why.text.startswith("Pair 1 rejected. Why?")
    assert "Y   landmarks misplaced" in window.review.bar.why.text
    press(window, Key.Key_I)
    assert why(window) == "poor-image"
    assert window.review.sheet.place == 1
    assert "I   ✓ image not usable" in window.review.bar.why.text
    press(window, Key.Key_P)
    assert why(window) == "other-rejected"


def test_an_acceptance_against_the_gate_asks_and_one_as_the_gate_does_not(window, press):
    press(window, Key.Key_A)
    assert "Why?" not in window.review.bar.why.text
    assert not window.actions_by_name["reason_1"].isEnabled()
    press(window, Key.Key_Right, Key.Key_A)
    assert window.review.bar.why.text.startswith("Pair 3 accepted. Why?")
    press(window, Key.Key_U)
    assert why(window, 2) == "normal-variant"


def test_a_reason_key_without_a_question_does_nothing(window, press):
    before = window.project.trail()
    press(window, Key.Key_Y, Key.Key_P)
    assert window.project.trail() == before


def test_one_undo_takes_back_decision_and_reason_and_the_question_goes(window, press):
    press(window, Key.Key_R, Key.Key_Y, UNDO)
    assert window.project.rows()[0].decision is None
    assert "Why?" not in window.review.bar.why.text
    assert not window.actions_by_name["reason_2"].isEnabled()
    press(window, REDO)
    assert why(window) == "misplaced-landmarks"
    assert "Why?" not in window.review.bar.why.text


def test_a_bulk_rejection_is_given_one_reason_for_all(window, press):
    window.review.sheet.selectAll()
    press(window, Key.Key_R)
    assert window.review.bar.why.text.startswith("6 pairs rejected. Why?")
    press(window, Key.Key_O)
    assert {row.decided_why for row in window.project.rows()} == {"looks-copied"}
    press(window, UNDO)
    assert [row.decision for row in window.project.rows()] == [None] * 6


def test_a_bulk_acceptance_asks_only_about_those_the_gate_rejects(window, press):
    window.review.sheet.selectAll()
    press(window, Key.Key_A)
    assert window.review.bar.why.text.startswith("2 pairs accepted. Why?")
    press(window, Key.Key_Y)
    reasons = [row.decided_why for row in window.project.rows()]
    assert reasons == ["", "", "landmarks-right", "", "", "landmarks-right"]


def test_a_reason_can_be_clicked(window, press, qtbot):
    press(window, Key.Key_R)
    chip = window.review.bar.why.chips[1]
    assert chip.accessibleName() == "anatomy implausible"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert why(window) == "implausible-anatomy"


def test_the_reason_is_told_where_the_pair_is_shown(window, press):
    press(window, Key.Key_R, Key.Key_Y, Key.Key_Left)
    inspector = window.review.inspector
    assert f"by {REVIEWER} (landmarks misplaced); the gate" in inspector._decision.text()
    assert f"✕ {REVIEWER} rejected it: landmarks misplaced" in inspector._history.text()


def test_neither_a_question_nor_a_count_moves_the_buttons(window, press):
    bar = window.review.bar
    before = bar.height(), [button.geometry() for button in bar.findChildren(ActionButton)]
    press(window, Key.Key_R, Key.Key_Y)
    assert "1 against the gate" in bar._decided.text()
    assert before == (
        bar.height(),
        [button.geometry() for button in bar.findChildren(ActionButton)],
    )
    assert bar.minimumSizeHint().width() <= window.minimumWidth()


def test_a_reason_that_cannot_be_kept_is_told_in_one_line(window, press, monkeypatch):
    def full(*_arguments):
        raise ProjectError("no space left on the disk")

    press(window, Key.Key_R)
    monkeypatch.setattr(window.project, "give_reason", full)
    press(window, Key.Key_Y)
    assert "no space left on the disk" in window.banner.text
    assert "✓" not in window.review.bar.why.text


def test_reasons_are_asked_for_on_the_review_page_alone(window, press):
    press(window, Key.Key_R)
    window.show_welcome()
    press(window, Key.Key_Y)
    assert why(window) == ""
    window.show_review()
    press(window, Key.Key_Y)
    assert why(window) == "misplaced-landmarks"


def test_the_bar_says_what_each_key_would_do(window, press):
    text = window.review.bar.why.text
    assert "R rejects it against the gate: it will not be exported" in text
    assert "A accepts it as the gate: it will be exported" in text
    assert "C " not in text
    press(window, Key.Key_A, Key.Key_Left)
    text = window.review.bar.why.text
    assert "A accepts it as you have: nothing changes" in text
    assert "C leaves it to the gate, which accepted it" in text
    window.review.sheet.selectAll()
    assert "A accepts all 6, 2 against the gate" in window.review.bar.why.text
    assert "C takes back your decision on 1" in window.review.bar.why.text


def test_a_copy_that_would_be_accepted_is_said_to_stay(tmp_path):
    with make_checked_project(tmp_path / "copies", [CopyLevel.COPY]) as project:
        rows = project.rows()
    assert effect(rows, ACCEPT, REVIEWER).sentence.endswith("held out as a copy")
    assert effect(rows, REJECT, REVIEWER).sentence.endswith("it will not be exported")
