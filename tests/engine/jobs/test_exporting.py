"""The export job: it says how far it is, and ended before its end it leaves all as it was."""

import pytest
import typer

from engine.cli.application import INTERRUPTED, run_to_end
from engine.errors import OssaError
from engine.events import CancelToken, JobFinished, JobStarted, Notice, UnitsDone
from engine.jobs.export import FORMATS, ExportRequest, export
from engine.review.project import ReviewProject
from tests.engine.review.samples import add_pairs

PAIRS = 3


@pytest.fixture
def project(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        add_pairs(project, [True] * PAIRS)
        yield project


def request_for(project, **settings):
    out = project.folder.with_name("curated")
    return ExportRequest(project.folder, out, actor="Ada", **settings)


def contents(folder):
    return {path: path.stat().st_mtime_ns for path in folder.parent.rglob("*") if path.is_file()}


def run(request, stop_after=None, ask="stop"):
    """The events of an export that is asked to end after so many."""
    token, events = CancelToken(), []
    for event in export(request, token):
        events.append(event)
        if len(events) == stop_after:
            getattr(token, ask)()
    return events


@pytest.mark.parametrize("format", FORMATS)
def test_it_says_how_much_there_is_to_write_and_how_far_it_is(project, format):
    events = run(request_for(project, format=format))
    kinds = [type(event) for event in events if not isinstance(event, Notice)]
    assert kinds == [*[UnitsDone] * PAIRS, JobStarted, *[UnitsDone] * PAIRS, JobFinished]
    started = next(event for event in events if isinstance(event, JobStarted))
    assert started.total == PAIRS
    done = [event.done for event in events if isinstance(event, UnitsDone)]
    assert done == [0, 0, 0, 1, 2, 3]
    assert events[-1].summary["synthetic"] == PAIRS


def test_real_radiographs_that_go_along_are_counted(project, dataset):
    events = run(request_for(project, real_data=dataset))
    started = next(event for event in events if isinstance(event, JobStarted))
    done = [event.done for event in events if isinstance(event, UnitsDone)]
    assert (started.total, done[-1]) == (PAIRS + 10, PAIRS + 10)
    assert not any("test.txt" in event.text for event in events if isinstance(event, Notice))


@pytest.mark.parametrize("ask", ["stop", "cancel"])
@pytest.mark.parametrize("earlier", [False, True])
def test_ended_after_any_step_it_leaves_no_folder_and_does_not_touch_an_older_one(
    project, tmp_path, ask, earlier
):
    request = request_for(project, overwrite=True)
    if earlier:
        run(request)
    trail, before = project.trail(), contents(project.folder)
    steps = 2 * PAIRS + 1
    for stop_after in range(1, steps + 1):
        last = run(request, stop_after, ask)[-1]
        assert last.summary == {"line": "nothing written", "interrupted": "nothing was written"}
        assert contents(project.folder) == before
        assert sorted(path.name for path in tmp_path.iterdir()) == (
            ["curated", "demo"] if earlier else ["demo"]
        )
        assert project.trail() == trail
    assert run(request)[-1].summary["synthetic"] == PAIRS


def test_dropped_half_way_it_leaves_no_folder(project, tmp_path):
    events = export(request_for(project), CancelToken())
    for event in events:
        if isinstance(event, UnitsDone) and event.done == 1:
            break
    assert any(path.suffix == ".part" for path in tmp_path.iterdir())
    events.close()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_failing_half_way_it_leaves_no_folder_and_does_not_touch_an_older_one(project, tmp_path):
    request = request_for(project, overwrite=True)
    run(request)
    before = contents(project.folder)
    last = project.rows()[-1].identifier
    (project.folder / "pairs" / f"{last}-image.png").unlink()
    before.pop(project.folder / "pairs" / f"{last}-image.png")
    with pytest.raises(OssaError, match=f"{last}-image.png"):
        run(request)
    assert contents(project.folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curated", "demo"]


def test_without_real_radiographs_message_and_readme_say_that_nfdp_needs_them(project):
    events = run(request_for(project))
    (notice,) = [e.text for e in events if isinstance(e, Notice) and "NFDP's trainer" in e.text]
    assert "test.txt is empty" in notice
    assert "--real" in notice
    out = project.folder.with_name("curated")
    assert (out / "cv" / "set1" / "test.txt").read_bytes() == b""
    readme = " ".join((out / "README.txt").read_text().split())
    assert "NFDP's trainer" in readme
    assert "ossa export --real FOLDER" in readme


def test_what_stays_as_it_is_says_so_on_the_command_line(project, capsys):
    def stopped_at_once(request, token):
        token.stop()
        yield from export(request, token)

    with pytest.raises(typer.Exit) as ended:
        run_to_end(stopped_at_once, request_for(project))
    assert ended.value.exit_code == INTERRUPTED
    assert capsys.readouterr().err == "Interrupted; nothing was written.\n"
