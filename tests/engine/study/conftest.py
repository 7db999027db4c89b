"""A smoke run of the localisation study, broken off after every one of its steps."""

from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("torch")

from engine.events import CancelToken, JobFinished
from engine.study.localisation import LocalisationRequest, localisation


@dataclass(frozen=True)
class BrokenOff:
    """A study's folder, its request, the summary of its end, how often it was ended before, and
    whether a finished step was ever written again."""

    out: Path
    request: LocalisationRequest
    summary: dict
    interruptions: int
    rewritten: bool


def steps_of(out):
    return {path.name: path.read_bytes() for path in (out / "steps").glob("*.json")}


def ended_after_each_step(study, request):
    """A study's last summary, when it was ended after each of its steps and gone on with."""
    summary: dict = {"interrupted": ""}
    while "interrupted" in summary:
        token, before = CancelToken(), len(steps_of(request.out))
        for event in study(request, token):
            if len(steps_of(request.out)) > before:
                token.stop()
            if isinstance(event, JobFinished):
                summary = event.summary
    return summary


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("OSSA_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def broken_off(tmp_path_factory):
    out = tmp_path_factory.mktemp("studies") / "localisation"
    request = LocalisationRequest(out=out, smoke=True, device="cpu")
    kept, interruptions, rewritten = {}, 0, False
    while True:
        token = CancelToken()
        for event in localisation(request, token):
            finished = event
            now = steps_of(out)
            rewritten |= any(now.get(name) != content for name, content in kept.items())
            if len(now) > len(kept):
                # By turns: `stop` keeps the training that is under way, `cancel` discards it.
                (token.cancel if len(now) % 2 else token.stop)()
                kept = now
        assert isinstance(finished, JobFinished)
        if "sentences" in finished.summary:
            return BrokenOff(out, request, finished.summary, interruptions, rewritten)
        assert "interrupted" in finished.summary
        interruptions += 1
