"""What a crash leaves behind: the stacks of every thread, in a file that the next start finds.

Each run has a file of its own, which stays empty unless the process dies of a fault. A run that
ends as it should takes its file away.
"""

import contextlib
import faulthandler
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

_RUNNING, _CRASH = "running-", "crash-"
_KEPT = 10


@dataclass(frozen=True)
class CrashReport:
    """A run that ended in a fault."""

    file: Path

    @property
    def when(self) -> str:
        """When it happened, in local time to the minute."""
        return datetime.fromtimestamp(self.file.stat().st_mtime).strftime("%Y-%m-%d %H:%M")

    def text(self) -> str:
        """What was written about it, with what it ran on as its first line."""
        from importlib.metadata import version
        from platform import platform, python_version

        try:
            stacks = self.file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            stacks = f"The report cannot be read: {error}"
        return f"Ossa {version('ossa')}, Python {python_version()}, {platform()}\n{stacks}"


class CrashLog:
    """The folder of crash reports; the system's folder for logs when none is given.

    Where nothing can be written nothing is watched, and Ossa starts all the same.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _log_folder()
        self._stream: TextIOWrapper | None = None

    def watch(self) -> None:
        """Write this process's stacks down if it dies of a fault."""
        if faulthandler.is_enabled():
            return  # somebody watches already, and wants to see it elsewhere
        name = f"{_RUNNING}{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._stream = (self.folder / name).open("w", encoding="utf-8")
            faulthandler.enable(self._stream, all_threads=True)

    def close(self) -> None:
        """The run ended as it should."""
        if self._stream is not None:
            faulthandler.disable()
            self._stream.close()
            with contextlib.suppress(OSError):
                Path(self._stream.name).unlink()
            self._stream = None

    def new_report(self) -> CrashReport | None:
        """The newest crash that nobody was told of; all there are count as told from now on."""
        found = []
        for file in sorted(self.folder.glob(f"{_RUNNING}*.log")):
            with contextlib.suppress(OSError):
                if file.stat().st_size:
                    found.append(file.replace(_told(file)))
                elif not _is_running(file):
                    file.unlink()
        for old in sorted(self.folder.glob(f"{_CRASH}*.log"))[:-_KEPT]:
            with contextlib.suppress(OSError):
                old.unlink()
        return CrashReport(found[-1]) if found else None


def _told(file: Path) -> Path:
    return file.with_name(file.name.replace(_RUNNING, _CRASH, 1))


def _is_running(file: Path) -> bool:
    """Whether the process that the file belongs to may still write into it."""
    process = file.stem.rpartition("-")[2]
    if sys.platform == "win32" or not process.isdigit():
        return False  # Windows takes no file away that is open
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _log_folder() -> Path:
    from platformdirs import user_log_path

    return user_log_path("Ossa", appauthor=False)
