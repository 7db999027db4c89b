"""The inspector: reasons, residuals against limits, beliefs, reviewers, history and notes."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from app.belief_strip import sureness, weakest
from app.correction_words import landmark_words
from app.note_drafts import NoteDrafts
from app.residual_bars import Residual, residuals_of
from engine.anatomy import load_anatomy
from engine.errors import ProjectError
from engine.review.project import ReviewProject, Verdict
from tests.app.conftest import REVIEWER
from tests.app.stick_hands import make_assessment

Key = Qt.Key
Modifier = Qt.KeyboardModifier
OTHER = "Dr Other"
ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


@pytest.fixture
def press(qtbot):
    """Presses keys in a window as a person would."""

    def press_keys(window, *keys):
        for key in keys:
            qtbot.keyClick(window.focusWidget() or window, key)

    return press_keys


@pytest.fixture
def shared(open_window, project):
    """A window on a project in which another reviewer has decided, said why, and noted."""
    with ReviewProject.open(project) as elsewhere:
        first = elsewhere.rows()[0].identifier
        elsewhere.decide([first], REJECT, OTHER)
        elsewhere.give_reason([first], "implausible-anatomy", OTHER)
        elsewhere.write_note(first, "six fingers", OTHER)

    def open_shared(hide_others=False):
        window = open_window()
        window.settings.set_value("hide_others", hide_others)
        assert window.open_project(project)
        return window

    return open_shared


def identifier(window, place=0):
    return window.review.sheet.pairs.row_at(place).identifier


def told(window):
    """Everything the inspector says."""
    inspector = window.review.inspector
    return (
        "\n".join(
            shown.text()
            for shown in (inspector._decision, inspector._reviewers, inspector._history)
        )
        + inspector._others_notes.text()
    )


def click(widget, x, y):
    spot, button = QPointF(x, y), Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseButtonPress, spot, widget.mapToGlobal(spot), button, button,
        Modifier.NoModifier,
    )  # fmt: skip
    widget.mousePressEvent(event)


def ringed(window):
    return np.stack(window.review.viewer.rings.getData(), axis=1)


def test_residuals_come_with_those_nearest_their_limit_first_and_the_unlimited_last():
    found = make_assessment(2)
    residuals = residuals_of(found)
    limited = [one for one in residuals if one.limited]
    assert residuals[: len(limited)] == limited
    assert {one.landmark for one in limited} == set(range(13))
    strains = [one.strain for one in limited]
    assert strains == sorted(strains, reverse=True)
    assert [one.landmark for one in residuals if one.beyond] == [6]
    rest = [one.millimetres for one in residuals[len(limited) :]]
    assert rest == sorted(rest, reverse=True)
    unknown = replace(found, residuals=np.full(37, np.nan))
    assert residuals_of(unknown) == []


def test_a_bar_tells_its_landmarks_own_limit_and_rings_it(window, press):
    press(window, Key.Key_Right, Key.Key_Right)
    bars = window.review.inspector.bars
    assert "6 triquetrum" in bars.accessibleDescription()
    assert "limit 16.0 mm" in bars.accessibleDescription()
    click(bars, 20, 5)
    found = window.project.assessment(identifier(window, 2))
    assert np.allclose(ringed(window), found.landmarks[[6]])


def test_bars_are_walked_with_the_arrow_keys(window, qtbot):
    bars = window.review.inspector.bars
    bars.setFocus()
    chosen = []
    bars.landmark_chosen.connect(chosen.append)
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up):
        qtbot.keyClick(bars, key)
    first, second = (one.landmark for one in bars.residuals[:2])
    assert chosen == [first, second, first]
    assert window.review.sheet.place == 0


def test_the_labelling_says_how_sure_it_is_and_names_the_weakest():
    anatomy = load_anatomy("hand")
    found = make_assessment(0)
    assert sureness(found, anatomy).startswith("Sure of every marker; least of ")
    assert weakest(found, anatomy) == []
    beliefs = found.beliefs.copy()
    beliefs[[7, 32, 20]] = 0.4, 0.001, np.nan
    doubtful = replace(found, beliefs=beliefs)
    assert sureness(doubtful, anatomy) == "Unsure of 2 of 36 markers; least of ring tip, below 1 %"
    assert [one.landmarks for one in weakest(doubtful, anatomy)] == [(32,), (7,)]
    nothing = replace(found, beliefs=np.full(37, np.nan))
    assert sureness(nothing, anatomy) == "No landmark was given a marker"


def test_every_landmarks_belief_is_a_bar_that_rings_it(window):
    strip = window.review.inspector.beliefs
    width = strip.width() / 37
    for landmark in (0, 20, 36):
        click(strip, (landmark + 0.5) * width, 10)
        found = window.project.assessment(identifier(window))
        assert np.allclose(ringed(window), found.landmarks[[landmark]])


def test_reasons_change_under_a_dragged_landmark_without_new_buttons(window, press):
    press(window, Key.Key_Right, Key.Key_Right)
    inspector = window.review.inspector
    before = inspector.reason_buttons
    found = window.project.assessment(identifier(window, 2))
    inspector.show_judgement(replace(found, reasons=found.reasons[1:]))
    assert [button.reason for button in inspector.reason_buttons] == [found.reasons[1]]
    inspector.show_judgement(found)
    assert inspector.reason_buttons == before


def test_every_reviewers_decision_reason_and_note_are_told(shared, press):
    window = shared()
    assert "✕ Dr Other rejected it: anatomy implausible" in told(window)
    assert "Dr Other noted: six fingers" in told(window)
    assert "six fingers" in window.review.inspector._others_notes.text()
    press(window, Key.Key_A, Key.Key_Left)
    assert f"✓ {REVIEWER} accepted it (having seen others' verdicts)" in told(window)


def test_what_others_said_is_hidden_from_an_independent_reader(shared, press):
    window = shared(hide_others=True)
    assert OTHER not in told(window)
    assert "six fingers" not in told(window)
    press(window, Key.Key_A, Key.Key_Left)
    assert "✕ Dr Other rejected it: anatomy implausible" in told(window)
    assert f"✓ {REVIEWER} accepted it\n" in told(window)


def test_an_undo_is_one_line_of_the_history_though_it_takes_back_a_reason_too(window, press):
    press(window, Key.Key_R, Key.Key_Y)
    window.actions_by_name["undo"].trigger()
    lines = window.review.inspector._history.text().split("\n")
    assert [line.split("  ", 1)[1] for line in lines] == [
        f"↶ {REVIEWER} undid a decision",
        f"✕ {REVIEWER} rejected it: landmarks misplaced",
        "✓ gate, policy paper: accepted",
    ]


def write(window, qtbot, text):
    window.actions_by_name["note"].trigger()
    assert window.focusWidget() is window.review.inspector.note
    qtbot.keyClicks(window.focusWidget(), text)


def test_a_note_is_kept_on_leaving_and_its_letters_are_no_decisions(window, qtbot, press):
    write(window, qtbot, "array of 7 markers")
    assert window.project.notes(identifier(window)) == []
    press(window, Key.Key_Escape)
    ((who, _, text),) = window.project.notes(identifier(window))
    assert (who, text) == (REVIEWER, "array of 7 markers")
    assert window.project.row(identifier(window)).decision is None
    assert window.focusWidget() is window.review.sheet
    assert f"✎ {REVIEWER} noted: array of 7 markers" in told(window)
    press(window, Key.Key_A)
    assert window.project.row(identifier(window)).decision is ACCEPT


def test_a_note_is_kept_when_another_pair_is_chosen_and_shown_on_coming_back(window, qtbot):
    write(window, qtbot, "look again")
    window.review.sheet.go_to(1)
    assert window.review.inspector.note.toPlainText() == ""
    assert [note for _, _, note in window.project.notes(identifier(window))] == ["look again"]
    assert window.project.notes(identifier(window, 1)) == []
    window.review.sheet.go_to(0)
    assert window.review.inspector.note.toPlainText() == "look again"


def test_a_note_is_kept_when_the_window_is_closed_while_it_is_written(open_window, project, qtbot):
    window = open_window(project)
    first = identifier(window)
    write(window, qtbot, "half a thou")
    window.close()
    with ReviewProject.open(project) as after:
        assert [note for _, _, note in after.notes(first)] == ["half a thou"]


def test_a_note_that_could_not_be_kept_stays_and_is_kept_later(window, qtbot, monkeypatch):
    def full(*_arguments):
        raise ProjectError("no space left on the disk")

    with monkeypatch.context() as broken:
        broken.setattr(window.project, "write_note", full)
        write(window, qtbot, "not lost")
        window.review.sheet.go_to(1)
        assert "no space left on the disk" in window.banner.text
        window.review.sheet.go_to(0)
        assert window.review.inspector.note.toPlainText() == "not lost"
        window.review.sheet.go_to(1)
    window.review.sheet.go_to(0)
    assert window.review.inspector.note.toPlainText() == "not lost"
    assert [note for _, _, note in window.project.notes(identifier(window))] == ["not lost"]


def test_leaving_an_unchanged_note_leaves_no_trace(window, qtbot, press):
    write(window, qtbot, "once")
    press(window, Key.Key_Escape)
    before = window.project.trail()
    window.actions_by_name["note"].trigger()
    press(window, Key.Key_Escape)
    window.review.sheet.go_to(3)
    window.review.sheet.go_to(0)
    assert window.project.trail() == before


def test_the_note_field_says_the_key_that_leads_to_it(window):
    assert "(M)" in window.review.inspector.note.placeholderText()


def drafts(window):
    return NoteDrafts(window.settings, window.project.folder).left_by(REVIEWER)


def test_what_is_being_written_is_drafted_and_the_trail_gets_it_once(window, qtbot, press):
    write(window, qtbot, "look")
    qtbot.waitUntil(lambda: drafts(window) == {identifier(window): "look"})
    write(window, qtbot, " again")
    qtbot.waitUntil(lambda: drafts(window) == {identifier(window): "look again"})
    assert window.project.notes(identifier(window)) == []
    press(window, Key.Key_Escape)
    assert [note for _, _, note in window.project.notes(identifier(window))] == ["look again"]
    assert drafts(window) == {}


def test_a_draft_that_is_taken_back_leaves_nothing(window, qtbot, press):
    write(window, qtbot, "x")
    qtbot.waitUntil(lambda: bool(drafts(window)))
    press(window, Key.Key_Backspace, Key.Key_Escape)
    assert drafts(window) == {}
    assert window.project.notes(identifier(window)) == []


def test_only_the_writers_draft_becomes_a_note_and_only_in_its_project(open_window, project):
    before = open_window(project)
    first = identifier(before)
    other = NoteDrafts(before.settings, project.parent / "elsewhere")
    other.put(REVIEWER, first, "elsewhere")
    NoteDrafts(before.settings, project).put(OTHER, first, "not mine")
    NoteDrafts(before.settings, project).put(REVIEWER, first, "half a thou")
    before.close()
    after = open_window(project)
    assert after.review.inspector.note.toPlainText() == "half a thou"
    assert [(who, text) for who, _, text in after.project.notes(first)] == [
        (REVIEWER, "half a thou")
    ]
    assert other.left_by(REVIEWER) == {first: "elsewhere"}
    assert drafts(after) == {}


def test_the_belief_strip_is_walked_by_keys_and_says_where_one_is(window, press):
    strip = window.review.inspector.beliefs
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    found = window.project.assessment(identifier(window))
    press(window, Key.Key_Right, Key.Key_Right)
    assert np.array_equal(ringed(window), found.landmarks[[1]])
    assert strip.accessibleDescription().startswith("1 ulnar styloid: 98 % sure")
    press(window, Key.Key_End)
    assert np.array_equal(ringed(window), found.landmarks[[36]])
    press(window, Key.Key_Right, Key.Key_Home, Key.Key_Left)
    assert np.array_equal(ringed(window), found.landmarks[[0]])
    assert window.review.sheet.place == 0
    window.review.sheet.setFocus()
    assert strip.accessibleDescription() == sureness(found, window.project.anatomy)


@pytest.mark.parametrize(
    ("millimetres", "limit", "told"),
    [
        (2.84, 2.76, "✕ 2.84 / 2.76"),
        (4.8, 2.8, "✕ 4.8 / 2.8"),
        (2.76, 2.84, "2.8 / 2.8"),
        (3.0, np.nan, "3.0"),
    ],
)
def test_a_residual_beyond_its_limit_never_reads_as_equal_to_it(millimetres, limit, told):
    assert Residual(0, millimetres, limit).figures_text == told


def test_a_corrected_landmark_just_beyond_its_limit_shows_another_digit(window):
    found, anatomy = make_assessment(0), window.project.anatomy
    residuals, limits = found.residuals.copy(), found.limits.copy()
    residuals[6], limits[6] = 2.84, 2.76
    found = replace(found, residuals=residuals, limits=limits)
    assert "2.84 mm (of 2.76) off" in landmark_words(6, found, found.landmarks, anatomy)
