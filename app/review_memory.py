"""Where a reviewer left off in each project: the pair that was looked at, filter and order."""

import json
from pathlib import Path
from typing import Any

from app.pair_choice import PairChoice
from app.settings import WindowSettings

_NAME = "review_places"
_MOST = 30


def recall(settings: WindowSettings, folder: Path) -> tuple[str, PairChoice]:
    """The pair's identifier ("" when unknown) and the choice that `remember` was given."""
    place = _places(settings).get(str(folder.resolve()))
    if not isinstance(place, dict):
        return "", PairChoice()
    choice = place.get("choice")
    return str(place.get("pair") or ""), PairChoice.from_dict(
        choice if isinstance(choice, dict) else {}
    )


def remember(settings: WindowSettings, folder: Path, pair: str, choice: PairChoice) -> None:
    """Keep where the reviewer is in a project; the projects left longest ago are forgotten."""
    places = _places(settings)
    name = str(folder.resolve())
    places.pop(name, None)
    places[name] = {"pair": pair, "choice": choice.to_dict()}
    settings.set_text(_NAME, json.dumps(dict(list(places.items())[-_MOST:])))


def _places(settings: WindowSettings) -> dict[str, Any]:
    try:
        places = json.loads(settings.text(_NAME) or "{}")
    except ValueError:
        return {}
    return places if isinstance(places, dict) else {}
