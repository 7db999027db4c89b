"""The queue of jobs: they run in order, can be taken out, paused, ended and looked back at."""

import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.engine_thread import EngineThread, Job
from app.job_state import Stage
from app.jobs import TrainJob
from app.queue_card import QueueCard
from engine.events import (
    DeviceChosen,
    JobFinished,
    JobStarted,
    Notice,
    PairAssessed,
    ReviewAwaited,
    TrainingStep,
)

PATIENCE = 30_000  # milliseconds; looking for devices imports torch, on a busy machine


def counting(gate=None, steps=3):
    """A job that counts; it waits at the gate before its second step, and rests when paused."""

    def events(token):
        yield JobStarted("Counting", "number", steps)
        for number in range(steps):
            if number == 1 and gate is not None:
                while not gate.is_set() and not token.stopped:
                    token.wait_while_paused()
                    gate.wait(0.005)
            token.wait_while_paused()
            if token.stopped:
                break
            yield Notice(str(number))
        yield JobFinished({})

    return events


def make_job(gate=None, detail="", **more):
    return Job("count", "Counting", counting(gate), uses_torch=False, detail=detail, **more)


@pytest.fixture
def engine(qapp):
    made = EngineThread(qapp)
    yield made
    assert made.shut_down(PATIENCE)
    made.deleteLater()


@pytest.fixture
def gate():
    made = threading.Event()
    yield made
    made.set()


def stages(engine):
    return [state.shown_stage for state in engine.queue]


def until(qtbot, condition):
    qtbot.waitUntil(condition, timeout=PATIENCE)


def test_a_queue_keeps_its_order_and_says_what_became_of_each_job(engine, gate, qtbot):
    def failing(_token):
        raise RuntimeError("broken")
        yield

    engine.submit(make_job(gate, "first"))
    engine.submit(Job("fail", "Failing", failing, uses_torch=False, detail="second"))
    engine.submit(make_job(detail="third"))
    assert [state.job.detail for state in engine.queue] == ["first", "second", "third"]
    assert stages(engine) == [Stage.RUNNING, Stage.WAITING, Stage.WAITING]
    gate.set()
    until(qtbot, lambda: engine.current is None)
    assert [state.job.detail for state in engine.queue] == ["first", "second", "third"]
    assert stages(engine) == [Stage.FINISHED, Stage.FAILED, Stage.FINISHED]
    engine.forget_ended()
    assert engine.queue == []


def test_a_waiting_job_can_be_taken_out_and_a_running_one_not(engine, gate, qtbot):
    began = []
    engine.job_began.connect(lambda job: began.append(job.detail))
    running = engine.submit(make_job(gate, "first"))
    unwanted = engine.submit(make_job(detail="second"))
    engine.submit(make_job(detail="third"))
    assert engine.remove(unwanted)
    assert not engine.remove(running)
    gate.set()
    until(qtbot, lambda: engine.current is None)
    assert began == ["first", "third"]
    assert unwanted.stage is Stage.WAITING


def test_a_paused_job_rests_and_keeps_the_next_one_waiting_until_it_goes_on(engine, gate, qtbot):
    first = engine.submit(make_job(gate))
    engine.submit(make_job())
    engine.pause()
    assert first.shown_stage is Stage.PAUSED
    until(qtbot, lambda: first.token.resting)
    gate.set()
    assert stages(engine) == [Stage.PAUSED, Stage.WAITING]
    engine.resume()
    until(qtbot, lambda: engine.current is None)
    assert stages(engine) == [Stage.FINISHED, Stage.FINISHED]


@pytest.mark.parametrize(("ask", "end"), [("stop", Stage.STOPPED), ("cancel", Stage.CANCELLED)])
def test_a_paused_job_can_be_ended(engine, gate, qtbot, ask, end):
    state = engine.submit(make_job(gate))
    engine.pause()
    until(qtbot, lambda: state.token.resting)
    getattr(engine, ask)()
    assert state.ending
    until(qtbot, lambda: engine.current is None)
    assert state.stage is end


def test_closing_ends_a_paused_job_and_starts_no_waiting_one(engine, gate, qtbot):
    state = engine.submit(make_job(gate))
    waiting = engine.submit(make_job())
    engine.pause()
    until(qtbot, lambda: state.token.resting)
    assert engine.shut_down(PATIENCE)
    assert waiting.stage is Stage.WAITING


