"""Files that are whole or not there: written beside, forced to the disk, then renamed."""

import os
from pathlib import Path
from uuid import uuid4

PART_SUFFIX = ".part"


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and rename it over `path`.

    Raises:
        OSError: the folder is missing, not writable or full; nothing is left behind.
    """
    part = path.with_name(f"{path.name}.{uuid4().hex[:8]}{PART_SUFFIX}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def settle_folder(folder: Path) -> None:
    """Force the names in `folder` to the disk, so that a renamed file survives a power cut.

    Only POSIX systems let a folder be synchronised; elsewhere the file system's own journal does.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
