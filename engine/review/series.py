"""The plan of a blinded reading, kept beside the project so that a series can be gone on with.

A series is a file ``readings/<session>.json`` in the project's folder; its answers are rows of the
project. Of a real radiograph the plan holds a hash of the identifier, never the identifier.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine.errors import ProjectError
from engine.files import replace_file, settle_folder
from engine.review.readings import Reading
from engine.review.records import REAL_PREFIX

_FOLDER = "readings"
_FORMAT = "ossa-blinded-series-1"


@dataclass(frozen=True)
class PlannedItem:
    """What is shown at one place of a series: a pair's identifier or a real radiograph's hash, and
    the seed of the grain that goes over it."""

    item: str
    is_real: bool
    grain: int


@dataclass(frozen=True)
class SeriesPlan:
    """One reader's series: which pictures in which order, and where the real ones come from.

    begun: UTC, ISO 8601.
    """

    session: str
    who: str
    begun: str
    seed: int
    real_data: str
    split: str
    items: tuple[PlannedItem, ...]

    def answered(self, readings: Iterable[Reading]) -> int:
        """How many of its pictures have an answer."""
        known = {one.item for one in readings if one.session == self.session}
        return sum(one.item in known for one in self.items)


def hashed_identifier(identifier: str) -> str:
    """What stands for a real radiograph: ``real-`` and 12 digits of its identifier's SHA-256."""
    return REAL_PREFIX + hashlib.sha256(identifier.encode()).hexdigest()[:12]


def write_plan(project_folder: Path, plan: SeriesPlan) -> None:
    """Keep a plan, before its first picture is shown.

    Raises:
        ProjectError: the project's folder cannot be written.
    """
    folder = project_folder / _FOLDER
    content = json.dumps({"format": _FORMAT, **asdict(plan)}, indent=1)
    try:
        folder.mkdir(exist_ok=True)
        replace_file(folder / f"{plan.session}.json", content.encode())
        settle_folder(folder)
    except OSError as error:
        raise ProjectError(f"{folder} cannot be written: {error.strerror or error}") from error


def read_plans(project_folder: Path) -> list[SeriesPlan]:
    """All plans of a project, oldest first.

    Raises:
        ProjectError: one is damaged.
    """
    paths = sorted((project_folder / _FOLDER).glob("*.json"))
    return sorted((_read(path) for path in paths), key=lambda plan: (plan.begun, plan.session))


def unfinished(plans: Iterable[SeriesPlan], readings: list[Reading], who: str) -> SeriesPlan | None:
    """The reader's newest series with pictures left to answer."""
    left = [plan for plan in plans if plan.who == who and plan.answered(readings) < len(plan.items)]
    return left[-1] if left else None


def readings_of_finished(plans: Iterable[SeriesPlan], readings: list[Reading]) -> list[Reading]:
    """Answers of series that are through. One whose plan is not here (an older Ossa merged it)
    counts as through: nobody can go on with it here."""
    open_sessions = {plan.session for plan in plans if plan.answered(readings) < len(plan.items)}
    return [one for one in readings if one.session not in open_sessions]


def join_plans(ours: Path, theirs: Path, named_here: Mapping[str, str]) -> list[SeriesPlan]:
    """Take over the plans of another copy of the project that are not here.

    Args:
        ours, theirs: the projects' folders.
        named_here: what pairs are called here that have another identifier there.

    Returns:
        Those that came.

    Raises:
        ProjectError: one is damaged, or the project's folder cannot be written.
    """
    known = {plan.session for plan in read_plans(ours)}
    brought = []
    for plan in read_plans(theirs):
        if plan.session in known:
            continue
        items = (replace(one, item=named_here.get(one.item, one.item)) for one in plan.items)
        brought.append(replace(plan, items=tuple(items)))
        write_plan(ours, brought[-1])
    return brought


def _read(path: Path) -> SeriesPlan:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("format") != _FORMAT:
            raise ValueError(f"its format is not {_FORMAT}")
        if data["session"] != path.stem:
            raise ValueError("it has the name of another")
        return SeriesPlan(**{**data, "items": tuple(PlannedItem(**one) for one in data["items"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjectError(f"{path} is not the plan of a blinded reading: {error}") from error
