"""A dialog whose changes apply at once, so that there is nothing to confirm."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton, QWidget


class InstantDialog(QDialog):
    """Return belongs to the field or button that has the focus; Esc and `close_button` close."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.accept)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)
