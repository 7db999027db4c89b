"""The window that is photographed: opened on a project, waited for, grabbed with its dialogs."""

from collections.abc import Callable
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.main_window import MainWindow
from app.settings import WindowSettings
from tests.app.phantom_hands import REVIEWERS

pg.setConfigOption("mouseRateLimit", 0)  # a script moves faster than a hand

_STEP, _PATIENCE = 50, 60_000  # milliseconds
_QUIET = 400  # after the last thing that is waited for
_SHADOW = 24
_DETOUR = QPoint(-24, 18)  # or a short drag would count as a click


class Stage:
    """A window; radiographs: the data set that a project's pairs were learned from."""

    def __init__(self, radiographs: Path, width: int, height: int) -> None:
        settings = WindowSettings()
        settings.reviewer = REVIEWERS[0]
        settings.set_text("data", str(radiographs))
        self.window = MainWindow(lambda _parent, _title, close: close())
        self.window.resize(width, height)
        for recent in settings.recent_projects():
            settings.forget_project(recent)
        self.window.show_welcome()
        self.window.show()

    def open(self, project: Path) -> None:
        """Open a project and wait until it is drawn."""
        self.window.open_project(project)
        self.go_to(0)
        self.wait(self._is_drawn)

    def trigger(self, *names: str) -> None:
        """Use some of the window's actions."""
        for name in names:
            action = self.window.actions_by_name[name]
            if not action.isEnabled():
                print(f"the action {name} is disabled")
            action.trigger()

    def switch(self, *names: str, off: tuple[str, ...] = ()) -> None:
        """Show just these overlays beside those that are on, and hide some."""
        for name in (*names, *off):
            self.window.actions_by_name[name].setChecked(name in names)

    def drag_landmark(self, landmark: int, x: float, y: float) -> None:
        """Drag a landmark that is being corrected to a place on the canvas."""
        viewer, left = self.window.review.viewer, Qt.MouseButton.LeftButton
        port = viewer.stage.viewport()
        start, end = (
            viewer.stage.mapFromScene(viewer.view.mapViewToScene(QPointF(*place)))
            for place in (viewer.view.handles[landmark], (x, y))
        )
        QTest.mousePress(port, left, pos=start)
        for place in (start + _DETOUR / 2, start + _DETOUR, end + _DETOUR / 2, end):
            QTest.mouseMove(port, place)
        QTest.mouseRelease(port, left, pos=end)

    def go_to(self, place: int) -> None:
        """Look at the pair at that place."""
        self.window.review.sheet.go_to(place)

    def wait(self, until: Callable[[], bool] | None = None, quiet: int = _QUIET) -> None:
        """Let the window live until something is so, and a little longer."""
        loop, waited = QEventLoop(), 0
        while until is not None and not until() and waited < _PATIENCE:
            QTimer.singleShot(_STEP, loop.quit)
            loop.exec()
            waited += _STEP
        QTimer.singleShot(quiet, loop.quit)
        loop.exec()

    def shoot(self, picture: Path) -> None:
        """Write what is to be seen: the window, and over it the dialog that is open."""
        self.wait(self._is_drawn)
        pixmap = self.window.grab()
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            _lay_over(pixmap, dialog, self.window)
        pixmap.save(str(picture))

    def close(self) -> None:
        """Close the window and whatever it has opened."""
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            dialog.reject()
        ended: list[bool] = []
        self.window.ended.connect(lambda: ended.append(True))
        self.window.close()
        self.wait(lambda: bool(ended), quiet=0)
        self.window.deleteLater()

    def _is_drawn(self) -> bool:
        review = self.window.review
        if review is None or not review.isVisible() or review.sheet.thumbnails is None:
            return True
        sheet = review.sheet
        names = [sheet.pairs.row_at(place).identifier for place in sheet.visible_places()]
        return sheet.thumbnails.has_all(names)


def _lay_over(pixmap: QPixmap, dialog: QDialog, window: MainWindow) -> None:
    """Paint a dialog in the window's middle, with a shadow, as a desktop would show it."""
    drawn = dialog.grab()
    place = QRect(QPoint(), dialog.size())
    place.moveCenter(window.rect().center())
    painter = QPainter(pixmap)
    painter.fillRect(pixmap.rect(), QColor(0, 0, 0, 90))
    for grown in range(_SHADOW, 0, -3):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 12))
        painter.drawRoundedRect(place.adjusted(-grown, -grown, grown, grown + 6), 8, 8)
    painter.drawPixmap(place, drawn)
    painter.end()
