"""What the localisation study is asked to do, and how its steps are called."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SettingsError
from engine.study.arms import Arm
from engine.study.generators import PRESETS_BY_NAME, Source
from engine.study.shares import Share

if TYPE_CHECKING:
    from engine.study.radiographs import StudyRadiographs

SOURCES = tuple(Source(name, preset) for name, preset in PRESETS_BY_NAME.items())
ARMS_STEP = "arms"  # holds which localisers there are, for studies that go on from this one


@dataclass(frozen=True)
class LocalisationRequest:
    """All that the study needs.

    out: the study's folder, new or to go on with; data: a landmark data set's folder.
    shares: of the training radiographs, as `engine.study.shares.parse_shares` reads them.
    sources: the generators. pairs: generated per experiment, only accepted ones join.
    counts: further numbers of synthetic images, for the curve, by the generators in `curve_of`.
    localiser: preset or settings file; pretrained: weights that its backbone begins with.
    localisers: how many are trained per arm, each with a seed of its own; steps: of every training,
    None for what the settings' epochs come to on the share's real radiographs.
    train_seconds, train_steps: of each generator's training.
    smoke: a run in which everything happens and no number says anything, on made-up radiographs
    unless `data` is given; `engine.study.smoke` chooses most of the above.
    """

    out: Path
    data: Path | None = None
    shares: tuple[str, ...] = ("100%",)
    sources: tuple[Source, ...] = SOURCES
    pairs: int = 400
    counts: tuple[int, ...] = ()
    curve_of: tuple[str, ...] = ("ddpm",)
    policy: str = "refined"
    localiser: str = "fast"
    pretrained: Path | None = None
    localisers: int = 3
    steps: int | None = None
    train_seconds: float | None = None
    train_steps: int | None = None
    anatomy: str = "hand"
    split: str | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    smoke: bool = False


def check(request: LocalisationRequest) -> None:
    """Refuse what cannot be done before anything is.

    Raises:
        SettingsError: says what.
    """
    names = [source.name for source in request.sources]
    if not names or len(set(names)) < len(names):
        raise SettingsError("name at least one generator, and each once")
    for name in request.curve_of if request.counts else ():
        if name not in names:
            raise SettingsError(f"no generator '{name}' to draw a curve of: {', '.join(names)}")
    numbers = {"pairs": request.pairs, "localisers per arm": request.localisers}
    numbers |= {"synthetic images": min(request.counts, default=1)}
    for name, value in numbers.items():
        if value < 1:
            raise SettingsError(f"{value} {name}: choose at least 1")
    if request.data is None and not request.smoke:
        raise SettingsError("name the radiographs with --data, or try --smoke")
    if request.smoke:
        return
    _check_names(request)
    trains = any(source.given is None for source in request.sources)
    if trains and request.train_seconds is None and request.train_steps is None:
        raise SettingsError(
            "say how long each generator trains (--train-time 2h), or give weights for all of "
            "them (--weights ddpm=PATH)"
        )


def _check_names(request: LocalisationRequest) -> None:
    """What would otherwise be found out hours later."""
    from engine.assess.gate import find_policy
    from engine.jobs.localise import read_localiser_settings
    from engine.jobs.train import read_settings

    find_policy(request.policy)
    read_localiser_settings(request.localiser)
    for source in request.sources:
        if source.given is None:
            read_settings(source.preset)
        elif not source.given.exists():
            raise SettingsError(f"{source.name}: {source.given} does not exist")


def pairs_step(share: Share, name: str) -> str:
    """The step in which a generator's pairs beside a share were made."""
    return f"pairs-{share.slug}-{name}"


def localiser_step(arm: Arm, seed: int) -> str:
    """The step in which one localiser was trained."""
    return f"localiser-{arm.key}-seed{seed}"


def what_steps_depend_on(
    request: LocalisationRequest, radiographs: "StudyRadiographs"
) -> dict[str, Any]:
    """What may not change when a study goes on; more localisers per arm may be asked for."""
    from engine.jobs.localise import read_localiser_settings

    return {
        "data": radiographs.fingerprint,
        "shares": list(request.shares),
        "generators": [depends_on(source) for source in request.sources],
        "pairs": request.pairs,
        "counts": list(request.counts),
        "policy": request.policy,
        "localiser": read_localiser_settings(request.localiser).to_toml(),
        "pretrained": str(request.pretrained) if request.pretrained else None,
        "localiser_steps": request.steps,
        "training_time": request.train_seconds,
        "training_steps": request.train_steps,
        "smoke": request.smoke,
    }


def depends_on(source: Source) -> list[str]:
    """What of a generator may not change when a study goes on."""
    from engine.generate.weights import read_weights_info
    from engine.jobs.train import read_settings

    if source.is_project:
        return [source.name, "project"]
    if source.given is not None:
        return [source.name, read_weights_info(source.given).hash]
    return [source.name, read_settings(source.preset).to_toml()]
