"""Which radiographs train and which test: ``cv/<name>/{train,test}.txt``, an id a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import DataError

PREFERRED_SPLIT = "set1"
SEEDED_SPLIT = "seeded"
_SEED = 20_250_101
_TEST_SHARE = 0.2


@dataclass(frozen=True)
class Split:
    """Identifiers to train and to test with, in the order of the files; none in both."""

    name: str
    train_ids: tuple[str, ...]
    test_ids: tuple[str, ...]


def read_split(folder: Path, name: str | None, ids: Iterable[str]) -> Split:
    """The split `name` of a data set, or ``set1``, or the first, when no name is given.

    Args:
        folder: the data set's folder. Without a folder ``cv`` in it, the split is `seeded_split`.
        name: of a folder in ``cv``.
        ids: identifiers that have a radiograph and landmarks, for the seeded split.

    Raises:
        DataError: no such split (the text lists those there are), a missing or empty file, an
            identifier that is there twice or in both files.
    """
    if not (folder / "cv").is_dir():
        if name not in (None, SEEDED_SPLIT):
            raise DataError(f"{folder} has no split '{name}': without a folder cv, it is seeded")
        return seeded_split(ids)
    chosen = _choose(folder, name)
    train = _read_ids(folder / "cv" / chosen / "train.txt")
    test = _read_ids(folder / "cv" / chosen / "test.txt")
    both = sorted(train.keys() & test.keys())
    if both:
        raise DataError(
            f"{folder / 'cv' / chosen / 'test.txt'}, row {test[both[0]]}: "
            f"id '{both[0]}' is in train.txt too; no radiograph may train and test"
        )
    return Split(chosen, tuple(train), tuple(test))


def split_names(folder: Path) -> tuple[str, ...]:
    """The splits in a data set's folder ``cv``, sorted; none where there is no such folder."""
    if not (folder / "cv").is_dir():
        return ()
    return tuple(sorted(entry.name for entry in (folder / "cv").iterdir() if entry.is_dir()))


def seeded_split(ids: Iterable[str]) -> Split:
    """80 % of the identifiers to train and 20 % to test; depends on nothing but the identifiers.

    Raises:
        DataError: fewer than two identifiers.
    """
    ordered = sorted(ids)
    if len(ordered) < 2:
        raise DataError(
            f"a data set needs at least two annotated radiographs, this one has {len(ordered)}"
        )
    shuffled = np.random.default_rng(_SEED).permutation(len(ordered))
    count = max(1, round(_TEST_SHARE * len(ordered)))
    test = set(shuffled[:count].tolist())
    return Split(
        SEEDED_SPLIT,
        tuple(identifier for i, identifier in enumerate(ordered) if i not in test),
        tuple(identifier for i, identifier in enumerate(ordered) if i in test),
    )


def _choose(folder: Path, name: str | None) -> str:
    known, place = split_names(folder), folder / "cv"
    if not known:
        raise DataError(f"{place} holds no split: expected {place / PREFERRED_SPLIT}/train.txt")
    if name is None:
        return usual_split(known)
    if name not in known:
        raise DataError(f"{place} has no split '{name}'; there is {', '.join(known)}")
    return name


def usual_split(names: Sequence[str]) -> str:
    """The split of a data set that is used where none is named: ``set1``, or the first."""
    return PREFERRED_SPLIT if PREFERRED_SPLIT in names else names[0]


def _read_ids(path: Path) -> dict[str, int]:
    """Identifiers with their line numbers (from 1); blank lines are skipped."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not a text file") from error
    rows: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        identifier = line.strip()
        if identifier in rows:
            raise DataError(f"{path}, row {number} repeats id '{identifier}'")
        if identifier:
            rows[identifier] = number
    if not rows:
        raise DataError(f"{path} is empty, expected an id a line")
    return rows
