"""Small pieces that several parts of the window are made of."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon

_Margins = int | tuple[int, int, int, int]  # on all sides, or left, top, right, bottom

SYNTHETIC = "SYNTHETIC · RESEARCH USE ONLY"
REAL = "REAL RADIOGRAPH · RESEARCH USE ONLY"


def row(*parts: QWidget | int | None, margins: _Margins = 0, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; a number is a gap in pixels, None takes what space is left."""
    return _fill(QHBoxLayout(), parts, margins, spacing)  # type: ignore[return-value]


def column(*parts: QWidget | int | None, margins: _Margins = 0, spacing: int = 8) -> QVBoxLayout:
    """Widgets one below the other; numbers and None as in `row`."""
    return _fill(QVBoxLayout(), parts, margins, spacing)  # type: ignore[return-value]


def centred(inner: QWidget, widest: int) -> QHBoxLayout:
    """A widget in the middle, no wider than the eye likes to travel, in pixels."""
    inner.setMaximumWidth(widest)
    made = row(spacing=0)
    made.addStretch(0)
    made.addWidget(inner, 1)
    made.addStretch(0)
    return made


def _fill(
    layout: QBoxLayout, parts: tuple[QWidget | int | None, ...], margins: _Margins, spacing: int
) -> QBoxLayout:
    sides = (margins,) * 4 if isinstance(margins, int) else margins
    layout.setContentsMargins(*sides)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        else:
            layout.addWidget(part)
    return layout


def label(text: str = "", role: str = "", name: str = "") -> QLabel:
    """A line of text in one of the stylesheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if name:
        made.setAccessibleName(name)
    return made


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the stylesheet looks at, and let it look."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ActionButton(QPushButton):
    """A push button that stands for an action: same text, key, tip and state."""

    def __init__(self, action: QAction, role: str = "", key_shown: bool = False) -> None:
        super().__init__()
        self._action = action
        self._key_shown = key_shown
        if role:
            self.setProperty("role", role)
        self.setIcon(action.icon())
        self.setIconSize(QSize(18, 18))
        self.setAutoDefault(True)  # Enter presses it where Space is a shortcut
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        text = self._action.text()
        if self._key_shown:
            text = f"{text}   {self._action.shortcut().toString()}"
        self.setText(text)
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._action.text())
        self.setAccessibleDescription(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


def tool_button(action: QAction, text: bool = False) -> QToolButton:
    """A flat icon button for an action."""
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(QSize(20, 20))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAccessibleName(action.text())
    if text:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made


class PathField(QWidget):
    """A line for a path, with a button that opens the system's chooser.

    mode: ``folder`` (one that exists), ``new-folder`` (any) or ``weights`` (a folder or file).
    """

    changed = Signal()

    def __init__(self, name: str, hint: str, mode: str = "folder") -> None:
        super().__init__()
        self._name = name
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(name)
        self.line.setClearButtonEnabled(False)
        self.line.textChanged.connect(self.changed)
        browse = QToolButton()
        browse.setIcon(icon("open", "muted"))
        browse.setToolTip(f"Choose: {name.lower()}")
        browse.setAccessibleName(f"Choose: {name.lower()}")
        browse.clicked.connect(self._browse)
        self._mode = mode
        self.setLayout(row(self.line, browse, spacing=4))

    @property
    def path(self) -> Path | None:
        """The path in the line, None when it is empty."""
        text = self.line.text().strip()
        return Path(text).expanduser() if text else None

    @path.setter
    def path(self, path: Path | None) -> None:
        self.line.setText("" if path is None else str(path))

    def set_default(self, text: str) -> None:
        """Fill the line without telling anybody."""
        with QSignalBlocker(self.line):
            self.line.setText(text)

    @Slot()
    def _browse(self) -> None:
        chosen = choose_folder(self, self._name, self.path, new=self._mode == "new-folder")
        if chosen is not None:
            self.path = chosen


def choose_folder(
    parent: QWidget, title: str, start: Path | None = None, new: bool = False
) -> Path | None:
    """Ask for a folder with the system's dialog; `new` lets a name be typed that does not exist."""
    begin = str(start or Path.home())
    if new:
        chosen, _ = QFileDialog.getSaveFileName(
            parent, title, begin, "Folders (*)", options=QFileDialog.Option.ShowDirsOnly
        )
    else:
        chosen = QFileDialog.getExistingDirectory(parent, title, begin)
    return Path(chosen) if chosen else None
