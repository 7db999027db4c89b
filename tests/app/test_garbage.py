"""Forgotten objects are deleted in the GUI thread, whoever forgets them."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.garbage import GarbageCollector


class Forgotten:
    """Refers to itself, so that only the collector can find it."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    owner = QObject(qapp)
    collector = GarbageCollector(owner)
    yield collector
    collector.stop()
    owner.deleteLater()


def forget_many(where: list[int]) -> None:
    """Make far more garbage than Python would leave lying."""
    for _ in range(2_000):
        weakref.finalize(Forgotten(), lambda: where.append(threading.get_ident()))


@pytest.mark.usefixtures("collector")
def test_what_another_thread_forgets_is_deleted_in_the_gui_thread(qtbot: QtBot):
    where: list[int] = []
    thread = threading.Thread(target=forget_many, args=(where,))
    thread.start()
    thread.join()
    assert not where
    qtbot.waitUntil(lambda: bool(where), timeout=10_000)
    assert set(where) == {threading.get_ident()}


def test_python_collects_by_itself_again_in_the_end(collector: GarbageCollector):
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
