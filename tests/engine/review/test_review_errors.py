"""What SQLite and the disk complain of, in one line each."""

import errno
import sqlite3
from pathlib import Path

import pytest

from engine.errors import ProjectError
from engine.review.database import told_in_one_line


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE note (text TEXT)")
    yield connection
    connection.close()


def test_a_read_only_database(connection):
    connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ProjectError, match=r"^demo is read-only"), told_in_one_line(Path("demo")):
        connection.execute("INSERT INTO note VALUES ('x')")


def test_a_full_disk(connection):
    connection.execute("PRAGMA max_page_count = 3")
    with (
        pytest.raises(ProjectError, match=r"^demo: the disk is full"),
        told_in_one_line(Path("demo")),
    ):
        connection.execute("INSERT INTO note VALUES (zeroblob(100000))")


def test_a_database_that_another_program_keeps_locked(tmp_path):
    holder = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    waiting = sqlite3.connect(tmp_path / "x.sqlite", timeout=0)
    with pytest.raises(ProjectError, match=r"^demo is busy"), told_in_one_line(Path("demo")):
        waiting.execute("CREATE TABLE note (text TEXT)")
    waiting.close()
    holder.close()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "^demo: the disk is full"),
        (errno.EROFS, "^demo is read-only"),
        (errno.EACCES, "^demo is read-only"),
        (errno.EIO, "^demo cannot be read or written"),
    ],
)
def test_what_the_disk_says(number, said):
    with pytest.raises(ProjectError, match=said), told_in_one_line(Path("demo")):
        raise OSError(number, "some words")


def test_a_mistake_of_ours_is_not_dressed_up_as_the_users(connection):
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError), told_in_one_line(Path("demo")):
        connection.execute("SELECT 1")
