"""The strip says at once what the engine was asked for, and that it was asked to end."""

import threading

from PySide6.QtCore import Qt

from app.engine_thread import Job
from app.job_state import JobState, Stage
from app.job_words import ended_text
from engine.events import JobFinished, JobStarted, Notice, UnitsDone


def held_job(gate):
    """A job that waits at a gate before its first event."""

    def events(token):
        gate.wait(20)
        yield JobStarted("Training", "step", 2)
        if not token.stopped:
            yield Notice("went on")
        yield JobFinished({})

    return Job("train", "Training", events, uses_torch=False)


def test_a_job_shows_before_its_first_event(window, qtbot):
    gate = threading.Event()
    window.submit(held_job(gate))
    assert window.strip.isVisible()
    assert window.strip.text == "preparing"
    assert window.run_panel.train_form.start.text() == "Add to the queue"
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None)
    assert not window.strip.isVisible()
    assert window.run_panel.train_form.start.text() == "Start training"


def test_cancelling_is_said_at_once_and_the_job_ends_by_itself(window, qtbot):
    gate = threading.Event()
    window.submit(held_job(gate))
    qtbot.mouseClick(window.strip.cancel, Qt.MouseButton.LeftButton)
    assert window.strip.text == "Cancelling …"
    assert not window.strip.cancel.isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None)
    assert window.banner.text == "Training cancelled; nothing of it was kept"
    assert "went on" not in window.run_panel.log.toPlainText()


def test_a_second_job_waits_for_the_first_and_then_shows(window, qtbot):
    first, second = threading.Event(), threading.Event()
    window.submit(held_job(first))
    window.submit(held_job(second))
    assert window.banner.text == "Training waits in the queue"
    first.set()
    qtbot.waitUntil(lambda: "Training finished" in window.banner.text)
    qtbot.waitUntil(window.strip.isVisible)
    second.set()
    qtbot.waitUntil(lambda: window.engine.current is None)
    assert not window.strip.isVisible()


def test_an_export_shows_how_far_it_is_and_can_only_be_cancelled(window, qtbot):
    gate = threading.Event()

    def events(token):
        yield JobStarted("Exporting demo", "picture", 8)
        yield UnitsDone(2)
        gate.wait(20)
        yield JobFinished({"interrupted": "nothing was written"} if token.stopped else {})

    window.submit(Job("export", "Exporting", events, uses_torch=False, pausable=False))
    qtbot.waitUntil(lambda: "2 of 8 pictures" in window.strip.text)
    assert window.strip.cancel.isVisible()
    assert not window.strip.stop.isVisible()  # half an export is none
    qtbot.mouseClick(window.strip.cancel, Qt.MouseButton.LeftButton)
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None)
    assert window.banner.text == "Exporting cancelled; nothing of it was kept"
    second = threading.Event()
    window.submit(held_job(second))
    assert window.strip.stop.isVisible()
    second.set()
    qtbot.waitUntil(lambda: window.engine.current is None)


def test_an_export_that_the_closing_window_stopped_does_not_claim_to_have_kept_anything():
    state = JobState(Job("export", "Exporting", lambda _: iter(())), stage=Stage.STOPPED)
    state.take(JobFinished({"line": "nothing written", "interrupted": "nothing was written"}))
    assert ended_text(state) == "Exporting stopped; nothing was written"
