"""Where pairs come from in a study: a generator trained for it, weights, or a review project."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SettingsError, WeightsError

if TYPE_CHECKING:
    from engine.data.canvas_set import CanvasSet

PRESETS_BY_NAME = {"ddpm": "fast", "gan": "gan", "vae": "vae"}
SAME_SHAPE = 0.5  # mm; one radiograph, described twice, differs by rounding alone


@dataclass(frozen=True)
class Source:
    """A generator of a study.

    name: as tables call it; preset: what it is trained with, a preset's name or a settings TOML;
    given: weights or a review project that are there already, None to train.
    """

    name: str
    preset: str
    given: Path | None = None

    @property
    def is_project(self) -> bool:
        """Whether a review project is given, so that nothing is to be generated."""
        return self.given is not None and (self.given / "review.sqlite").is_file()


def _parse_named(texts: Iterable[str], option: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise SettingsError(f"{option} {text}: write it as ddpm=…")
        if name in named:
            raise SettingsError(f"{option}: '{name}' is given twice")
        named[name] = value
    return named


def chosen_sources(
    only: Iterable[str], presets: Iterable[str], given: Iterable[str]
) -> tuple[Source, ...]:
    """The generators of a study from what a command line says.

    Args:
        only: names; where there are none, every generator that this Ossa can train and every one
            that is given.
        presets: ``NAME=PRESET``; given: ``NAME=PATH`` of weights or a review project.

    Raises:
        SettingsError: an option that is not of that form, or a name with neither preset nor path.
    """
    from engine.generate.settings import PRESETS

    usual = {name: preset for name, preset in PRESETS_BY_NAME.items() if preset in PRESETS}
    trained = usual | _parse_named(presets, "--preset")
    paths = _parse_named(given, "--weights")
    names = tuple(only) or tuple(dict.fromkeys([*trained, *paths]))
    for name in names:
        if name not in trained and name not in paths:
            raise SettingsError(f"no generator '{name}'; there are: {', '.join(trained)}")
    return tuple(
        Source(n, trained.get(n, ""), Path(paths[n]).expanduser() if n in paths else None)
        for n in names
    )


def check_sources(sources: tuple[Source, ...], data: Path | None, timed: bool, smoke: bool) -> None:
    """Refuse generators that a study could not have, before anything is made.

    Args:
        data: the study's radiographs; timed: whether it says how long generators train; smoke:
            whether it brings all of that itself.

    Raises:
        SettingsError: says what to give.
    """
    from engine.jobs.train import read_settings

    names = [source.name for source in sources]
    if not names or len(set(names)) < len(names):
        raise SettingsError("name at least one generator, and each once")
    if smoke:
        return
    if data is None:
        raise SettingsError("name the radiographs with --data, or try --smoke")
    for source in sources:
        if source.given is None:
            read_settings(source.preset)
        elif not source.given.exists():
            raise SettingsError(f"{source.name}: {source.given} does not exist")
    if not timed and any(source.given is None for source in sources):
        raise SettingsError(
            "say how long each generator trains (--train-time 2h), or give weights for all of "
            "them (--weights ddpm=PATH)"
        )


def depends_on(source: Source) -> list[str]:
    """What of a generator may not change when a study goes on."""
    from engine.generate.weights import read_weights_info
    from engine.jobs.train import read_settings

    if source.is_project:
        return [source.name, "project"]
    if source.given is not None:
        return [source.name, read_weights_info(source.given).hash]
    return [source.name, read_settings(source.preset).to_toml()]


def check_unseen(weights: Path, test: "CanvasSet") -> tuple[str, ...] | None:
    """Make sure that a generator was trained on none of the test radiographs.

    The file beside the weights that the copy check uses says what they were trained on.

    Returns:
        The ids of the training radiographs; None where no such file lies beside the weights.

    Raises:
        WeightsError: a test radiograph was among them: one of the same id and the same shape.
    """
    import numpy as np

    from engine.assess.alignment import align
    from engine.assess.prior import Prior
    from engine.assess.training_descriptors import load_descriptors
    from engine.generate.run_files import DESCRIPTORS_NAME
    from engine.generate.weights import read_prior_arrays, read_weights_info

    info = read_weights_info(weights)
    prior = Prior.from_arrays(read_prior_arrays(info.path))
    fingerprint = str(info.metadata.get("data_fingerprint", ""))
    check = load_descriptors(info.path.parent / DESCRIPTORS_NAME, prior, fingerprint)
    if check is None:
        return None
    places = {identifier: index for index, identifier in enumerate(check.known.ids)}
    aligned = align(test.points, prior.mean_shape, np.ones(prior.landmark_count))
    shapes = aligned.to_millimetres(test.points)
    for shape, identifier in zip(shapes, test.ids, strict=True):
        known = places.get(identifier)
        if known is None:
            continue
        if np.abs(check.known.shapes[known] - shape).max() < SAME_SHAPE:
            raise WeightsError(
                f"{weights} was trained on test radiograph '{identifier}': a study with it would "
                "say nothing; train it on the training part of the split"
            )
    return check.known.ids
