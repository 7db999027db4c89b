"""The engine thread: one job at a time, nothing lost, and a window that never waits long."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QThread

from app.engine_thread import EngineThread, Job, JobEnd, Outbox, Outcome
from engine.errors import DataError
from engine.events import CancelToken, JobFinished, Notice, PairAssessed, TrainingStep

PATIENCE = 5.0  # seconds; far beyond what any of these jobs takes


def make_job(
    events: Callable[[CancelToken], Iterator[Any]], title: str = "Counting", **more
) -> Job:
    return Job("test", title, events, uses_torch=False, **more)


def step(number: int) -> TrainingStep:
    return TrainingStep(number, 2 * number, {"total": 1.0}, 1e-4, 8.0, 0.1 * number)


def assessed(number: int) -> PairAssessed:
    return PairAssessed(f"pair-{number}", number, None, SimpleNamespace(accepted=True))


@dataclass
class Heard:
    """What the engine thread told, and the threads in which it did."""

    began: list[Job] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    ends: list[JobEnd] = field(default_factory=list)
    threads: set[QThread] = field(default_factory=set)

    def note(self, where: list) -> Callable[[Any], None]:
        def listen(told: Any) -> None:
            where.append(told)
            self.threads.add(QThread.currentThread())

        return listen


@pytest.fixture
def engine(qapp):
    """An engine thread without a window."""
    thread = EngineThread(qapp)
    yield thread
    assert thread.shut_down(int(1000 * PATIENCE))
    thread.deleteLater()


@pytest.fixture
def heard(engine):
    """Everything the engine thread says."""
    found = Heard()
    engine.job_began.connect(found.note(found.began))
    engine.event_arrived.connect(found.note(found.events))
    engine.job_ended.connect(found.note(found.ends))
    return found


@pytest.fixture
def run(engine, heard, qtbot):
    """Runs jobs to their end, and gives back how the last one ended."""

    def to_the_end(*jobs: Job) -> JobEnd:
        for job in jobs:
            engine.submit(job)
        qtbot.waitUntil(lambda: len(heard.ends) == len(jobs))
        return heard.ends[-1]

    return to_the_end


def until_stopped(token: CancelToken) -> Iterator[Any]:
    """A job that goes on until it is asked to end, and then says how it was asked."""
    yield Notice("running")
    while not token.stopped:
        time.sleep(0.005)
    yield JobFinished({"discarded": token.cancelled})


def test_events_arrive_in_order_and_in_the_gui_thread(run, heard, qapp):
    worked_in = []

    def events(_token):
        worked_in.append(QThread.currentThread())
        for number in range(100):
            yield Notice(str(number))

    assert run(make_job(events)).outcome is Outcome.FINISHED
    assert [event.text for event in heard.events] == [str(number) for number in range(100)]
    assert heard.threads == {qapp.thread()}
    assert worked_in[0] is not qapp.thread()


def test_a_busy_engine_gives_pythons_lock_back_within_a_millisecond(engine):
    assert engine.current is None
    assert sys.getswitchinterval() <= 0.001


def test_no_pair_is_lost_while_steps_make_way_for_newer_ones(engine, heard, qtbot):
    done = threading.Event()

    def events(_token):
        for number in range(1, 1001):
            yield step(number)
            if number % 100 == 0:
                yield assessed(number)
        done.set()

    engine.submit(make_job(events))
    assert done.wait(PATIENCE)  # the window is busy all the while and collects nothing
    qtbot.waitUntil(lambda: bool(heard.ends))
    pairs = [event.index for event in heard.events if isinstance(event, PairAssessed)]
    steps = [event.step for event in heard.events if isinstance(event, TrainingStep)]
    assert pairs == list(range(100, 1001, 100))
    assert steps == [1000]


def test_the_newest_step_stands_before_what_came_after_it():
    outbox = Outbox()
    for event in (step(1), step(2), assessed(1), step(3), step(4), assessed(2), step(5)):
        outbox.put(event)
    assert outbox.collect() == [assessed(1), assessed(2), step(5)]
    for event in (step(6), assessed(3)):
        outbox.put(event)
    assert outbox.collect() == [step(6), assessed(3)]
    assert outbox.collect() == []


def test_a_users_mistake_is_one_line_without_details(run):
    def events(_token):
        yield Notice("reading")
        raise DataError("all.csv row 3 has 73 columns, 75 are needed: correct the row")

    end = run(make_job(events))
    assert end.outcome is Outcome.FAILED
    assert end.message == "all.csv row 3 has 73 columns, 75 are needed: correct the row"
    assert end.details == ""


def test_any_other_error_is_one_line_with_the_traceback_as_details(run):
    def events(_token):
        yield Notice("reading")
        raise RuntimeError("a first line\nand a second")

    end = run(make_job(events))
    assert end.outcome is Outcome.FAILED
    assert end.message == "Unexpected error while counting: RuntimeError: a first line"
    assert end.details.startswith("Traceback")
    assert "and a second" in end.details


def test_a_job_that_fails_does_not_keep_the_next_from_running(run, heard):
    def failing(_token):
        raise RuntimeError("broken")
        yield

    run(make_job(failing), make_job(lambda _token: iter([Notice("alive")])))
    assert [end.outcome for end in heard.ends] == [Outcome.FAILED, Outcome.FINISHED]
    assert heard.events == [Notice("alive")]


@pytest.mark.parametrize(
    ("ask", "outcome", "discarded"),
    [("stop", Outcome.STOPPED, False), ("cancel", Outcome.CANCELLED, True)],
)
def test_stop_keeps_and_cancel_discards(engine, heard, qtbot, ask, outcome, discarded):
    engine.submit(make_job(until_stopped))
    qtbot.waitUntil(lambda: bool(heard.events))
    getattr(engine, ask)()
    qtbot.waitUntil(lambda: bool(heard.ends))
    assert heard.events[-1] == JobFinished({"discarded": discarded})
    assert heard.ends[0].outcome is outcome


def test_jobs_run_one_at_a_time_in_the_order_they_were_given(run, heard):
    running, most = 0, 0

    def events(_token):
        nonlocal running, most
        running += 1
        most = max(most, running)
        yield Notice("at work")
        time.sleep(0.01)
        running -= 1

    jobs = [make_job(events, title=f"Job {number}") for number in range(3)]
    run(*jobs)
    assert most == 1
    assert heard.began == jobs
    assert [end.job for end in heard.ends] == jobs


def test_stopping_ends_the_running_job_and_leaves_the_waiting_one(engine, heard, qtbot):
    engine.submit(make_job(until_stopped, "First"))
    engine.submit(make_job(lambda _token: iter([Notice("second")]), "Second"))
    qtbot.waitUntil(lambda: bool(heard.events))
    engine.stop()
    qtbot.waitUntil(lambda: len(heard.ends) == 2)
    assert [end.outcome for end in heard.ends] == [Outcome.STOPPED, Outcome.FINISHED]


def test_a_job_stopped_while_it_waits_never_starts(engine, heard, qtbot):
    started = []
    engine.submit(make_job(until_stopped))
    engine.submit(make_job(lambda _token: iter([started.append(True)]), "Second"))
    qtbot.waitUntil(lambda: bool(heard.events))
    assert engine.shut_down(int(1000 * PATIENCE))
    assert started == []


def test_the_timer_rests_while_no_job_is_there(run, engine):
    run(make_job(lambda _token: iter(())))
    assert engine.current is None
    assert not engine._timer.isActive()
