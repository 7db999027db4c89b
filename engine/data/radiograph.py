"""Radiograph files → grey pixels."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.file_integrity import is_whole
from engine.errors import DataError

SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".tif",
    ".tiff",
    ".mha",
    ".mhd",
    ".nii",
    ".nii.gz",
    ".dcm",
    ".dicom",
)
SMALLEST_SIDE = 16
LARGEST_SIDE = 20_000
LARGEST_AREA = 200_000_000
_LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_GREY_PERCENTILES = (0.1, 99.9)
_WITH_SPACING = (".mha", ".mhd", ".nii", ".nii.gz", ".dcm", ".dicom")


@dataclass(frozen=True)
class Radiograph:
    """One radiograph.

    pixels: (height, width) float32 in [0, 1], bone bright, read-only.
    spacing: millimetres per pixel along x and y as the file states them, or None.
    path: the file.
    """

    pixels: np.ndarray = field(repr=False)
    spacing: tuple[float, float] | None
    path: Path


def is_radiograph_name(name: str) -> bool:
    """Whether a file of this name may be a radiograph; upper and lower case are one."""
    return not name.startswith(".") and name.lower().endswith(SUFFIXES)


def identifier_of(name: str) -> str:
    """The file's name without its suffix, as the landmark table and the splits name it."""
    suffix = max((s for s in SUFFIXES if name.lower().endswith(s)), key=len, default="")
    return name[: len(name) - len(suffix)]


def read_size(path: Path) -> tuple[int, int]:
    """Width and height of a radiograph in pixels, from its header.

    Raises:
        DataError: not a whole image of a known format, more than one slice, or an absurd size.
    """
    return _open(path)[1]


def read_radiograph(path: Path) -> Radiograph:
    """Read a radiograph: JPEG, PNG, TIFF, MetaImage, NIfTI or DICOM.

    One or three channels (colour becomes BT.601 luminance), 2-D or one slice of 3-D. MONOCHROME1
    (DICOM: low values bright) is inverted, by ITK itself. 8-bit values are divided by 255. Deeper
    ones have no common full scale (12 bits of 16, signed, rescaled): their range from the 0.1st to
    the 99.9th percentile becomes [0, 1] and what lies outside is clipped, so that a marker or a
    dead pixel does not darken the bones. Resolution tags of JPEG, PNG and TIFF speak of printing
    and are not taken for spacing; neither is 1 × 1 mm, which writers put when they know nothing.

    Raises:
        DataError: not a whole image of a known format, more than one slice, or an absurd size.
    """
    reader, (width, height) = _open(path)
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise _unreadable(path) from error
    stored = _simpleitk().GetArrayFromImage(image)
    channels = image.GetNumberOfComponentsPerPixel()
    grey = _to_grey(stored.reshape(height, width, channels))
    if not np.isfinite(grey).all():
        raise DataError(f"{path} has pixels that are not finite; export the radiograph again")
    scaled = grey / 255 if stored.dtype == np.uint8 else _robust_range(grey)
    pixels = np.ascontiguousarray(scaled, dtype=np.float32)
    pixels.flags.writeable = False
    return Radiograph(pixels=pixels, spacing=_spacing(reader, path), path=path)


@cache
def _simpleitk() -> Any:
    """SimpleITK, with ITK's warnings kept off the user's terminal."""
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    return SimpleITK


def _open(path: Path) -> tuple[Any, tuple[int, int]]:
    """A reader that has read the header, and width and height."""
    if not is_radiograph_name(path.name):
        raise DataError(f"{path} is not a radiograph: its name must end in {', '.join(SUFFIXES)}")
    try:
        if not is_whole(path):
            raise DataError(f"{path} is truncated or damaged: copy the file again")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    reader = _simpleitk().ImageFileReader()
    reader.SetFileName(str(path))
    if path.name.lower().endswith((".mha", ".mhd")):
        # ITK finds all other formats by content, this one by a suffix in lower case.
        reader.SetImageIO("MetaImageIO")
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise _unreadable(path) from error
    width, height, *slices = reader.GetSize()
    _check_size(path, width, height, slices)
    return reader, (width, height)


def _check_size(path: Path, width: int, height: int, slices: list[int]) -> None:
    if any(count != 1 for count in slices):
        count = int(np.prod(slices))
        raise DataError(f"{path} has {count} slices, a radiograph has one")
    size = f"{path} has {width} x {height} pixels"
    if min(width, height) < SMALLEST_SIDE:
        raise DataError(f"{size}, a radiograph has at least {SMALLEST_SIDE} on each side")
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_AREA:
        raise DataError(
            f"{size}, more than the {LARGEST_SIDE} on a side and "
            f"{LARGEST_AREA // 1_000_000} million in all that are read"
        )


def _unreadable(path: Path) -> DataError:
    return DataError(f"{path} cannot be read as an image: damaged, truncated or of unknown format")


def _to_grey(values: np.ndarray) -> np.ndarray:
    """(height, width, channels) of any type to (height, width) float32; a fourth is opacity."""
    grey = values.astype(np.float32)
    return grey[..., :3] @ _LUMINANCE if grey.shape[2] >= 3 else grey[..., 0]


def _robust_range(grey: np.ndarray) -> np.ndarray:
    low, high = np.percentile(grey, _GREY_PERCENTILES)
    if high <= low:
        low, high = grey.min(), grey.max()
    return np.clip((grey - low) / max(high - low, np.finfo(np.float32).tiny), 0, 1)


def _spacing(reader: Any, path: Path) -> tuple[float, float] | None:
    x, y = reader.GetSpacing()[:2]
    if not path.name.lower().endswith(_WITH_SPACING) or (x, y) == (1.0, 1.0):
        return None
    return (x, y)
