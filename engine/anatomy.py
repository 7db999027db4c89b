"""What a landmark set is: names, groups, the pair that fixes the scale, tolerances.

An anatomy is a TOML file in ``resources/anatomies`` (or any path), so that another landmark set is
a file and not a fork.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources as importlib_resources
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.errors import SettingsError


@dataclass(frozen=True)
class LandmarkGroup:
    """Landmarks that belong together (a finger, the wrist), in anatomical order, and a colour.

    chain: whether each landmark is joined to the next by a bone.
    """

    name: str
    title: str
    colour: str
    landmarks: tuple[int, ...]
    chain: bool = False


@dataclass(frozen=True)
class ScalePair:
    """Two landmarks whose distance is taken as ``length`` millimetres."""

    first: int
    second: int
    length: float

    @property
    def indices(self) -> tuple[int, int]:
        return (self.first, self.second)


@dataclass(frozen=True)
class PlausibilityLimit:
    """No landmark of ``group`` may lie further than ``millimetres`` from the matched mean shape."""

    group: str
    millimetres: float


@dataclass(frozen=True)
class Anatomy:
    """A landmark set. All indices are 0-based.

    scale_pair: gives every shape its own millimetres; None where all share
    millimetres_per_pixel, the length of a canvas pixel.
    """

    name: str
    title: str
    landmark_names: tuple[str, ...]
    groups: tuple[LandmarkGroup, ...]
    scale_pair: ScalePair | None
    coincident_pairs: tuple[tuple[int, int], ...]
    plausibility: PlausibilityLimit
    unary_sigma: float
    match_threshold: float
    millimetres_per_pixel: float | None = None

    @property
    def landmark_count(self) -> int:
        return len(self.landmark_names)

    def group(self, name: str) -> LandmarkGroup:
        """The group of that name.

        Raises:
            SettingsError: there is none.
        """
        for group in self.groups:
            if group.name == name:
                return group
        raise SettingsError(f"anatomy '{self.name}' has no landmark group '{name}'")

    def group_of(self, landmark: int) -> LandmarkGroup:
        """The group a landmark belongs to."""
        return next(group for group in self.groups if landmark in group.landmarks)


@cache
def load_anatomy(name_or_path: str = "hand") -> Anatomy:
    """Read an anatomy that Ossa ships (by name) or any other (by path of a ``.toml`` file).

    Raises:
        SettingsError: no such anatomy, or a file that is not one.
    """
    source: Path | Traversable
    if name_or_path.endswith(".toml"):
        source = Path(name_or_path)
    else:
        source = importlib_resources.files("resources") / "anatomies" / f"{name_or_path}.toml"
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
        anatomy = _parse(table)
    except FileNotFoundError as error:
        raise SettingsError(f"no anatomy '{name_or_path}': {source} does not exist") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{source} is not an anatomy file: {error}") from error
    _check(anatomy, str(source))
    return anatomy


def _parse(table: dict) -> Anatomy:
    scale_pair, scale = _parse_scale(table["scale"])
    return Anatomy(
        name=table["name"],
        title=table["title"],
        landmark_names=tuple(table["landmarks"]),
        groups=tuple(
            LandmarkGroup(
                g["name"], g["title"], g["colour"], tuple(g["landmarks"]), bool(g.get("chain"))
            )
            for g in table["groups"]
        ),
        scale_pair=scale_pair,
        coincident_pairs=tuple(tuple(pair) for pair in table["coincident_pairs"]),
        plausibility=PlausibilityLimit(
            table["plausibility"]["group"], float(table["plausibility"]["millimetres"])
        ),
        unary_sigma=float(table["labelling"]["unary_sigma_millimetres"]),
        match_threshold=float(table["shape"]["match_threshold_millimetres"]),
        millimetres_per_pixel=scale,
    )


def _parse_scale(table: dict) -> tuple[ScalePair | None, float | None]:
    if "pair" not in table:
        scale = float(table["millimetres_per_canvas_pixel"])
        if not 0 < scale < float("inf"):
            raise ValueError(f"millimetres_per_canvas_pixel is {scale:g}, not a positive length")
        return None, scale
    first, second = table["pair"]
    return ScalePair(first, second, float(table["millimetres"])), None


def _check(anatomy: Anatomy, source: str) -> None:
    members = sorted(index for group in anatomy.groups for index in group.landmarks)
    if members != list(range(anatomy.landmark_count)):
        raise SettingsError(f"{source}: every landmark must be in exactly one group")
    scale = anatomy.scale_pair.indices if anatomy.scale_pair else ()
    named = {*scale, *(i for pair in anatomy.coincident_pairs for i in pair)}
    if not named <= set(range(anatomy.landmark_count)):
        raise SettingsError(f"{source}: a landmark index lies outside 0 … {members[-1]}")
    anatomy.group(anatomy.plausibility.group)
