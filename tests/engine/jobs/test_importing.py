"""Folders that another generator or a hospital filled, judged into a project."""

import shutil

import numpy as np
import pytest
from PIL import Image

from engine.anatomy import load_anatomy
from engine.assess.prior import fit_prior
from engine.data.dataset import open_dataset
from engine.errors import DataError, ProjectError, SettingsError, WeightsError
from engine.events import CancelToken, JobFinished, JobStarted, Notice, PairAssessed
from engine.heatmap import draw_heatmap
from engine.jobs.export import ExportRequest, export
from engine.jobs.importing import ImportRequest, import_pairs
from engine.jobs.recognising import FolderKind, recognise
from engine.review.project import ReviewProject
from tests.engine.assess.shapes import stick_hands


@pytest.fixture(scope="module")
def shapes():
    return np.clip(stick_hands(60, seed=4), 8, 247)


@pytest.fixture(scope="module")
def judge_by(tmp_path_factory, shapes):
    """A project that has a prior and nothing else."""
    folder = tmp_path_factory.mktemp("known") / "hands"
    with ReviewProject.create(folder) as project:
        project.store_prior(fit_prior(shapes, load_anatomy("hand")).to_arrays())
    return folder


@pytest.fixture
def run(tmp_path, judge_by):
    """Imports a folder to the end; events, and the project left open for the test."""

    def to_end(folder, **settings):
        settings = {"prior_from": judge_by, **settings}
        request = ImportRequest(folder, tmp_path / "project", **settings)
        return list(import_pairs(request, CancelToken()))

    return to_end


@pytest.fixture
def opened(tmp_path):
    with ReviewProject.open_or_create(tmp_path / "project", "hand") as project:
        yield project


def _write(path, plane, bits=16):
    """A plane in [-1, 1] as a grey PNG of 8 or 16 bits."""
    top, kind = (255, np.uint8) if bits == 8 else (65535, np.uint16)
    Image.fromarray(np.rint((plane + 1) / 2 * top).astype(kind)).save(path)


def _write_pair(folder, name, points, size=256, bits=16, colour=False):
    folder.mkdir(exist_ok=True)
    scaled = (points + 0.5) * size / 256 - 0.5
    heatmap = draw_heatmap(scaled, size=size, sigma=max(1.0, size / 256))
    image = draw_heatmap(scaled, size=size, sigma=5 * size / 256)
    _write(folder / f"{name}-image.png", image, bits)
    _write(folder / f"{name}-heatmap.png", heatmap, bits)
    if colour:
        for plane in ("image", "heatmap"):
            path = folder / f"{name}-{plane}.png"
            Image.open(path).convert("RGB").save(path)


def _told(events):
    return [event.text for event in events if isinstance(event, Notice)]


def _summary(events):
    assert isinstance(events[-1], JobFinished)
    return events[-1].summary


@pytest.mark.parametrize(
    ("size", "bits", "colour"),
    [(256, 16, False), (256, 8, True), (512, 8, False), (128, 16, False)],
)
def test_pairs_of_any_square_size_and_depth_are_labelled_where_their_landmarks_are(
    run, opened, tmp_path, shapes, size, bits, colour
):
    for number in range(2):
        _write_pair(tmp_path / "made", f"a{number}", shapes[number], size, bits, colour)
    events = run(tmp_path / "made")
    assert _summary(events)["imported"] == 2
    for points, row in zip(shapes, opened.rows(), strict=False):
        found = opened.assessment(row.identifier)
        assert row.identifier.startswith("synthetic-")
        assert np.linalg.norm(found.landmarks - points, axis=1).max() < 1.5
        assert found.candidates.values.max() > 0.7
        assert opened.origin(row.identifier).settings["source"] == "imported"


