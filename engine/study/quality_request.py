"""What the quality study is asked to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SettingsError
from engine.study.generators import PRESETS_BY_NAME, Source, check_sources

if TYPE_CHECKING:
    from engine.study.radiographs import StudyRadiographs


@dataclass(frozen=True)
class QualityRequest:
    """All that the study needs.

    out: the study's folder, new or to go on with; data: a landmark data set's folder.
    shares: of the training radiographs, as `engine.study.shares.parse_shares` reads them.
    sources: the generators; pairs: of each. train_seconds, train_steps: of each training.
    smoke: a run in which everything happens and no number says anything.
    """

    out: Path
    data: Path | None = None
    shares: tuple[str, ...] = ("100%",)
    sources: tuple[Source, ...] = tuple(Source(n, p) for n, p in PRESETS_BY_NAME.items())
    pairs: int = 400
    train_seconds: float | None = None
    train_steps: int | None = None
    anatomy: str = "hand"
    split: str | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    smoke: bool = False


def check(request: QualityRequest) -> None:
    """Refuse what cannot be done before anything is.

    Raises:
        SettingsError: says what.
    """
    if request.pairs < 1:
        raise SettingsError(f"{request.pairs} pairs: choose at least 1")
    timed = request.train_seconds is not None or request.train_steps is not None
    check_sources(request.sources, request.data, timed, request.smoke)


def what_steps_depend_on(
    request: QualityRequest, radiographs: "StudyRadiographs"
) -> dict[str, Any]:
    """What may not change when a study goes on."""
    from engine.study.localisation_request import depends_on

    return {
        "data": radiographs.fingerprint,
        "shares": list(request.shares),
        "generators": [depends_on(source) for source in request.sources],
        "pairs": request.pairs,
        "training_time": request.train_seconds,
        "training_steps": request.train_steps,
        "smoke": request.smoke,
    }
