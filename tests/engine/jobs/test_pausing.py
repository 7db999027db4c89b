"""Jobs that pause: when a person asks, and by themselves when the reviewer cannot keep up."""

import threading
import time
from dataclasses import replace

import pytest

from engine.errors import SettingsError
from engine.events import (
    CancelToken,
    CheckpointSaved,
    DeviceChosen,
    JobFinished,
    PairAssessed,
    ReviewAwaited,
    TrainingStep,
)
from engine.jobs import resting
from engine.jobs.generate import GenerateRequest, generate
from engine.jobs.resting import RestLimit
from engine.jobs.train import TrainRequest, train
from engine.review.decisions import Verdict
from engine.review.project import ReviewProject


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch):
    monkeypatch.setattr(resting, "LOOK_EVERY", 0.001)


@pytest.fixture
def request_for(trained, tmp_path):
    return GenerateRequest(
        weights=trained, project=tmp_path / "project", count=10, batch_size=4, device="cpu",
        pause_at_undecided=4,
    )  # fmt: skip


def made(events):
    return sum(isinstance(event, PairAssessed) for event in events)


def decide(folder, count):
    """What a reviewer does meanwhile: reject the first undecided pairs."""
    with ReviewProject.open(folder) as project:
        waiting = [row.identifier for row in project.rows() if not row.decisions]
        project.decide(waiting[:count], Verdict.REJECT, "anna")


def test_generation_rests_when_enough_pairs_wait_and_goes_on_once_half_are_decided(request_for):
    told, made_before = [], []
    seen = []
    for event in generate(request_for, CancelToken()):
        seen.append(event)
        if isinstance(event, ReviewAwaited):
            told.append(event)
            if not event.over:
                made_before.append(made(seen))
                decide(request_for.project, 1)
    assert made(seen) == request_for.count
    assert isinstance(seen[-1], JobFinished)
    assert [event.undecided for event in told[:3]] == [4, 3, 2]
    assert [event.over for event in told[:3]] == [False, False, True]
    assert all(event.goes_on_at == 2 for event in told)
    assert made_before[:4] == [4, 4, 6, 6]


def test_never_more_pairs_wait_than_were_asked_for(request_for):
    most = 0
    for event in generate(replace(request_for, batch_size=8), CancelToken()):
        if isinstance(event, PairAssessed):
            with ReviewProject.open(request_for.project) as project:
                most = max(most, project.undecided())
        if isinstance(event, ReviewAwaited):
            decide(request_for.project, 4)
    assert most == request_for.pause_at_undecided


def test_without_a_limit_generation_never_rests(request_for):
    events = list(generate(replace(request_for, pause_at_undecided=None), CancelToken()))
    assert made(events) == request_for.count
    assert not any(isinstance(event, ReviewAwaited) for event in events)


def test_a_request_that_is_met_is_at_its_end_however_many_pairs_wait(request_for):
    events = list(generate(replace(request_for, count=4), CancelToken()))
    assert made(events) == 4
    assert not any(isinstance(event, ReviewAwaited) for event in events)


def test_who_does_not_want_to_wait_gets_as_many_pairs_again(request_for):
    token, seen, at = CancelToken(), [], []
    for event in generate(request_for, token):
        seen.append(event)
        if isinstance(event, ReviewAwaited) and not event.over:
            at.append(made(seen))
            token.resume()
    assert at == [4, 8]
    assert made(seen) == request_for.count


def test_a_generation_that_waits_for_the_reviewer_ends_when_asked(request_for):
    token, seen = CancelToken(), []
    for event in generate(request_for, token):
        seen.append(event)
        if isinstance(event, ReviewAwaited):
            token.stop()
    assert made(seen) == request_for.pause_at_undecided
    assert isinstance(seen[-1], JobFinished)


@pytest.mark.parametrize(("other", "at"), [(8, [4, 8]), (None, [4]), (2, [4])])
def test_a_running_generation_follows_another_limit(request_for, other, at):
    limit, token, seen, rests = RestLimit(4), CancelToken(), [], []
    for event in generate(replace(request_for, pause_at_undecided=limit), token):
        seen.append(event)
        if isinstance(event, ReviewAwaited) and not event.over:
            rests.append(made(seen))
            if limit.pairs != other:
                limit.pairs = other
            elif other == 2:
                assert event.goes_on_at == 1
                token.stop()
            else:
                decide(request_for.project, 8)
    assert list(dict.fromkeys(rests)) == at
    assert made(seen) == (4 if other == 2 else request_for.count)


def test_no_pair_can_be_the_most_that_wait(request_for):
    with pytest.raises(SettingsError, match="at least 1"):
        list(generate(replace(request_for, pause_at_undecided=0), CancelToken()))


def test_a_paused_generation_makes_the_same_pairs_and_does_not_count_the_pause(request_for):
    token, seen = CancelToken(), []
    for event in generate(replace(request_for, pause_at_undecided=None), token):
        seen.append(event)
        if made(seen) == 4 and not token.seconds_waited:
            token.pause()
            threading.Timer(0.3, token.resume).start()
    assert made(seen) == request_for.count
    assert token.seconds_waited > 0.2
    summary = seen[-1].summary
    again = replace(request_for, project=request_for.project.parent / "again",
                    pause_at_undecided=None)  # fmt: skip
    plain = [e.index for e in generate(again, CancelToken()) if isinstance(e, PairAssessed)]
    assert [e.index for e in seen if isinstance(e, PairAssessed)] == plain
    assert summary["seconds_per_pair"] > 0


def test_jobs_say_what_they_compute_with(request_for):
    (chosen,) = [e for e in generate(replace(request_for, count=1), CancelToken())
                 if isinstance(e, DeviceChosen)]  # fmt: skip
    assert chosen.name == "cpu"
    assert chosen.title.startswith("CPU")
    assert chosen.precision == "float32"


@pytest.fixture
def train_request(dataset, settings_file, tmp_path):
    return TrainRequest(
        data=dataset, out=tmp_path / "run", preset=str(settings_file), max_steps=12, device="cpu"
    )


def test_a_paused_training_has_saved_what_it_trained_and_goes_on_at_that_step(train_request):
    token, seen = CancelToken(), []
    for event in train(train_request, token):
        seen.append(event)
        if isinstance(event, TrainingStep) and not token.seconds_waited and not token.paused:
            token.pause()
            threading.Timer(0.2, token.resume).start()
    first = next(e.step for e in seen if isinstance(e, TrainingStep))
    saved = [e.step for e in seen if isinstance(e, CheckpointSaved)]
    assert saved[0] == first
    assert saved[-1] == 12
    assert token.seconds_waited > 0


def test_the_time_of_a_pause_is_not_time_of_training(train_request):
    token, heard = CancelToken(), []
    for event in train(train_request, token):
        if isinstance(event, TrainingStep):
            heard.append((time.monotonic(), event.elapsed))
            if len(heard) == 1:
                token.pause()
                threading.Timer(0.5, token.resume).start()
    (start, elapsed_before), (end, elapsed) = heard[0], heard[-1]
    assert len(heard) > 1
    assert elapsed - elapsed_before < end - start - token.seconds_waited / 2


def test_a_training_that_is_discarded_out_of_a_pause_leaves_nothing(train_request):
    token = CancelToken()
    for event in train(train_request, token):
        if isinstance(event, TrainingStep):
            token.pause()
            threading.Timer(0.05, token.cancel).start()
    assert not train_request.out.exists()
