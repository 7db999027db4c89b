"""Start training anew with a memory allocator that uses huge pages.

On Linux CPUs the activations of a batch are large and short-lived; with glibc's defaults each is
mapped, faulted in page by page and unmapped again, which `tests.bench.training` measures. The
settings are read when a process starts, so it has to start once more.
"""

import os
import sys
from collections.abc import Mapping, Sequence

MARK = "OSSA_HUGE_PAGES"
ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_TRIM_THRESHOLD_": str(2**34),
    "MALLOC_MMAP_THRESHOLD_": str(2**32),
    MARK: "1",
}


def environment_to_restart_with(
    environment: Mapping[str, str], platform: str, device: str
) -> dict[str, str] | None:
    """The environment to start anew with, or None where there is nothing to gain.

    None, too, where the user has chosen allocator settings or has a launcher (torchrun) above.
    """
    touched = any(name in environment for name in (*ENVIRONMENT, "LD_PRELOAD", "LOCAL_RANK"))
    if platform != "linux" or touched or device not in ("auto", "cpu"):
        return None
    return {**environment, **ENVIRONMENT}


def restart_once(arguments: Sequence[str], device: str) -> None:
    """Replace this process by itself, once, where `environment_to_restart_with` says so."""
    environment = environment_to_restart_with(os.environ, sys.platform, device)
    if environment is not None:
        os.execve(sys.executable, restart_command(arguments), environment)


def restart_command(arguments: Sequence[str]) -> list[str]:
    """The command that runs Ossa with these arguments; packaged, the program itself is Ossa."""
    packaged = getattr(sys, "frozen", False)
    return [sys.executable, *([] if packaged else ["-m", "app"]), *arguments]
