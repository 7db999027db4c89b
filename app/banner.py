"""One line across the window: what went wrong or was done, with details to copy if there are."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from app.icons import icon
from app.widgets import label, restyle, row


class Banner(QWidget):
    """Stays until it is closed or replaced; never blocks. A screen reader reads it at once."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._details = ""
        self._text = label(name="Message")
        self._text.setWordWrap(True)
        self.copy = QPushButton("Copy details")
        self.copy.setToolTip("Copy the message and what is behind it, to send to somebody")
        self.copy.clicked.connect(self._copy)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("reject"))
        self.close_button.setToolTip("Close this message")
        self.close_button.setAccessibleName("Close this message")
        self.close_button.clicked.connect(self.hide)
        layout = row(self._text, *buttons, self.copy, self.close_button)
        layout.setContentsMargins(18, 6, 12, 6)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()

    def say(self, text: str) -> None:
        """Show a line of good or neutral news."""
        self._show("notice", text, "")

    def complain(self, text: str, details: str = "") -> None:
        """Show what went wrong; `details` (a traceback) can be copied."""
        self._show("error", text, details)

    @property
    def text(self) -> str:
        """The line shown, empty when hidden."""
        return "" if self.isHidden() else self._text.text()

    def _show(self, kind: str, text: str, details: str) -> None:
        restyle(self, "kind", kind)
        self._text.setText(text)
        self._details = details
        self.copy.setVisible(bool(details))
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._text.text()}\n\n{self._details}")
