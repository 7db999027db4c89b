"""A review project of thousands of pairs, made in a minute, and its files out of the page cache."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.assess.copy_risk import CopyLevel
from engine.pair import Pair
from engine.review import pairs, planes
from engine.review.database import connect, transaction
from engine.review.opening import PAIRS
from engine.review.project import Origin, ReviewProject, Verdict
from tests.app.judged_hands import copy_risk
from tests.app.stick_hands import SETTINGS, make_assessment, make_pair

_HANDS = 40  # drawn; the distinct files are these with a grain of their own
_REVIEWERS = ("Dr Example", "Dr Other")


def make_large_project(folder: Path, count: int, files: int) -> None:
    """`count` pairs, of which `files` have files of their own and the rest hard links to those.

    Every tenth pair is decided on by one of two reviewers; a few are copies.
    """
    ReviewProject.create(folder).close()
    names = [f"synthetic-{index:012x}" for index in range(count)]
    _write_files(folder / PAIRS, names, files)
    _write_rows(folder, names)
    with ReviewProject.open(folder) as project:
        for turn, start in enumerate(range(0, count, 100)):
            verdict = Verdict.REJECT if turn % 3 else Verdict.ACCEPT
            project.decide(names[start : start + 10], verdict, _REVIEWERS[turn % 2])


def _write_files(folder: Path, names: list[str], files: int) -> None:
    hands = [make_pair(seed) for seed in range(min(_HANDS, files))]
    noise = np.random.default_rng(0)
    for index, name in enumerate(names[:files]):
        hand = hands[index % len(hands)]
        grain = noise.normal(0, 0.01, hand.image.shape).astype(np.float32)
        for plane, content in planes.encode_pair(Pair(hand.image + grain, hand.heatmap)).items():
            planes.plane_path(folder, name, plane).write_bytes(content)
    for index, name in enumerate(names[files:]):
        for plane in ("image", "heatmap"):
            source = planes.plane_path(folder, names[index % files], plane)
            os.link(source, planes.plane_path(folder, name, plane))


def _write_rows(folder: Path, names: list[str]) -> None:
    found = [make_assessment(seed) for seed in range(_HANDS)]
    found[7] = replace(found[7], copy_risk=copy_risk(CopyLevel.COPY))
    found[9] = replace(found[9], copy_risk=copy_risk(CopyLevel.SUSPECT))
    connection = connect(folder)
    with transaction(connection):
        for index, name in enumerate(names):
            origin = Origin("5eed" * 16, 1, index, SETTINGS)
            pairs.insert(connection, name, found[index % _HANDS], origin)
    connection.close()


def evict(folder: Path, files: Iterable[Path] | None = None) -> None:
    """Have the system forget the contents of files (of all in the folder when none are named)."""
    if files is None:
        os.sync()  # what is not written yet cannot be forgotten
    for path in folder.rglob("*") if files is None else files:
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
