"""Where a number comes from: the command, the seed, the version and commit, the machine."""

import os
import platform
import shlex
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Provenance:
    """All it takes to make a figure again, and what it was made on.

    commit: of the working tree that Ossa runs from, with ``+`` where it was changed since; None for
    an installed Ossa. at: UTC, ISO 8601.
    """

    command: str
    seed: int
    version: str
    commit: str | None
    machine: str
    at: str

    @property
    def line(self) -> str:
        """Everything in one line, for the foot of a file."""
        source = f"ossa {self.version}" + (f" ({self.commit})" if self.commit else "")
        return f"{self.command} · seed {self.seed} · {source} · {self.machine} · {self.at}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def provenance_of(seed: int) -> Provenance:
    """Of what this process makes now."""
    return Provenance(
        command=_command(),
        seed=seed,
        version=version("ossa"),
        commit=_commit(),
        machine=_machine(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _command() -> str:
    name = Path(sys.argv[0]).name
    return shlex.join(["ossa" if name in ("__main__.py", "ossa") else name, *sys.argv[1:]])


@cache
def _commit() -> str | None:
    def ask(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(Path(__file__).parent), *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout.strip()

    try:
        changed = ask("status", "--porcelain", "--untracked-files=no", "--", ".", "..")
        return ask("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _machine() -> str:
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}{_gpu()}"


@cache
def _processor() -> str:
    processor = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return processor


def _gpu() -> str:
    """Named once something computes on it; asking for it alone is not worth importing torch."""
    torch = sys.modules.get("torch")
    return f", {torch.cuda.get_device_name()}" if torch and torch.cuda.is_initialized() else ""
