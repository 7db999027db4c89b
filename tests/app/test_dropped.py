"""A folder dropped onto the window: a project, real radiographs, another generator's pairs."""

import shutil

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from app.widgets import REAL, SYNTHETIC
from engine.review.planes import encode_pair
from engine.review.project import ReviewProject
from tests.app.judged_hands import make_judged_project
from tests.app.stick_hands import make_pair
from tests.engine.hand_dataset import write_dataset


def drop(window, folder):
    """As the mouse lets go of a folder over the window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    event = QDropEvent(
        QPointF(400, 400),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    return event.isAccepted()


@pytest.fixture
def judged(open_window, tmp_path, monkeypatch):
    """A window on hands that the gate judged, with their prior."""
    monkeypatch.setenv("OSSA_CACHE", str(tmp_path / "cache"))
    make_judged_project(tmp_path / "judged", 3).close()
    return open_window(tmp_path / "judged")


@pytest.fixture
def pairs(tmp_path):
    """Three pairs of another generator's, the second of which is damaged."""
    folder = tmp_path / "made elsewhere"
    folder.mkdir()
    for number in range(3):
        for plane, content in encode_pair(make_pair(number)).items():
            (folder / f"a{number}-{plane}.png").write_bytes(content)
    (folder / "a1-heatmap.png").write_bytes(b"no picture")
    return folder


def drop_and_wait(window, qtbot, folder):
    with qtbot.waitSignal(window.engine.job_ended, timeout=60_000):
        assert drop(window, folder)


def test_pairs_are_judged_in_a_project_of_their_own_and_every_bad_file_is_told(
    judged, qtbot, tmp_path, pairs
):
    drop_and_wait(judged, qtbot, pairs)
    assert judged.project.folder != tmp_path / "judged"
    assert [row.accepted_by_gate for row in judged.project.rows()] == [True, True]
    assert judged.review.sheet.pairs.counts.total == 2
    assert "2 pairs imported, 2 accepted by the gate, 1 left out" in judged.banner.text
    assert "a1-heatmap.png" in judged.run_panel.log.toPlainText()
    assert judged.review.viewer.source.text() == SYNTHETIC
    with ReviewProject.open(tmp_path / "judged") as before:
        assert len(before.rows()) == 3


def test_dropping_the_same_folder_again_comes_back_to_its_project(judged, qtbot, pairs):
    drop_and_wait(judged, qtbot, pairs)
    place, rows = judged.project.folder, judged.project.rows()
    drop_and_wait(judged, qtbot, pairs)
    assert judged.project.folder == place
    assert judged.project.rows() == rows


def test_real_radiographs_are_shown_as_real_and_have_nothing_to_export(judged, qtbot, tmp_path):
    drop_and_wait(judged, qtbot, write_dataset(tmp_path / "hospital", count=4))
    assert len(judged.project.rows()) == 4
    assert judged.review.viewer.source.text() == REAL
    judged.exporting.show()
    assert not judged.exporting.dialog.start.isEnabled()
    assert "4  real radiographs" in judged.exporting.dialog.staying.text()
    judged.exporting.dialog.reject()


def test_a_project_is_opened(judged, tmp_path):
    shutil.copytree(tmp_path / "judged", tmp_path / "other")
    assert drop(judged, tmp_path / "other")
    assert judged.project.folder == tmp_path / "other"


def test_any_other_folder_is_one_line_and_the_project_stays(judged, tmp_path):
    (tmp_path / "holiday").mkdir()
    assert drop(judged, tmp_path / "holiday")
    assert "is neither a review project, nor radiographs" in judged.banner.text
    assert judged.project.folder == tmp_path / "judged"
