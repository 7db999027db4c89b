"""Training keeps the last weights before copying, says so once, and remembers it."""

import csv
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from engine.events import CancelToken, CopiesWatched, Notice, TrainingStep
from engine.generate.copy_watch import COPY_PAIRS, CopyCount, CopyWatch
from engine.generate.training import train_generator
from engine.generate.weights import read_weights_info

NOT_COPYING = "weights-not-copying.safetensors"
BEFORE_COPYING = "weights-before-copying.safetensors"


class Looks:
    """Finds copies from the look of a given number on."""

    def __init__(self, copying_from: int) -> None:
        self.copying_from, self.seen = copying_from, 0

    def __call__(self, pairs):
        assert len(pairs) == COPY_PAIRS
        self.seen += 1
        copying = self.seen >= self.copying_from
        return CopyCount(len(pairs), 5 if copying else 0, 1, copying)


@pytest.fixture
def plan(plan):
    return replace(plan, max_steps=4)


@pytest.fixture(autouse=True)
def _as_often_as_asked(monkeypatch):
    monkeypatch.setattr("engine.generate.training.COPY_SHARE", float("inf"))


def watched(plan, copying_from):
    watch = CopyWatch(Looks(copying_from), lambda path: path.write_bytes(b"described"), every=0)
    return replace(plan, copy_watch=watch)


def run(plan):
    return list(train_generator(plan, CancelToken()))


def test_the_last_weights_before_copying_are_kept_and_it_is_said_once(plan):
    events = run(watched(plan, copying_from=3))
    said = [e.text for e in events if isinstance(e, Notice) and "Copying begins" in e.text]
    assert len(said) == 1
    assert "step 3: 5 of 16" in said[0]
    assert BEFORE_COPYING in said[0]
    assert read_weights_info(plan.out / BEFORE_COPYING).metadata["step"] == 2
    assert not (plan.out / NOT_COPYING).exists()
    assert [e.begun for e in events if isinstance(e, CopiesWatched)] == [False, False, True, True]
    assert (plan.out / "training-descriptors.safetensors").read_bytes() == b"described"


def test_a_run_that_copies_at_the_first_look_has_no_weights_to_keep(plan):
    events = run(watched(plan, copying_from=1))
    assert any(isinstance(e, Notice) and "no earlier weights" in e.text for e in events)
    assert not (plan.out / BEFORE_COPYING).exists()


def test_a_resumed_run_remembers_that_copying_has_begun(plan):
    run(watched(plan, copying_from=2))
    events = run(replace(watched(plan, copying_from=99), max_steps=6))
    assert all(e.begun for e in events if isinstance(e, CopiesWatched))
    assert not any(isinstance(e, Notice) and "Copying begins" in e.text for e in events)
    assert read_weights_info(plan.out / BEFORE_COPYING).metadata["step"] == 1
    assert not (plan.out / NOT_COPYING).exists()
    with (plan.out / "copies.csv").open() as stream:
        assert [int(row["step"]) for row in csv.DictReader(stream)] == [1, 2, 3, 4, 5, 6]


def test_cancelling_a_resumed_run_brings_back_what_the_looks_had_left(plan):
    run(replace(watched(plan, copying_from=99), max_steps=2))
    before = {path.name: path.read_bytes() for path in plan.out.glob("*.*")}
    assert NOT_COPYING in before
    token = CancelToken()
    for event in train_generator(watched(plan, copying_from=2), token):
        if isinstance(event, TrainingStep) and event.step == 4:
            token.cancel()
    assert {path.name: path.read_bytes() for path in plan.out.glob("*.*")} == before