def test_every_bad_file_is_one_line_that_names_it_and_the_others_come_in(
    run, opened, tmp_path, shapes
):
    folder = tmp_path / "made"
    for number in range(6):
        _write_pair(folder, f"a{number}", shapes[number])
    (folder / "a1-heatmap.png").write_bytes((folder / "a1-heatmap.png").read_bytes()[:300])
    (folder / "a2-image.png").write_bytes(b"no picture")
    _write(folder / "a3-image.png", np.zeros((256, 200)))
    _write(folder / "a4-image.png", np.zeros((128, 128)))
    _write(folder / "lonely-image.png", np.zeros((256, 256)))
    events = run(folder)
    told = _told(events)
    bad = ["a1-heatmap.png", "a2-image.png", "a3-image.png", "a4-heatmap.png", "lonely-image.png"]
    for name in bad:
        assert sum(str(folder / name) in line for line in told) == 1
    assert len(told) == len(bad)
    assert not any("\n" in line for line in told)
    assert (_summary(events)["imported"], _summary(events)["left_out"]) == (2, 4)
    names = [opened.origin(row.identifier).settings["name"] for row in opened.rows()]
    assert names == ["a0", "a5"]


def test_what_is_there_already_does_not_come_in_twice(run, opened, tmp_path, shapes):
    folder = tmp_path / "made"
    _write_pair(folder, "a0", shapes[0])
    run(folder)
    _write_pair(folder, "a1", shapes[1])
    summary = _summary(run(folder))
    assert (summary["imported"], summary["there_already"]) == (1, 1)
    assert len(opened.rows()) == 2


def test_an_import_that_is_stopped_keeps_what_it_has_and_goes_on_later(
    run, opened, tmp_path, shapes, judge_by
):
    for number in range(3):
        _write_pair(tmp_path / "made", f"a{number}", shapes[number])
    token = CancelToken()
    request = ImportRequest(tmp_path / "made", opened.folder, judge_by)
    for event in import_pairs(request, token):
        if isinstance(event, PairAssessed):
            token.stop()
    assert len(opened.rows()) == 1
    assert _summary(run(tmp_path / "made"))["imported"] == 2


def test_the_project_is_judged_by_its_own_prior_once_it_has_one(run, opened, tmp_path, shapes):
    _write_pair(tmp_path / "made", "a0", shapes[0])
    run(tmp_path / "made")
    _write_pair(tmp_path / "made", "a1", shapes[1])
    assert _told(run(tmp_path / "made", prior_from=None)) == []
    assert len(opened.rows()) == 2


def test_without_any_prior_the_weights_are_asked_for(run, tmp_path, shapes, monkeypatch):
    monkeypatch.setenv("OSSA_WEIGHTS", str(tmp_path / "nowhere"))
    _write_pair(tmp_path / "made", "a0", shapes[0])
    with pytest.raises(WeightsError, match="nowhere"):
        run(tmp_path / "made", prior_from=None)


def test_nothing_usable_is_one_line(run, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    with pytest.raises(DataError, match="neither a review project, nor radiographs"):
        run(folder)
    (folder / "a-heatmap.png").touch()
    with pytest.raises(DataError, match="holds no pair"):
        run(folder)
    (folder / "a-image.png").touch()
    with pytest.raises(DataError, match="none of its 1 pairs can be imported"):
        run(folder)


def test_a_project_is_opened_or_merged_and_not_imported(run, judge_by):
    with pytest.raises(DataError, match="is a review project already"):
        run(judge_by)


def test_an_unknown_policy_is_refused_before_anything_is_made(run, tmp_path, shapes):
    _write_pair(tmp_path / "made", "a0", shapes[0])
    with pytest.raises(SettingsError, match="no policy"):
        run(tmp_path / "made", policy="strict")
    assert not (tmp_path / "project").exists()


def test_real_radiographs_are_marked_and_can_never_be_exported(run, opened, tmp_path, dataset):
    events = run(dataset)
    assert _summary(events)["real"]
    assert next(e for e in events if isinstance(e, JobStarted)).total == len(opened.rows()) == 10
    for row in opened.rows():
        assert row.is_real
        assert opened.origin(row.identifier).is_real
    opened.decide([row.identifier for row in opened.rows()], "accept", "Ada")
    request = ExportRequest(opened.folder, tmp_path / "out", format="csv")
    with pytest.raises(ProjectError, match="a real radiograph is never exported"):
        list(export(request, CancelToken()))


@pytest.fixture
def films(dataset, tmp_path):
    """A data set of its own, to be damaged: ten radiographs."""
    return shutil.copytree(dataset, tmp_path / "films")


def _damage(path, how):
    whole = path.read_bytes()
    if how == "cut":
        path.write_bytes(whole[:200])
    elif how == "no picture":
        path.write_bytes(b"no picture")
    else:  # its header is whole and its pixels are not
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes(64) + whole[middle + 64 :])


