"""Questions that the window must ask before it goes on. Tests answer them with a function."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

# Asks about the job of that title, and calls the function if the window may close.
AskToClose = Callable[[QWidget, str, Callable[[], None]], None]


def ask_to_close(parent: QWidget, title: str, close: Callable[[], None]) -> None:
    """Ask whether to stop the running job, keep what it made, and close."""
    _CloseBox(parent, title, close).open()


class _CloseBox(QMessageBox):
    def __init__(self, parent: QWidget, title: str, close: Callable[[], None]) -> None:
        super().__init__(parent)
        self._close = close
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Close Ossa")
        self.setText(f"{title} is still running.")
        self.setInformativeText("It will stop after its present step. What it has made is kept.")
        self._stop = self.addButton("Stop, keep and close", QMessageBox.ButtonRole.AcceptRole)
        self.setDefaultButton(self.addButton("Go on working", QMessageBox.ButtonRole.RejectRole))
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        if self.clickedButton() is self._stop:
            self._close()
