"""Checking a pair exactly from the inspector: in words, beside all jobs, for the pair shown."""

import sys
import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import exact_checks
from app.engine_thread import Job
from app.exact_checks import NO_CANDIDATES, NO_PGMPY, NO_PRIOR, ExactAnswer
from app.exact_panel import differences, exact_text
from engine.anatomy import load_anatomy
from engine.assess.exact_check import ExactCheck
from engine.events import Notice
from tests.app.conftest import PAIRS
from tests.app.judged_hands import make_judged_project

PATIENCE = 120_000  # milliseconds; pgmpy's import on a busy machine
JUDGED = 3


@pytest.fixture
def judged(tmp_path):
    """The folder of hands that the gate has judged, with its prior."""
    make_judged_project(tmp_path / "judged", JUDGED).close()
    return tmp_path / "judged"


@pytest.fixture
def check(qtbot):
    """Presses the button as a person would and waits for the answer."""

    def press_and_wait(window):
        panel = window.review.inspector.exact
        qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
        assert not panel.button.isEnabled()
        qtbot.waitUntil(panel.button.isEnabled, timeout=PATIENCE)
        return panel

    return press_and_wait


@pytest.fixture
def held_answer(monkeypatch):
    """Lets an answer come only when the test says so; says which pairs were asked about."""
    release, asked = threading.Event(), []

    def slow(question):
        asked.append(question.identifier)
        release.wait(10)
        return ExactAnswer(question.identifier, None, f"about {question.identifier}")

    monkeypatch.setattr(exact_checks, "answer", slow)
    yield release, asked
    release.set()


def an_answer(differs=(), relabelled=()):
    exact = np.arange(37)
    approximate, labelled = exact.copy(), exact.copy()
    approximate[list(differs)] = 36 - exact[list(differs)]
    labelled[list(relabelled)] = -1
    return ExactCheck(approximate, exact, labelled, -12.345, -11.5, 4)


def test_agreement_and_the_two_log_scores_are_said_in_words(open_window, judged, check):
    pytest.importorskip("pgmpy")
    panel = check(open_window(judged))
    first, scores = panel.text.text().splitlines()
    assert first == "Belief propagation and the gate agree with the exact optimum"
    assert scores.startswith("Log score ")
    assert "exact optimum" in scores
    assert panel.findings == []


def test_where_the_gate_labels_otherwise_is_named_and_shown_in_the_viewer(
    open_window, judged, check, qtbot
):
    pytest.importorskip("pgmpy")
    window = open_window(judged)
    window.review.sheet.go_to(1)
    panel = check(window)
    (finding,) = panel.findings
    assert finding.reason.text == (
        "The gate labels 2 landmarks otherwise than the exact optimum: 7 lunate; 20 thumb tip"
    )
    rings = window.review.viewer.rings
    assert len(rings.getData()[0]) == 0
    qtbot.mouseClick(finding, Qt.MouseButton.LeftButton)
    assert len(rings.getData()[0]) == 2
    qtbot.mouseClick(finding, Qt.MouseButton.LeftButton)
    assert len(rings.getData()[0]) == 0
    finding.click()
    check(window)
    assert len(rings.getData()[0]) == 0


def test_a_pair_without_candidates_gets_one_line(open_window, judged, check):
    window = open_window(judged)
    window.review.sheet.go_to(JUDGED - 1)
    assert check(window).text.text() == NO_CANDIDATES


def test_a_project_without_a_prior_gets_one_line(window, check):
    assert check(window).text.text() == NO_PRIOR


def test_without_pgmpy_one_line_says_what_to_install(open_window, judged, check, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "pgmpy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pgmpy", None)
    assert check(open_window(judged)).text.text() == NO_PGMPY


def test_what_nobody_expected_is_one_line_too(window, check, monkeypatch):
    def fail(_question):
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr(exact_checks, "answer", fail)
    said = check(window).text.text()
    assert said == "Unexpected error in the exact check: RuntimeError: first line"


def test_an_answer_about_another_pair_is_dropped(window, held_answer, qtbot):
    release, asked = held_answer
    panel = window.review.inspector.exact
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(asked) == 1)
    window.actions_by_name["next"].trigger()
    assert panel.button.isEnabled()
    assert not panel.text.isVisible()
    with qtbot.waitSignal(window.exact_checks.answered):
        release.set()
    assert not panel.text.isVisible()


def test_of_the_questions_that_wait_only_the_newest_is_answered(window, held_answer, qtbot):
    release, asked = held_answer
    panel = window.review.inspector.exact
    for _ in range(3):
        qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: bool(asked))
        window.actions_by_name["next"].trigger()
    window.actions_by_name["previous"].trigger()
    shown = window.review.sheet.current.identifier
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    release.set()
    qtbot.waitUntil(panel.button.isEnabled)
    assert len(asked) == 2
    assert panel.text.text() == f"about {shown}"


def test_a_decision_keeps_what_was_said_of_the_pair_while_it_is_shown(window, check):
    window.review.sheet.go_to(PAIRS - 1)
    panel = check(window)
    window.actions_by_name["accept"].trigger()
    assert panel.text.text() == NO_PRIOR
    window.actions_by_name["previous"].trigger()
    assert panel.text.text() == ""


def test_a_job_that_runs_does_not_keep_the_check_waiting(window, check, qtbot):
    def until_stopped(token):
        yield Notice("running")
        while not token.stopped:
            time.sleep(0.005)

    with qtbot.waitSignal(window.engine.event_arrived):
        window.submit(Job("train", "Training", until_stopped, uses_torch=False))
    assert check(window).text.text() == NO_PRIOR
    assert window.engine.current is not None


def test_closing_while_a_check_runs_waits_for_it_and_leaves_no_thread(
    open_window, project, held_answer, qtbot
):
    release, asked = held_answer
    window = open_window(project)
    qtbot.mouseClick(window.review.inspector.exact.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(asked))
    timer = threading.Timer(0.2, release.set)
    timer.start()
    assert window.close()
    timer.join()
    assert not window.exact_checks.busy


def test_the_project_can_be_changed_while_a_check_runs(
    open_window, project, judged, held_answer, qtbot
):
    release, asked = held_answer
    window = open_window(project)
    qtbot.mouseClick(window.review.inspector.exact.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(asked))
    begun = time.monotonic()
    assert window.open_project(judged)
    assert time.monotonic() - begun < 5
    assert not release.is_set()
    release.set()


def test_what_differs_from_the_exact_optimum_is_counted_and_named():
    hand = load_anatomy("hand")
    found = an_answer(differs=(24,), relabelled=range(7))
    one, many = differences(found, hand)
    assert one.text == (
        "Belief propagation labels 1 landmark otherwise than the exact optimum: 24 index tip"
    )
    assert one.landmarks == (24,)
    assert many.landmarks == tuple(range(7))
    assert many.text.startswith("The gate labels 7 landmarks otherwise than the exact optimum: 0 ")
    assert many.text.endswith("4 radius, shaft side of the styloid; and 2 more")


@pytest.mark.parametrize(
    ("differs", "relabelled", "said"),
    [
        ((), (), "Belief propagation and the gate agree with the exact optimum"),
        ((3,), (), "The gate agrees with the exact optimum"),
        (
            (),
            (3,),
            "Belief propagation agrees with the exact optimum; the gate goes further",
        ),
    ],
)
def test_who_agrees_with_the_exact_optimum_is_said(differs, relabelled, said):
    lines = exact_text(an_answer(differs, relabelled)).splitlines()
    assert said in lines
    assert "Log score -12.35, exact optimum -11.50" in lines