@pytest.mark.parametrize("how", ["cut", "no picture", "middle"])
def test_a_radiograph_that_cannot_be_read_is_one_line_and_does_not_stop_the_others(
    run, opened, films, how
):
    _damage(films / "Images" / "hand03.png", how)
    events = run(films)
    (line,) = [text for text in _told(events) if "hand03" in text]
    assert line.startswith(str(films / "Images" / "hand03.png"))
    assert line.endswith("; left out")
    assert "\n" not in line
    summary = _summary(events)
    assert (summary["imported"], summary["left_out"]) == (9, 1)
    assert summary["line"].endswith(", 1 left out")
    names = [opened.origin(row.identifier).settings["name"] for row in opened.rows()]
    assert sorted(names) == [f"hand{i:02d}" for i in range(10) if i != 3]


def test_once_it_is_copied_again_the_radiograph_comes_in_after_the_others(
    run, opened, films, dataset
):
    _damage(films / "Images" / "hand03.png", "cut")
    run(films)
    shutil.copy(dataset / "Images" / "hand03.png", films / "Images")
    summary = _summary(run(films))
    assert (summary["imported"], summary["there_already"], summary["left_out"]) == (1, 9, 0)
    assert len(opened.rows()) == 10


def test_a_set_of_which_no_radiograph_can_be_read_is_one_line(run, films):
    for path in (films / "Images").iterdir():
        _damage(path, "cut")
    with pytest.raises(DataError, match="none of its 10 radiographs can be imported"):
        run(films)


@pytest.mark.parametrize("wrong", ["text", "outside", "short"])
def test_wrong_landmarks_refuse_the_set_also_beside_a_radiograph_that_cannot_be_read(
    run, films, tmp_path, wrong
):
    _damage(films / "Images" / "hand03.png", "cut")
    rows = (films / "all.csv").read_text().splitlines()
    cells = rows[5].split(",")
    if wrong == "short":
        cells = cells[:-1]
    else:
        cells[4] = "here" if wrong == "text" else "4000"
    rows[5] = ",".join(cells)
    (films / "all.csv").write_text("\n".join(rows) + "\n")
    with pytest.raises(DataError, match=r"all\.csv, row 6"):
        run(films)
    assert not (tmp_path / "project").exists()


def test_to_train_on_a_set_every_radiograph_must_be_readable(films):
    _damage(films / "Images" / "hand03.png", "cut")
    with pytest.raises(DataError, match=r"hand03\.png is truncated or damaged"):
        open_dataset(films, load_anatomy("hand"))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["review.sqlite", "a-heatmap.png"], FolderKind.PROJECT),
        (["all.csv", "Images/1.png"], FolderKind.RADIOGRAPHS),
        (["a-image.png", "a-heatmap.png"], FolderKind.PAIRS),
        (["all.csv", "holiday.png"], FolderKind.UNKNOWN),
        ([], FolderKind.UNKNOWN),
    ],
)
def test_a_folder_is_recognised_by_what_lies_in_it(tmp_path, names, kind):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert recognise(tmp_path) is kind


def test_a_folder_that_is_not_there_is_not_recognised(tmp_path):
    assert recognise(tmp_path / "nowhere") is FolderKind.UNKNOWN
