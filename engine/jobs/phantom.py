"""The phantom job: a landmark data set of procedural radiographs, in the layout all others read."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from engine.data.phantom import PhantomSettings, draw_phantom, place_hand
from engine.data.phantom.radiograph import LONG_SIDE
from engine.errors import DataError, SettingsError
from engine.events import CancelToken, Event, JobFinished, JobStarted, Notice, PhantomDrawn
from engine.files import replace_file

RECIPE = 3  # counts up whenever a phantom's pixels or landmarks change
_NOTE = "phantom.toml"
_TEST_EVERY = 5
_QUALITY = 93


@dataclass(frozen=True)
class PhantomRequest:
    """All that phantoms need.

    count: phantoms to have in the end; out: a folder, new or of the same request, which then goes
    on where it was; workers: processes that draw.
    """

    out: Path
    count: int
    seed: int = 0
    long_side: int = LONG_SIDE
    workers: int = 1


def phantom(request: PhantomRequest, token: CancelToken) -> Iterator[Event]:
    """Draw phantoms and write them as a data set.

    Phantom *i* depends on seed, long side and *i* only: a larger count adds to a smaller one. Every
    fifth phantom tests, the others train. Stopped or killed, the same request goes on.

    Yields:
        `JobStarted`, `PhantomDrawn`, `Notice`, `JobFinished`.

    Raises:
        OssaError: in one line, why the folder cannot be written to.
    """
    _check(request)
    try:
        _claim(request)
        present = _present(request.out)
        goal = max(request.count, present)
        yield JobStarted("Drawing phantoms", "phantom", goal, done=present)
        done = present
        for index in _draw_all(request, range(present, goal)):
            done = index + 1
            yield PhantomDrawn(index)
            token.wait_while_paused()
            if token.stopped:
                break
        if done < 2:
            yield Notice("fewer than two phantoms are no data set: nothing was listed in all.csv")
        else:
            _write_tables(request, done)
    except OSError as error:
        raise DataError(f"{request.out} cannot be written: {error.strerror}") from error
    yield JobFinished({"out": str(request.out), "count": done, "drawn": done - present})


def identifier(index: int) -> str:
    """The id of phantom `index` in the data set."""
    return f"phantom{index:06d}"


def _check(request: PhantomRequest) -> None:
    if request.count < 2:
        raise SettingsError(f"--count {request.count}: a data set needs at least two phantoms")
    if request.seed < 0:
        raise SettingsError(f"--seed {request.seed}: a seed is 0 or more")
    if not 128 <= request.long_side <= 4096:
        raise SettingsError(f"--size {request.long_side}: choose 128 to 4096 pixels")


def _claim(request: PhantomRequest) -> None:
    """Make the folder this request's own, or find that it is."""
    folder, note = request.out, request.out / _NOTE
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file: choose a new folder for the phantoms")
    text = f"recipe = {RECIPE}\nseed = {request.seed}\nlong_side = {request.long_side}\n"
    if note.is_file():
        try:
            same = tomllib.loads(note.read_text(encoding="utf-8")) == tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            same = False
        if not same:
            raise DataError(
                f"{folder} holds phantoms of another seed, size or version (see {_NOTE}): "
                "choose a new folder"
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder} is not empty and not a phantom data set: choose a new folder")
    (folder / "Images").mkdir(parents=True, exist_ok=True)
    replace_file(note, text.encode())


def _present(folder: Path) -> int:
    """How many phantoms lie there without a gap."""
    count = 0
    while (folder / "Images" / f"{identifier(count)}.jpg").exists():
        count += 1
    return count


def _draw_all(request: PhantomRequest, indices: range) -> Iterator[int]:
    draw = partial(_draw_one, request.out, request.seed, request.long_side)
    if request.workers <= 1 or len(indices) < 2:
        yield from map(draw, indices)
        return
    from multiprocessing import get_context

    with get_context("spawn").Pool(request.workers) as pool:
        yield from pool.imap(draw, indices, chunksize=4)


def _draw_one(folder: Path, seed: int, long_side: int, index: int) -> int:
    from PIL import Image

    drawn = draw_phantom(seed, index, PhantomSettings(long_side=long_side))
    path = folder / "Images" / f"{identifier(index)}.jpg"
    part = path.with_name(f".{path.name}.part")
    Image.fromarray(drawn.pixels).save(part, format="JPEG", quality=_QUALITY)
    part.replace(path)
    return index


def _write_tables(request: PhantomRequest, count: int) -> None:
    settings = PhantomSettings(long_side=request.long_side)
    rows, parts = [], {"train": "", "test": ""}
    for index in range(count):
        hand, grid = place_hand(request.seed, index, settings)
        cells = ",".join(f"{value:.3f}" for value in np.ravel(hand.landmarks / grid.pitch))
        rows.append(f"{identifier(index)},{cells}\n")
        part = "test" if index % _TEST_EVERY == 1 else "train"
        parts[part] += f"{identifier(index)}\n"
    split = request.out / "cv" / "set1"
    split.mkdir(parents=True, exist_ok=True)
    replace_file(request.out / "all.csv", "".join(rows).encode())
    for name, ids in parts.items():
        replace_file(split / f"{name}.txt", ids.encode())
