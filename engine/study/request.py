"""What every study of generators is asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.study.generators import PRESETS_BY_NAME, Source, check_sources, depends_on

if TYPE_CHECKING:
    from engine.study.radiographs import StudyRadiographs

SOURCES = tuple(Source(name, preset) for name, preset in PRESETS_BY_NAME.items())


@dataclass(frozen=True)
class StudyRequest:
    """What is studied, on which radiographs, and how its generators come about.

    out: the study's folder, new or to go on with; data: a landmark data set's folder.
    shares: of the training radiographs, as `engine.study.shares.parse_shares` reads them.
    sources: the generators; a review project is taken for what it holds.
    pairs: how many of each generator. train_seconds, train_steps: of each generator's training.
    smoke: a run in which everything happens and no number says anything, on made-up radiographs
    unless `data` is given.
    """

    out: Path
    data: Path | None = None
    shares: tuple[str, ...] = ("100%",)
    sources: tuple[Source, ...] = SOURCES
    pairs: int = 400
    train_seconds: float | None = None
    train_steps: int | None = None
    anatomy: str = "hand"
    split: str | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    smoke: bool = False

    def check_sources(self) -> None:
        """Refuse generators that the study could not have, before anything is made.

        Raises:
            SettingsError: says what to give.
        """
        timed = self.train_seconds is not None or self.train_steps is not None
        check_sources(self.sources, self.data, timed, self.smoke)

    def what_steps_depend_on(self, radiographs: "StudyRadiographs") -> dict[str, Any]:
        """What may not change when the study goes on, as plain data."""
        return {
            "data": radiographs.fingerprint,
            "shares": list(self.shares),
            "generators": [depends_on(source) for source in self.sources],
            "pairs": self.pairs,
            "training_time": self.train_seconds,
            "training_steps": self.train_steps,
            "smoke": self.smoke,
        }
