"""What a smoke run studies: a handful of made-up radiographs, and settings that train in seconds.

The generator is trained for two steps, so nothing it draws is accepted. Beside it stands a project
of drawn phantoms, so that every part of a study has something to do; one of them lacks a marker and
must not be accepted.
"""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from engine.events import CancelToken, Event
from engine.files import replace_file
from engine.study.folder import SMOKE_NAME
from engine.study.generators import Source
from engine.study.pairs import within
from engine.study.radiographs import StudyRadiographs, read_study_radiographs
from engine.study.request import StudyRequest

if TYPE_CHECKING:
    from engine.generate.settings import GeneratorSettings
    from engine.localise.settings import LocaliserSettings

AnyRequest = TypeVar("AnyRequest", bound=StudyRequest)
PAIRS = 4
_TRAINING, _STAND_INS = 12, 6  # phantoms; every fifth tests
_LONG_SIDE = 256
STEPS = 2
SIDE = 64


def small(
    request: AnyRequest, token: CancelToken, **smaller: Any
) -> Generator[Event, None, AnyRequest]:
    """The request with all that makes a smoke run small.

    Args:
        smaller: further fields of the request.
    """
    data = yield from _radiographs(request.out, request.data, token)
    return replace(
        request,
        data=data,
        sources=(yield from _sources(request.out, data, request.anatomy, token)),
        pairs=PAIRS,
        train_steps=STEPS,
        train_seconds=None,
        **smaller,
    )


def _radiographs(out: Path, data: Path | None, token: CancelToken) -> Generator[Event, None, Path]:
    """The radiographs of a smoke run: those that are given, or phantoms."""
    if data is not None:
        return data
    return (yield from _phantoms(out / SMOKE_NAME / "radiographs", _TRAINING, 1, token))


def _sources(
    out: Path, data: Path, anatomy: str, token: CancelToken
) -> Generator[Event, None, tuple[Source, ...]]:
    """A tiny generator to train, and a project of phantoms."""
    folder = out / SMOKE_NAME
    known = yield from read_study_radiographs(data, anatomy, None)
    drawn = yield from _phantoms(folder / "phantoms", _STAND_INS, 2, token)
    strangers = yield from read_study_radiographs(drawn, anatomy, None)
    project = folder / "project"
    if not (project / "review.sqlite").is_file():
        _fill(project, known, strangers)
    settings = folder / "generator.toml"
    replace_file(settings, _generator().to_toml().encode())
    return Source("ddpm", str(settings)), Source("phantom", "", project)


def smoke_localiser(out: Path) -> str:
    """A settings file of a localiser that sees little."""
    path = out / SMOKE_NAME / "localiser.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, _localiser().to_toml().encode())
    return str(path)


def _phantoms(
    folder: Path, count: int, seed: int, token: CancelToken
) -> Generator[Event, None, Path]:
    from engine.jobs.phantom import PhantomRequest, phantom

    yield from within(phantom(PhantomRequest(folder, count, seed, _LONG_SIDE), token), token)
    return folder


def _fill(project: Path, known: StudyRadiographs, strangers: StudyRadiographs) -> None:
    """Put the strangers into a project as if a generator had made them, the first without its last
    marker."""
    from engine.assess.gate import assess
    from engine.assess.prior import fit_prior
    from engine.heatmap import draw_heatmap
    from engine.pair import Pair
    from engine.review.project import Origin, ReviewProject

    prior = fit_prior(known.train.points, known.anatomy)
    images = strangers.train.images_in_range(slice(None))
    with ReviewProject.open_or_create(project, known.anatomy.name) as opened:
        for index in range(min(PAIRS, len(images))):
            points = strangers.train.points[index]
            pair = Pair(images[index], draw_heatmap(points[:-1] if index == 0 else points))
            assessment = assess(pair, prior, known.anatomy, seed=index)
            opened.add_pair(pair, assessment, Origin("phantoms", 0, index, {"preset": "phantom"}))


def _generator() -> "GeneratorSettings":
    from engine.generate.settings import FAST, NetworkSettings, SamplingSettings

    return replace(
        FAST,
        preset="smoke",
        guide=None,
        network=NetworkSettings(block="modulated", patch=16, widths=(16, 16), blocks=1),
        training=replace(FAST.training, batch_size=2, warm_up_steps=1),
        sampling=SamplingSettings(sampler="dpm-solver++", steps=2),
    )


def _localiser() -> "LocaliserSettings":
    from engine.localise.settings import FAST

    return replace(FAST, preset="smoke", side=SIDE, batch_size=2)
