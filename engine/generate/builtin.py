"""The generator that ships with Ossa: where its weights are, and what its model card says.

``OSSA_WEIGHTS`` names other weights (a run's folder or a file) to use where none are named, so
that a laboratory can hand out its own.
"""

import os
from collections.abc import Mapping
from importlib import resources as importlib_resources
from pathlib import Path

from engine.errors import WeightsError

NAME = "hand-phantom.safetensors"
VARIABLE = "OSSA_WEIGHTS"
_CARD = "README.md"


def builtin_weights(environment: Mapping[str, str] = os.environ) -> Path:
    """The weights to use where none are named: ``OSSA_WEIGHTS``, else those that ship.

    Raises:
        WeightsError: this installation has none.
    """
    named = environment.get(VARIABLE)
    if named:
        path = Path(named).expanduser()
        if not path.exists():
            raise WeightsError(f"{VARIABLE} names {path}, which does not exist")
        return path
    shipped = _folder() / NAME
    if not shipped.is_file():
        raise WeightsError(
            "this installation has no built-in generator: name weights with --weights "
            "(ossa train makes some)"
        )
    return shipped


def builtin_card() -> Path | None:
    """The model card of the weights that ship, None where there is none."""
    card = _folder() / _CARD
    return card if card.is_file() else None


def _folder() -> Path:
    return Path(str(importlib_resources.files("resources") / "weights"))
