"""The recipes' modules, loaded from where they lie: `packaging` is no package of Ossa's."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "packaging"


def recipe_module(name: str) -> ModuleType:
    """The module `packaging/<name>.py`."""
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", RECIPES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project_table() -> dict[str, Any]:
    """`pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirement(name: str) -> str:
    """The requirement of that name in `pyproject.toml`, as it stands there."""
    found = [
        line
        for line in project_table()["project"]["dependencies"]
        if line.replace("<", ">").partition(">")[0].lower() == name.lower()
    ]
    assert len(found) == 1, f"{name} is no requirement"
    return found[0]
