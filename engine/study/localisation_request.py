"""What the localisation study is asked to do, and how its steps are called."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SettingsError
from engine.study.arms import Arm
from engine.study.request import StudyRequest
from engine.study.shares import Share

if TYPE_CHECKING:
    from engine.study.radiographs import StudyRadiographs

ARMS_STEP = "arms"  # holds which localisers there are, for studies that go on from this one


@dataclass(frozen=True)
class LocalisationRequest(StudyRequest):
    """All that the study needs, beside what every study is asked.

    pairs: generated per experiment, only accepted ones join.
    counts: further numbers of synthetic images, for the curve, by the generators in `curve_of`.
    localiser: preset or settings file; pretrained: weights that its backbone begins with.
    localisers: how many are trained per arm, each with a seed of its own; steps: of every training,
    None for what the settings' epochs come to on the share's real radiographs.
    """

    counts: tuple[int, ...] = ()
    curve_of: tuple[str, ...] = ("ddpm",)
    policy: str = "refined"
    localiser: str = "fast"
    pretrained: Path | None = None
    localisers: int = 3
    steps: int | None = None

    def what_steps_depend_on(self, radiographs: "StudyRadiographs") -> dict[str, Any]:
        """What may not change when a study goes on; more localisers per arm may be asked for."""
        from engine.jobs.localise import read_localiser_settings

        return {
            **super().what_steps_depend_on(radiographs),
            "counts": list(self.counts),
            "policy": self.policy,
            "localiser": read_localiser_settings(self.localiser).to_toml(),
            "pretrained": str(self.pretrained) if self.pretrained else None,
            "localiser_steps": self.steps,
        }


def check(request: LocalisationRequest) -> None:
    """Refuse what cannot be done before anything is.

    Raises:
        SettingsError: says what.
    """
    request.check_sources()
    names = [source.name for source in request.sources]
    for name in request.curve_of if request.counts else ():
        if name not in names:
            raise SettingsError(f"no generator '{name}' to draw a curve of: {', '.join(names)}")
    numbers = {"pairs": request.pairs, "localisers per arm": request.localisers}
    numbers |= {"synthetic images": min(request.counts, default=1)}
    for name, value in numbers.items():
        if value < 1:
            raise SettingsError(f"{value} {name}: choose at least 1")
    if not request.smoke:
        _check_names(request)


def _check_names(request: LocalisationRequest) -> None:
    """What would otherwise be found out hours later."""
    from engine.assess.gate import find_policy
    from engine.jobs.localise import read_localiser_settings

    find_policy(request.policy)
    read_localiser_settings(request.localiser)


def pairs_step(share: Share, name: str) -> str:
    """The step in which a generator's pairs beside a share were made."""
    return f"pairs-{share.slug}-{name}"


def localiser_step(arm: Arm, seed: int) -> str:
    """The step in which one localiser was trained."""
    return f"localiser-{arm.key}-seed{seed}"
