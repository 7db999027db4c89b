"""Asking a job to pause, to go on and to end, from another thread."""

import threading
import time

import pytest

from engine.events import CancelToken

PATIENCE = 5.0  # seconds; far beyond what any of this takes


class Worker:
    """Steps in a thread of its own, as a job does, until it is asked to end."""

    def __init__(self, token):
        self.token, self.steps = token, 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while True:
            self.token.wait_while_paused()
            if self.token.stopped:
                return
            self.steps += 1
            self.token.wait(0.001)

    def ended(self):
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    assert condition()


@pytest.fixture
def token():
    made = CancelToken()
    yield made
    made.stop()


def test_a_paused_job_takes_no_step_and_goes_on_afterwards(token):
    worker = Worker(token)
    until(lambda: worker.steps > 2)
    token.pause()
    until(lambda: token.resting)
    reached = worker.steps
    assert token.paused
    token.resume()
    until(lambda: worker.steps > reached)
    assert not token.paused
    assert not token.resting
    token.stop()
    assert worker.ended()


@pytest.mark.parametrize("ask", ["stop", "cancel"])
def test_a_paused_job_still_ends_when_asked(token, ask):
    worker = Worker(token)
    token.pause()
    until(lambda: token.resting)
    getattr(token, ask)()
    assert worker.ended()
    assert not token.paused
    assert token.cancelled == (ask == "cancel")


def test_a_job_that_is_to_end_cannot_be_paused_any_more(token):
    token.stop()
    token.pause()
    assert not token.paused
    token.wait_while_paused()
    assert token.seconds_waited == 0


def test_resting_is_counted_apart_from_work(token):
    token.pause()
    threading.Timer(0.05, token.resume).start()
    start = time.monotonic()
    token.wait_while_paused()
    assert 0 < token.seconds_waited <= time.monotonic() - start


def test_resting_computes_nothing(token):
    token.pause()
    threading.Timer(0.2, token.resume).start()
    before = time.thread_time()
    token.wait_while_paused()
    assert time.thread_time() - before < 0.5 * token.seconds_waited


def test_waiting_for_something_outside_is_cut_short_by_the_end(token):
    threading.Timer(0.01, token.stop).start()
    start = time.monotonic()
    assert not token.wait(PATIENCE)
    assert time.monotonic() - start < PATIENCE


def test_going_on_without_what_is_waited_for_is_said_once(token):
    token.resume()
    assert token.wait(0)
    assert not token.wait(0)


def test_the_end_of_a_pause_is_no_word_about_what_is_waited_for_later(token):
    token.pause()
    token.resume()
    assert not token.wait(0)
