"""The header: which page is shown, which project is open, and the way out of it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.actions import Actions
from app.icons import Picture
from app.widgets import ActionButton, label, row, tool_button

_PAGES = ("home", "show_review", "show_run", "show_reading", "show_agreement")


class Header(QWidget):
    """Page buttons on the left, the project's name in the middle, export on the right."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        mark = Picture("ossa", 24)
        self._buttons: dict[str, QPushButton] = {}
        for name in _PAGES:
            button = ActionButton(actions[name], "page")
            button.setCheckable(True)
            button.clicked.connect(self._keep_checked)
            self._buttons[name] = button
        self._project = label(role="muted", name="Open project")
        self._project.setMinimumWidth(60)  # a long name does not widen the window
        layout = row(
            mark, 10, *self._buttons.values(), None, self._project, None,
            ActionButton(actions["export"]), 8, tool_button(actions["guide"]),
            tool_button(actions["shortcuts"]), tool_button(actions["settings"]), spacing=4,
        )  # fmt: skip
        layout.setContentsMargins(18, 7, 18, 7)
        self.setLayout(layout)
        self._page = ""

    def show_project(self, folder: Path) -> None:
        """Name the open project."""
        self._project.setText(folder.name)
        self._project.setToolTip(str(folder))

    def show_page(self, name: str) -> None:
        """Mark the page that is shown, by the name of the action that shows it."""
        self._page = name
        self._keep_checked()

    def _keep_checked(self) -> None:
        for name, button in self._buttons.items():
            button.setChecked(name == self._page)
