"""Questions that the window must ask before it goes on. Tests answer them with a function."""

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

AskToClose = Callable[[QWidget, str], bool]


def ask_to_close(parent: QWidget, title: str) -> bool:
    """Whether to stop the running job, keep what it made, and close."""
    box = QMessageBox(parent)
    box.setWindowTitle("Close Ossa")
    box.setText(f"{title} is still running.")
    box.setInformativeText("It will stop after its present step. What it has made is kept.")
    stop = box.addButton("Stop, keep and close", QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton("Go on working", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.exec()
    return box.clickedButton() is stop
