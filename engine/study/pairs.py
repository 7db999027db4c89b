"""The pairs of one experiment: a generator trained on its radiographs, and what it generates."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.events import CancelToken, Event, JobFinished, Notice
from engine.study.generators import Source
from engine.study.synthetic import Joining, joining_of


class InterruptedStudy(Exception):
    """The study is to end; the steps that are finished stay finished."""


@dataclass(frozen=True)
class Making:
    """How generators are trained and how they generate, the same for all of them.

    train_seconds, train_steps: of each training; count: pairs of each experiment; policy: the
    gate's; seed: of the pairs.
    """

    count: int
    policy: str
    seed: int
    anatomy: str
    device: str
    precision: str
    train_seconds: float | None = None
    train_steps: int | None = None


def go_on(token: CancelToken) -> None:
    """Rest while the study is paused.

    Raises:
        InterruptedStudy: it is to end.
    """
    token.wait_while_paused()
    if token.stopped:
        raise InterruptedStudy


def within(job: Iterator[Event], token: CancelToken) -> Generator[Event, None, dict[str, Any]]:
    """Pass on the events of a job that a study runs; returns its summary.

    Raises:
        InterruptedStudy: the token ended it.
    """
    summary: dict[str, Any] = {}
    for event in job:
        if isinstance(event, JobFinished):
            summary = event.summary
        else:
            yield event
    go_on(token)
    return summary


def train_source(
    source: Source, data: Path, out: Path, making: Making, token: CancelToken
) -> Generator[Event, None, Path]:
    """Train a generator on the radiographs of an experiment, or take the weights that were given.

    A training that was interrupted goes on. It begins with nothing: what the built-in generator has
    seen is no part of the experiment.

    Args:
        data: a canvas file with the experiment's training radiographs and no others.
        out: the run's folder.
    """
    from engine.jobs.train import TrainRequest, train

    if source.given is not None:
        return source.given
    yield Notice(f"Training {source.name} with preset {source.preset}")
    request = TrainRequest(
        data=data,
        out=out,
        preset=source.preset,
        anatomy=making.anatomy,
        max_steps=making.train_steps,
        max_seconds=making.train_seconds,
        device=making.device,
        precision=making.precision,
    )
    yield from within(train(request, token), token)
    return out


def generate_pairs(
    weights: Path, project: Path, making: Making, token: CancelToken, until_joined: int = 0
) -> Generator[Event, None, None]:
    """Fill a project with the experiment's pairs; and then with more, until so many join.

    It ends short of that where the generator gives up (`engine.jobs.generate.GIVE_UP_AFTER`), or
    where none of the experiment's pairs was accepted.
    """
    yield from _generate(weights, project, making, token, count=making.count)
    while (found := _joining(project)).joined < until_joined and found.accepted:
        # Copies and pairs without a landmark are accepted by the gate and yet do not join.
        goal = until_joined + found.accepted - found.joined
        summary = yield from _generate(weights, project, making, token, until_accepted=goal)
        if summary["gave_up"] or not summary["sampled"]:
            return


def _generate(
    weights: Path, project: Path, making: Making, token: CancelToken, **goal: int
) -> Generator[Event, None, dict[str, Any]]:
    from engine.jobs.generate import GenerateRequest, generate

    request = GenerateRequest(
        weights=weights,
        project=project,
        count=goal.get("count"),
        until_accepted=goal.get("until_accepted"),
        seed=making.seed,
        policy=making.policy,
        device=making.device,
        precision=making.precision,
    )
    return (yield from within(generate(request, token), token))


def _joining(project: Path) -> Joining:
    from engine.review.project import ReviewProject

    with ReviewProject.open(project) as opened:
        return joining_of(opened)
