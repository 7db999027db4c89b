"""Closing the window: asked once while a job runs, over within the limit, nothing killed."""

import threading
import time

import pytest

from app.engine_thread import Job
from engine.events import Notice

LIMIT = 2.0  # seconds


def make_job(events, quiet=False):
    return Job("test", "Counting", events, uses_torch=False, quiet=quiet)


def until_stopped(token):
    yield Notice("running")
    while not token.stopped:
        time.sleep(0.005)


@pytest.fixture
def ended(window):
    """Grows when the window has ended."""
    times: list[bool] = []
    window.ended.connect(lambda: times.append(True))
    return times


@pytest.fixture
def begun(window, qtbot):
    """Gives the window a job and waits until it runs."""

    def begin(job):
        with qtbot.waitSignal(window.engine.event_arrived):
            window.submit(job)

    return begin


def test_closing_without_a_job_asks_nothing(window, prompt, ended):
    assert window.close()
    assert prompt.asked == []
    assert ended == [True]


def test_closing_while_a_job_runs_asks_once_and_ends_within_the_limit(window, prompt, ended, begun):
    begun(make_job(until_stopped))
    start = time.monotonic()
    assert window.close()
    assert time.monotonic() - start < LIMIT
    assert prompt.asked == ["Counting"]
    assert ended == [True]
    assert window.project is None


def test_who_goes_on_working_keeps_the_window_and_the_job(window, prompt, ended, begun):
    begun(make_job(until_stopped))
    prompt.answer = False
    assert not window.close()
    assert window.isVisible()
    assert window.engine.current is not None
    assert ended == []


def test_a_helper_job_is_no_reason_to_ask(window, prompt, ended, begun):
    begun(make_job(until_stopped, quiet=True))
    assert window.close()
    assert prompt.asked == []
    assert ended == [True]


def test_a_step_that_outlasts_the_limit_lets_the_window_go_and_is_not_killed(
    window, prompt, ended, begun, qtbot, monkeypatch
):
    monkeypatch.setattr("app.closing._CLOSE_MILLISECONDS", 50)
    release, finished = threading.Event(), threading.Event()

    def one_long_step(_token):
        yield Notice("running")
        release.wait(10)
        finished.set()
        yield Notice("the step is done")

    begun(make_job(one_long_step))
    start = time.monotonic()
    window.close()
    assert time.monotonic() - start < LIMIT
    assert not window.isVisible()
    assert ended == []
    window.close()
    assert prompt.asked == ["Counting"]
    with qtbot.waitSignal(window.ended):
        release.set()
    assert finished.is_set()
    assert ended == [True]


def test_what_was_decided_before_closing_is_on_disk(window, open_window, project, begun):
    begun(make_job(until_stopped))
    window.actions_by_name["reject"].trigger()
    window.close()
    assert open_window(project).project.counts().decided == 1
