"""The two planes of a pair on disk: 16-bit grey PNGs of [-1, 1].

A value v is stored as round((v + 1) / 2 · 65535), so it comes back within 1/65535 (half a step of
2/65535). Values that are not finite are stored as -1.
"""

import io
import re
import time
from collections.abc import Container
from pathlib import Path

import numpy as np

from engine.canvas import CANVAS_SIZE
from engine.errors import ProjectError
from engine.files import PART_SUFFIX, replace_file, settle_folder
from engine.pair import Pair

_LEVELS = 65535
_PLANES = ("image", "heatmap")
_PNG_LEVEL = 1  # zlib; noise barely compresses further, and a thumbnail waits for it
IDENTIFIER = re.compile(r"(?:synthetic|real)-[0-9a-f]{12}")
_OURS = re.compile(rf"({IDENTIFIER.pattern})-(?:image|heatmap)\.png(?:\.[0-9a-f]{{8}}\.part)?")


def plane_path(folder: Path, identifier: str, plane: str) -> Path:
    """Where a plane (``image`` or ``heatmap``) of a pair lies inside the pairs' folder."""
    return folder / f"{identifier}-{plane}.png"


def sixteen_bit(plane: np.ndarray) -> np.ndarray:
    """A plane in [-1, 1] as the uint16 levels that are stored."""
    finite = np.nan_to_num(plane.astype(np.float64), nan=-1.0, posinf=1.0, neginf=-1.0)
    return np.rint((np.clip(finite, -1, 1) + 1) / 2 * _LEVELS).astype(np.uint16)


def encode_plane(plane: np.ndarray) -> bytes:
    """A (256, 256) plane in [-1, 1] as the bytes of a 16-bit grey PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(sixteen_bit(plane)).save(buffer, format="PNG", compress_level=_PNG_LEVEL)
    return buffer.getvalue()


def write_pair(folder: Path, identifier: str, encoded: dict[str, bytes]) -> None:
    """Put both encoded planes in place; on failure neither stays.

    Raises:
        OSError: the folder cannot be written.
    """
    try:
        for plane, content in encoded.items():
            replace_file(plane_path(folder, identifier, plane), content)
        settle_folder(folder)
    except BaseException:
        remove_pair(folder, identifier)
        raise


def encode_pair(pair: Pair) -> dict[str, bytes]:
    """Both planes of a pair as PNG bytes, by name."""
    return {plane: encode_plane(getattr(pair, plane)) for plane in _PLANES}


def read_pair(folder: Path, identifier: str) -> Pair:
    """The pair that `write_pair` stored.

    Raises:
        ProjectError: a plane is missing, damaged or not what Ossa writes.
    """
    return Pair(*(_read_plane(plane_path(folder, identifier, plane)) for plane in _PLANES))


def read_encoded(folder: Path, identifier: str) -> dict[str, bytes]:
    """Both planes of a pair as the bytes that lie there, by name.

    Raises:
        ProjectError: a plane is missing.
    """
    encoded = {}
    for plane in _PLANES:
        path = plane_path(folder, identifier, plane)
        try:
            encoded[plane] = path.read_bytes()
        except FileNotFoundError as error:
            raise ProjectError(f"{path} is missing: restore it from a backup") from error
    return encoded


def are_there(folder: Path, identifier: str) -> bool:
    """Whether both planes of a pair have a file."""
    return all(plane_path(folder, identifier, plane).is_file() for plane in _PLANES)


def _read_plane(path: Path) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            if picture.size != (CANVAS_SIZE, CANVAS_SIZE) or picture.mode != "I;16":
                raise ProjectError(
                    f"{path} is a {picture.size[0]} x {picture.size[1]} picture of mode "
                    f"{picture.mode}, not a plane of a pair: restore it from a backup"
                )
            levels = np.asarray(picture, dtype=np.float32)
    except FileNotFoundError as error:
        raise ProjectError(f"{path} is missing: restore it from a backup") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ProjectError(f"{path} cannot be read: {_one_line(error)}") from error
    return levels * np.float32(2 / _LEVELS) - 1


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def remove_pair(folder: Path, identifier: str) -> None:
    """Remove the planes of a pair that has no row."""
    for plane in _PLANES:
        plane_path(folder, identifier, plane).unlink(missing_ok=True)


def sweep_orphans(folder: Path, identifiers: Container[str], age: float) -> int:
    """Remove planes without a row and half-written files.

    Call it while holding the project's write lock: pairs are added under the same lock, so whatever
    has no row then was left by a process that died. Files younger than `age` seconds stay all the
    same, because on a network share a lock may be a polite fiction. Foreign files are left alone.

    Args:
        folder: the pairs' folder.
        identifiers: those that have a row.
        age: seconds since a file's last change.

    Returns:
        How many files were removed.
    """
    oldest_kept = time.time() - age
    removed = 0
    for path in folder.iterdir():
        match = _OURS.fullmatch(path.name)
        if match is None:
            continue
        unfinished = path.name.endswith(PART_SUFFIX)
        orphan = unfinished or match.group(1) not in identifiers
        if orphan and path.stat().st_mtime < oldest_kept:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