def test_memory_and_device_are_known_while_a_job_runs(engine, gate, qtbot):
    def events(_token):
        yield DeviceChosen("cpu", "CPU · 2 cores", "float32")
        gate.wait(PATIENCE / 1000)
        yield JobFinished({})

    state = engine.submit(Job("test", "Looking", events, uses_torch=False))
    until(qtbot, lambda: state.memory is not None)
    assert state.device.title == "CPU · 2 cores"
    assert state.memory.process > 10_000_000
    assert state.memory.device is None


def shown(card):
    return [(row.state.job.detail, row.text, row.remove.isVisibleTo(card)) for row in card.rows]


def test_the_list_says_the_stage_in_words_and_offers_to_remove_only_what_waits(engine, gate, qtbot):
    card = QueueCard()
    qtbot.addWidget(card)
    engine.submit(make_job(gate, "first"))
    engine.submit(make_job(detail="second"))
    card.show_jobs(engine.queue)
    (first, said, removable), second = shown(card)
    assert (first, removable) == ("first", False)
    assert said.startswith("running")
    assert second == ("second", "waiting", True)
    assert card.rows[1].accessibleName() == "Counting second: waiting"
    asked = []
    card.removal_asked.connect(asked.append)
    qtbot.mouseClick(card.rows[1].remove, Qt.MouseButton.LeftButton)
    assert asked == [engine.queue[1]]


def test_a_row_stays_the_same_as_long_as_its_job_is_listed(engine, gate, qtbot):
    card = QueueCard()
    qtbot.addWidget(card)
    engine.submit(make_job(gate, "first"))
    card.show_jobs(engine.queue)
    kept = card.rows[0]
    engine.submit(make_job(detail="second"))
    gate.set()
    until(qtbot, lambda: engine.current is None)
    card.show_jobs(engine.queue)
    assert card.rows[0] is kept
    assert kept.text == "finished"
    card.show_jobs([])
    assert card.rows == []


def pair_event(index, accepted=True):
    pair = SimpleNamespace(image=np.full((8, 8), -1.0))
    return PairAssessed(f"p{index}", index, pair, SimpleNamespace(accepted=accepted))


def generation(gate, verdicts, awaited=None):
    def events(token):
        yield JobStarted("Generating", "pair", 10)
        for index, accepted in enumerate(verdicts):
            yield pair_event(index, accepted)
        if awaited is not None:
            yield awaited
        while not gate.is_set() and not token.stopped:
            if token.wait(0.005):
                yield ReviewAwaited(awaited.undecided, awaited.undecided)
            token.wait_while_paused()
        yield JobFinished({})

    return Job("generate", "Generating", events, uses_torch=False, detail="10 pairs into hands")


@pytest.mark.usefixtures("without_torch")
def test_the_panel_shows_acceptance_with_its_interval_as_it_grows(window, gate, qtbot):
    panel = window.run_panel
    window.show_run()
    window.submit(generation(gate, [True, True, False, True]))
    qtbot.waitUntil(lambda: panel.figures[1].text == "75 %", timeout=PATIENCE)
    assert panel.figures[1].note == "95 % interval 30–95 %"
    assert panel.acceptance.interval == pytest.approx((0.3006, 0.9544), abs=1e-3)
    assert panel.previews.count == 4
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    drawn = panel.acceptance.getPlotItem().listDataItems()[-1].getData()
    assert drawn[0].tolist() == [1, 2, 3, 4]
    assert drawn[1] == pytest.approx([100, 100, 200 / 3, 75])


def test_one_key_pauses_a_job_and_the_same_key_lets_it_go_on(window, gate, qtbot):
    window.submit(generation(gate, [True]))
    pause = window.actions_by_name["pause"]
    qtbot.waitUntil(lambda: "1 of 10 pairs" in window.strip.text, timeout=PATIENCE)
    assert pause.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert pause.text() == "Resume"
    qtbot.waitUntil(lambda: window.strip.text.startswith("Paused"), timeout=PATIENCE)
    assert window.run_panel.queue.rows[0].state.shown_stage is Stage.PAUSED
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert pause.text() == "Pause"
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    assert not pause.isEnabled()


