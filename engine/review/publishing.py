"""Folders that appear whole: filled beside their destination, then renamed into place."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from engine.errors import ProjectError
from engine.review.database import disk_trouble

_ABANDONED = 86_400.0  # seconds after which a half-filled folder of a process that died is removed


@contextmanager
def published_whole(
    destination: Path, may_replace: Callable[[Path], bool], seal: Callable[[], None]
) -> Iterator[Path]:
    """Give a temporary sibling of `destination` to fill, and rename it when the body is done.

    Args:
        destination: a folder that is missing or empty, or that `may_replace` allows to replace.
        may_replace: asked about a folder that is not empty.
        seal: called when the folder is in place; if it fails, the folder goes again.

    Raises:
        ProjectError: the destination is taken, or the disk fails; then all is as it was before.
    """
    try:
        _check_destination(destination, may_replace)
        destination.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(destination)
        work = destination.with_name(f".{destination.name}.{uuid4().hex[:8]}.part")
        work.mkdir()
        try:
            yield work
            _put_in_place(work, destination, seal)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise ProjectError(f"{destination}{disk_trouble(error)}") from error


def _check_destination(destination: Path, may_replace: Callable[[Path], bool]) -> None:
    if destination.is_file():
        raise ProjectError(f"{destination} is a file: choose a new folder to export to")
    taken = destination.is_dir() and any(destination.iterdir())
    if taken and not may_replace(destination):
        raise ProjectError(f"{destination} is not empty: choose a new folder to export to")


def _remove_abandoned(destination: Path) -> None:
    for path in destination.parent.glob(f".{destination.name}.*.part"):
        if path.stat().st_mtime < time.time() - _ABANDONED:
            shutil.rmtree(path, ignore_errors=True)


def _put_in_place(work: Path, destination: Path, seal: Callable[[], None]) -> None:
    earlier = work.with_name(f"{work.name}.earlier")
    if destination.exists():
        destination.rename(earlier)
    try:
        work.rename(destination)
        try:
            seal()
        except BaseException:
            destination.rename(work)
            raise
    except BaseException:
        if earlier.exists():
            earlier.rename(destination)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
