"""The strip says at once what the engine was asked for, and that it was asked to end."""

import threading

from PySide6.QtCore import Qt

from app.engine_thread import Job
from engine.events import JobFinished, JobStarted, Notice


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