def test_the_strip_says_that_pairs_wait_for_the_reviewer_and_lets_one_go_on_now(
    window, gate, qtbot
):
    window.submit(generation(gate, [True] * 4, ReviewAwaited(24, 12)))
    said = "24 pairs wait for you: paused until 12 are left"
    qtbot.waitUntil(lambda: window.strip.text == said, timeout=PATIENCE)
    assert window.run_panel.queue.rows[0].text == said
    assert window.strip.pause.text() == "Go on now"
    qtbot.mouseClick(window.strip.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.strip.text.startswith("4 of 10"), timeout=PATIENCE)
    assert window.strip.pause.text() == "Pause"


def test_generation_cannot_be_discarded_and_stopping_it_says_why(window, gate, qtbot):
    window.submit(generation(gate, [True]))
    assert not window.strip.cancel.isVisible()
    assert "cannot be discarded" in window.strip.stop.toolTip()
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)


def training(gate):
    def events(token):
        yield JobStarted("Training run", "step", 100)
        for step in range(1, 4):
            yield TrainingStep(step, 8 * step, {"total": 0.5 / step}, 1e-4, 16.0, 0.1 * step)
            gate.wait(0.06)  # a step takes longer than the window needs to collect it
        while not gate.is_set() and not token.stopped:
            token.wait(0.005)
        yield JobFinished({})

    return TrainJob("train", "Training", events, uses_torch=False, detail="run", out=Path("run"))


def test_the_panel_shows_the_loss_while_training(window, gate, qtbot):
    panel = window.run_panel
    window.show_run()
    window.submit(training(gate))
    qtbot.waitUntil(lambda: panel.figures[0].text == "3", timeout=PATIENCE)
    assert panel.figures[1].text == "0.1667"
    assert panel.curve.isVisible()
    assert not panel.acceptance.isVisible()
    assert window.strip.cancel.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    assert panel.generate_form.weights.path == Path("run")


def test_what_is_started_while_a_job_runs_can_be_taken_out_again(window, gate, qtbot):
    window.show_run()
    window.submit(generation(gate, [True]))
    window.submit(generation(gate, [True]))
    assert window.banner.text == "Generating 10 pairs into hands waits in the queue"
    row = window.run_panel.queue.rows[1]
    qtbot.mouseClick(row.remove, Qt.MouseButton.LeftButton)
    assert len(window.run_panel.queue.rows) == 1
    gate.set()
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    assert [state.stage for state in window.engine.queue] == [Stage.FINISHED]


def test_the_form_hands_the_limit_of_undecided_pairs_to_the_job(window, monkeypatch):
    asked = []

    def nothing_to_do(**request):
        asked.append(request["pause_at_undecided"].pairs)
        return Job("test", "Nothing", lambda _token: iter(()), uses_torch=False, quiet=True)

    monkeypatch.setattr("app.jobs.generate", nothing_to_do)
    form = window.run_panel.generate_form
    form.weights.line.setText("weights")
    for limit in (0, 30):
        window.settings.set_value("pause_at_undecided", limit)
        form.start.click()
    assert asked == [None, 30]


def test_the_plots_follow_the_theme(window):
    from app.theme import LIGHT, set_theme

    try:
        set_theme("light")
        for plot in (window.run_panel.acceptance, window.run_panel.curve):
            assert plot.backgroundBrush().color().name() == LIGHT.surface
    finally:
        set_theme("dark")


def test_another_limit_of_undecided_pairs_reaches_a_job_that_was_started_before(
    window, monkeypatch
):
    limits = []

    def nothing_to_do(**request):
        limits.append(request["pause_at_undecided"])
        return Job("test", "Nothing", lambda _token: iter(()), uses_torch=False, quiet=True)

    monkeypatch.setattr("app.jobs.generate", nothing_to_do)
    window.settings.set_value("pause_at_undecided", 30)
    window.run_panel.generate_form.weights.line.setText("weights")
    window.run_panel.generate_form.start.click()
    assert limits[0].pairs == 30
    window.actions_by_name["settings"].trigger()
    number = window.habits.dialog.fields["pause_at_undecided"].editor
    for wanted, meant in ((12, 12), (0, None)):
        number.setValue(wanted)
        number.editingFinished.emit()
        assert limits[0].pairs == meant
    window.habits.dialog.close()
