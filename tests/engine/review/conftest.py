"""A review project of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.review.project import ReviewProject


@pytest.fixture
def project(tmp_path: Path) -> Iterator[ReviewProject]:
    """A new, empty project in the folder ``demo``."""
    with ReviewProject.create(tmp_path / "demo") as project:
        yield project
