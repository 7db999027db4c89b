"""Network shares: how they are noticed, and one program at a time there."""

import os
import sqlite3
from pathlib import Path

import pytest

from engine.errors import ProjectError
from engine.review import shares
from engine.review.project import ReviewProject, Verdict
from tests.engine.review.samples import add_pairs, start_python

MOUNTS = """\
/dev/vda / ext4 rw,relatime 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
//nas/scans /mnt/the\\040scans cifs rw 0 0
tmpfs /home/ada/scratch tmpfs rw 0 0
/dev/sdb1 /media/old ext4 rw 0 0
me@host:/ /media/old fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/var/data", "ext4"),
        ("/home/ada/demo", "nfs4"),
        ("/homework", "ext4"),
        ("/mnt/the scans/demo", "cifs"),
        ("/home/ada/scratch/demo", "tmpfs"),
        ("/media/old/demo", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_that_of_the_deepest_mount(place, kind):
    assert shares.file_system_of(Path(place), MOUNTS) == kind
    network = kind in {"nfs4", "cifs", "fuse.sshfs"}
    assert (kind in shares.NETWORK_FILE_SYSTEMS) is network


def test_macos_mounts_are_understood():
    table = "/dev/disk1s1 on / (apfs, local)\n//ada@nas/scans on /Volumes/my scans (smbfs, nodev)\n"
    assert shares.file_system_of(Path("/Volumes/my scans/demo"), table) == "smbfs"
    assert shares.file_system_of(Path("/tmp"), table) == "apfs"


def test_this_disk_is_no_share_when_the_table_names_none():
    assert shares.file_system_of(Path("/data"), "nonsense\n") == ""


@pytest.fixture
def on_a_share(monkeypatch):
    monkeypatch.setattr(shares, "is_network_share", lambda _folder: True)


def _journal_mode(folder: Path) -> str:
    connection = sqlite3.connect(folder / "review.sqlite")
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.close()
    return mode


@pytest.mark.usefixtures("on_a_share")
def test_on_a_share_there_is_a_rollback_journal_a_notice_and_two_connections_of_one_program(
    tmp_path,
):
    folder = tmp_path / "demo"
    with ReviewProject.create(folder) as window, ReviewProject.open(folder) as engine:
        assert "network share" in window.notices[0]
        (identifier,) = add_pairs(engine, [True])
        window.decide([identifier], Verdict.REJECT, "Ada")
        assert engine.row(identifier).counts_as is Verdict.REJECT
        assert (folder / "review.lock").exists()
    assert not (folder / "review.lock").exists()
    assert _journal_mode(folder) == "delete"


def test_a_project_moves_between_local_disk_and_share(tmp_path, monkeypatch):
    folder = tmp_path / "demo"
    with ReviewProject.create(folder) as project:
        add_pairs(project, [True])
    assert _journal_mode(folder) == "wal"
    monkeypatch.setattr(shares, "is_network_share", lambda _folder: True)
    ReviewProject.open(folder).close()
    assert _journal_mode(folder) == "delete"
    monkeypatch.setattr(shares, "is_network_share", lambda _folder: False)
    with ReviewProject.open(folder) as project:
        assert project.counts().total == 1
    assert _journal_mode(folder) == "wal"


HOLD = """
import sys, time
from engine.review import shares
from engine.review.project import ReviewProject
shares.is_network_share = lambda folder: True
project = ReviewProject.open(sys.argv[1])
print("open", flush=True)
time.sleep(60)
"""


@pytest.mark.usefixtures("on_a_share")
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX thing")
def test_on_a_share_a_second_program_waits_its_turn_until_the_first_is_gone(tmp_path):
    folder = tmp_path / "demo"
    ReviewProject.create(folder).close()
    process = start_python(HOLD, str(folder))
    assert process.stdout.readline() == "open\n"
    with pytest.raises(ProjectError, match=f"in use by process {process.pid}") as error:
        ReviewProject.open(folder)
    assert "\n" not in str(error.value)
    process.kill()
    process.communicate(timeout=30)
    with ReviewProject.open(folder) as project:
        assert project.counts().total == 0


@pytest.mark.usefixtures("on_a_share")
def test_on_a_share_a_lock_of_another_machine_is_respected(tmp_path):
    folder = tmp_path / "demo"
    ReviewProject.create(folder).close()
    (folder / "review.lock").write_text('{"machine": "elsewhere", "process": 1, "since": "noon"}')
    with pytest.raises(ProjectError, match="process 1 on elsewhere since noon"):
        ReviewProject.open(folder)
    (folder / "review.lock").write_text("torn")
    with pytest.raises(ProjectError, match="an unknown machine"):
        ReviewProject.open(folder)
