"""Network shares: how to notice one, and how to be its only writer.

SQLite's write-ahead log needs memory shared between the processes that use it, which no network
file system offers (https://sqlite.org/wal.html), and file locks there are not to be trusted. So a
project on a share gets a rollback journal and one writing process, kept by a lock file.
"""

import json
import os
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from engine.errors import ProjectError

LOCK_NAME = "review.lock"
NETWORK_FILE_SYSTEMS = frozenset(
    {"afpfs", "afs", "cifs", "davfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "webdav"}
    | {"9p", "prl_fs", "vboxsf", "virtiofs", "vmhgfs", "fuse.vmhgfs-fuse"}
    | {"beegfs", "ceph", "fuse.ceph", "fuse.glusterfs", "glusterfs", "gpfs", "lustre"}
    | {"fuse.davfs", "fuse.gvfsd-fuse", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
)
_MACOS_MOUNT = re.compile(r"^.* on (?P<point>/.*) \((?P<type>[^,)]+)")
_held: dict[Path, int] = {}
_held_guard = Lock()


def is_network_share(folder: Path) -> bool:
    """Whether `folder` lies on a file system that another machine serves."""
    if sys.platform == "win32":
        return _is_windows_share(folder)
    return file_system_of(folder, _mount_table()) in NETWORK_FILE_SYSTEMS


def file_system_of(folder: Path, mounts: str) -> str:
    """The type of the file system that holds `folder`.

    Args:
        folder: an absolute path, or one below the working directory; need not exist.
        mounts: the text of ``/proc/mounts``, or what macOS' ``mount`` says.

    Returns:
        The type of the deepest mount above `folder` (the last, where one hides another); empty
        when the table names none.
    """
    place = folder.resolve()
    deepest, found = -1, ""
    for line in mounts.splitlines():
        point, kind = _mount_of(line)
        if point is None or not place.is_relative_to(point):
            continue
        if len(point.parts) >= deepest:
            deepest, found = len(point.parts), kind
    return found


def _mount_of(line: str) -> tuple[Path | None, str]:
    macos = _MACOS_MOUNT.match(line)
    if macos:
        return Path(macos["point"]), macos["type"]
    fields = line.split()
    if len(fields) < 3 or not fields[1].startswith("/"):
        return None, ""
    return Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[1])), fields[2]


def _mount_table() -> str:
    linux = Path("/proc/self/mounts")
    if linux.exists():
        return linux.read_text(encoding="utf-8", errors="replace")
    try:
        return subprocess.run(
            ["/sbin/mount"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _is_windows_share(folder: Path) -> bool:
    place = str(folder.resolve())
    if place.startswith("\\\\"):
        return True
    if sys.platform == "win32":
        import ctypes

        remote_drive = 4
        return ctypes.windll.kernel32.GetDriveTypeW(place[:3]) == remote_drive
    return False


def hold_alone(folder: Path) -> None:
    """Become the one process that writes the project in `folder`; may be called again within it.

    A lock left by a process of this machine that has died is taken over.

    Raises:
        ProjectError: another process holds it.
    """
    place = folder.resolve()
    with _held_guard:
        if place not in _held:
            _take(place / LOCK_NAME)
        _held[place] = _held.get(place, 0) + 1


def let_go(folder: Path) -> None:
    """End one `hold_alone`; the last one removes the lock file."""
    place = folder.resolve()
    with _held_guard:
        _held[place] -= 1
        if _held[place] == 0:
            del _held[place]
            (place / LOCK_NAME).unlink(missing_ok=True)


def _take(lock: Path) -> None:
    try:
        _write_lock(lock)
    except FileExistsError:
        owner = _owner(lock)
        if not _has_died(owner):
            raise ProjectError(
                f"{lock.parent} lies on a network share and is in use by process "
                f"{owner.get('process', '?')} on {owner.get('machine', 'an unknown machine')} "
                f"since {owner.get('since', '?')}: close it there, or delete {lock} if it is gone"
            ) from None
        lock.unlink(missing_ok=True)
        _write_lock(lock)


def _write_lock(lock: Path) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    with lock.open("x", encoding="utf-8") as file:
        json.dump({"machine": socket.gethostname(), "process": os.getpid(), "since": since}, file)


def _owner(lock: Path) -> dict:
    try:
        owner = json.loads(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _has_died(owner: dict) -> bool:
    process = owner.get("process")
    if owner.get("machine") != socket.gethostname() or not isinstance(process, int):
        return False
    if process == os.getpid():
        return True
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
