"""What a folder is that somebody hands over: a project, radiographs, or a generator's pairs."""

from enum import StrEnum
from pathlib import Path

from engine.errors import DataError
from engine.review.database import DATABASE_NAME


class FolderKind(StrEnum):
    """What Ossa can do with a folder: open it, judge its radiographs or its pairs, or nothing."""

    PROJECT = "project"
    RADIOGRAPHS = "radiographs"
    PAIRS = "pairs"
    UNKNOWN = "unknown"


def recognise(folder: Path) -> FolderKind:
    """Tell by the names in a folder; nothing is opened."""
    if (folder / DATABASE_NAME).is_file():
        return FolderKind.PROJECT
    if (folder / "all.csv").is_file() and (folder / "Images").is_dir():
        return FolderKind.RADIOGRAPHS
    try:
        holds_pairs = any(path.name.endswith("-heatmap.png") for path in folder.iterdir())
    except OSError:
        return FolderKind.UNKNOWN
    return FolderKind.PAIRS if holds_pairs else FolderKind.UNKNOWN


def not_recognised(folder: Path) -> DataError:
    """The one line about a folder of no use."""
    return DataError(
        f"{folder} is neither a review project, nor radiographs (Images and all.csv), nor pairs "
        "(<id>-image.png and <id>-heatmap.png)"
    )
