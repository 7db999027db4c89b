"""How a project is started and opened, and what is refused in one line."""

import sqlite3
from threading import Thread

import pytest

from engine.errors import ProjectError, SettingsError
from engine.review.project import ReviewProject
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin, start_python


def test_open_or_create_opens_what_is_there(tmp_path):
    with ReviewProject.open_or_create(tmp_path / "demo") as project:
        add_pairs(project, [True])
    with ReviewProject.open_or_create(tmp_path / "demo") as project:
        assert project.counts().total == 1


def test_an_unknown_anatomy_makes_no_folder(tmp_path):
    with pytest.raises(SettingsError, match="no anatomy"):
        ReviewProject.create(tmp_path / "demo", "tentacle")
    assert not (tmp_path / "demo").exists()


def test_a_creation_that_was_killed_is_taken_up_again(tmp_path):
    (tmp_path / "demo" / "pairs").mkdir(parents=True)
    (tmp_path / "demo" / "review.sqlite").touch()
    with pytest.raises(ProjectError, match="is empty"):
        ReviewProject.open(tmp_path / "demo")
    with ReviewProject.open_or_create(tmp_path / "demo") as project:
        assert project.counts().total == 0


def test_many_threads_may_start_the_same_project(tmp_path):
    failures, uuids = [], set()

    def start() -> None:
        try:
            with ReviewProject.open_or_create(tmp_path / "demo") as project:
                uuids.add(project.add_pair(a_pair(), an_assessment(), an_origin()))
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(uuids) == 1


def _is_one_line(error: pytest.ExceptionInfo) -> bool:
    return "\n" not in str(error.value)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ProjectError, match="there is no such folder") as error:
        ReviewProject.open(tmp_path / "nowhere")
    assert _is_one_line(error)


def test_a_folder_without_a_database_is_refused(tmp_path):
    with pytest.raises(ProjectError, match=r"it has no review\.sqlite"):
        ReviewProject.open(tmp_path)


def test_a_folder_with_other_things_is_not_made_a_project(tmp_path):
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(ProjectError, match=r"not empty \(it holds thesis\.docx\)"):
        ReviewProject.open_or_create(tmp_path)


def test_a_file_is_not_made_a_project(tmp_path):
    (tmp_path / "demo").touch()
    with pytest.raises(ProjectError, match="is a file"):
        ReviewProject.create(tmp_path / "demo")


def test_an_existing_project_is_not_created_again(tmp_path):
    ReviewProject.create(tmp_path / "demo").close()
    with pytest.raises(ProjectError, match="already"):
        ReviewProject.create(tmp_path / "demo")


def test_a_file_that_is_not_sqlite_is_refused(tmp_path):
    (tmp_path / "review.sqlite").write_text("dear diary " * 200)
    with pytest.raises(ProjectError, match="no SQLite file") as error:
        ReviewProject.open(tmp_path)
    assert _is_one_line(error)


def test_a_foreign_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "review.sqlite") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    for door in (ReviewProject.open, ReviewProject.open_or_create):
        with pytest.raises(ProjectError, match="not made by Ossa"):
            door(tmp_path)


def test_a_newer_format_is_refused_and_left_as_it_is(tmp_path):
    ReviewProject.create(tmp_path / "demo").close()
    connection = sqlite3.connect(tmp_path / "demo" / "review.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ProjectError, match=r"newer Ossa \(format 99"):
        ReviewProject.open(tmp_path / "demo")


def test_a_damaged_database_is_named_in_one_line(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        add_pairs(project, [True] * 20)
    database = tmp_path / "demo" / "review.sqlite"
    content = bytearray(database.read_bytes())
    content[8192:] = bytes(len(content) - 8192)
    database.write_bytes(content)
    with pytest.raises(ProjectError, match="damaged") as error:  # noqa: SIM117
        with ReviewProject.open(tmp_path / "demo") as project:
            project.rows()
    assert _is_one_line(error)


FULL_DISK = """
import resource, sys
from tests.engine.review.samples import a_pair, an_assessment, an_origin
from engine.errors import ProjectError
from engine.review.project import ReviewProject
with ReviewProject.open(sys.argv[1]) as project:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        project.add_pair(a_pair(), an_assessment(), an_origin(99))
    except ProjectError as error:
        print(error)
"""


@pytest.mark.parametrize("room", [10_000, 140_000], ids=["no picture fits", "no row fits"])
def test_what_no_longer_fits_on_the_disk_is_told_in_one_line_and_loses_nothing(tmp_path, room):
    pytest.importorskip("resource", reason="file size limits are a POSIX thing")
    with ReviewProject.create(tmp_path / "demo") as project:
        add_pairs(project, [True] * 8)
        before = project.rows()
        process = start_python(FULL_DISK, str(tmp_path / "demo"), str(room))
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert output.startswith(str(tmp_path / "demo"))
        assert len(output.splitlines()) == 1
        assert project.rows() == before
    assert len(list((tmp_path / "demo" / "pairs").iterdir())) == 16


def test_a_project_that_may_not_be_written_says_so(tmp_path):
    ReviewProject.create(tmp_path / "demo").close()
    database = tmp_path / "demo" / "review.sqlite"
    database.chmod(0o444)
    try:
        database.open("r+b").close()
    except PermissionError:
        with pytest.raises(ProjectError, match="read-only"):
            ReviewProject.open(tmp_path / "demo")
    else:
        pytest.skip("this user may write whatever the rights of a file say")
