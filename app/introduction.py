"""Who reviews here: asked before the first decision on this computer, and never again."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QWidget

from app.settings import WindowSettings
from app.widgets import column, label


class NameDialog(QDialog):
    """Asks for a name; it suggests one."""

    def __init__(self, suggested: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Who decides?")
        self.line = QLineEdit(suggested)
        self.line.setAccessibleName("Your name")
        self.line.selectAll()
        self.line.textChanged.connect(self._on_text)
        why = label(
            "Every decision is recorded with the name of whoever took it. This is asked once; "
            "the name can be changed in the settings.",
            "muted",
        )
        why.setWordWrap(True)
        button = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(button.Cancel)
        self.use = self._buttons.addButton("Use this name", QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setProperty("role", "primary")
        self.use.setDefault(True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        title = label("Your name", "title")
        title.setBuddy(self.line)
        self.setLayout(column(title, why, 4, self.line, 8, self._buttons, margins=20))
        self.setMinimumWidth(420)

    @property
    def name(self) -> str:
        """The name as typed."""
        return self.line.text().strip()

    @Slot()
    def _on_text(self) -> None:
        self.use.setEnabled(bool(self.name))


class Introduction(QObject):
    """Lets acts wait until it is known who acts.

    introduced: the settings have a name now; sent before the act that waited for it.
    """

    introduced = Signal()

    def __init__(self, settings: WindowSettings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window
        self._waiting: Callable[[], None] | None = None
        self.dialog: NameDialog | None = None

    def first(self, act: Callable[[], None]) -> None:
        """Act at once if the name is known, else once it is given; not if the dialog is left."""
        if self._settings.reviewer_known:
            act()
            return
        self._waiting = act
        self.dialog = NameDialog(self._settings.reviewer, self._window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.accepted.connect(self._on_named)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot()
    def _on_named(self) -> None:
        act = self._waiting
        if self.dialog is not None and act is not None:
            self._settings.reviewer = self.dialog.name
            self.introduced.emit()
            act()

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None
        self._waiting = None
