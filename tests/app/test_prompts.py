"""The question on closing: nothing waits for its answer, and leaving it changes nothing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.prompts import ask_to_close


@pytest.fixture
def closed():
    """Grows when the window may close."""
    return []


@pytest.fixture
def box(qtbot, closed):
    """The question about a running job, as it is shown."""
    parent = QWidget()
    with qtbot.waitExposed(parent):
        parent.show()
    ask_to_close(parent, "Training", lambda: closed.append(True))
    yield parent.findChild(QMessageBox)
    parent.close()
    parent.deleteLater()


def test_it_names_the_job_and_says_what_becomes_of_it(box):
    assert "Training" in box.text()
    assert "kept" in box.informativeText()
    box.close()


def test_who_agrees_closes(box, closed, qtbot):
    qtbot.mouseClick(box.buttons()[0], Qt.MouseButton.LeftButton)
    assert closed == [True]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_return_and_escape_go_on_working(box, closed, qtbot, key):
    qtbot.keyClick(box, key)
    assert not box.isVisible()
    assert closed == []
