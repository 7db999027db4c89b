"""The prior's arrays beside the project, as one NumPy archive without pickles."""

import io
import re
import time
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from engine.errors import ProjectError
from engine.files import replace_file, settle_folder

PRIOR_NAME = "prior.npz"
_UNFINISHED = re.compile(re.escape(PRIOR_NAME) + r"\.[0-9a-f]{8}\.part")


def write_prior(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write the arrays beside an older archive and replace it.

    Raises:
        ValueError: an array of Python objects, which only a pickle could hold.
        OSError: the folder cannot be written.
    """
    buffer = io.BytesIO()
    objects = [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise ValueError(f"prior array '{objects[0]}' holds Python objects")
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    replace_file(folder / PRIOR_NAME, buffer.getvalue())
    settle_folder(folder)


def read_prior(folder: Path) -> dict[str, np.ndarray] | None:
    """The arrays that `write_prior` stored; None when there are none.

    Raises:
        ProjectError: the archive is damaged.
        OSError: it cannot be read.
    """
    path = folder / PRIOR_NAME
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        return None
    except (ValueError, BadZipFile, EOFError, AttributeError) as error:
        raise ProjectError(f"{path} is damaged: assess the pairs again to renew it") from error


def sweep(folder: Path, age: float) -> None:
    """Remove archives that a process which died has left half-written, if older than `age` s."""
    for path in folder.iterdir():
        if _UNFINISHED.fullmatch(path.name) and path.stat().st_mtime < time.time() - age:
            path.unlink(missing_ok=True)
