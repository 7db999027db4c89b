"""A small button that shows one value of the filter and opens the menu of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
)

from app.filter_words import Dimension
from app.widgets import restyle


@dataclass(frozen=True)
class Offer:
    """A line of a chip's menu; count: pairs that it would show, None where it hides none."""

    value: Any
    words: str
    count: int | None = None


class FilterChip(QToolButton):
    """One dimension of the filter. `offers` is asked for the menu's lines when it opens."""

    picked = Signal(str, object)

    def __init__(self, dimension: Dimension, offers: Callable[[], Sequence[Offer]]) -> None:
        super().__init__()
        self._dimension = dimension
        self._offers = offers
        self._value = dimension.default
        self._lines: list[Offer] = []
        self.setProperty("role", "chip")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._menu = QMenu(self)
        self._menu.setAccessibleName(dimension.title)
        self._menu.aboutToShow.connect(self.fill_menu)
        self._menu.triggered.connect(self._on_triggered)
        self.setMenu(self._menu)
        self._group = QActionGroup(self)
        self.show_value(dimension.default)

    def show_value(self, value: Any) -> None:
        """Show what is in force."""
        self._value = value
        words, default = self._dimension.words(value), value == self._dimension.default
        named_always = self._dimension.name == "order"
        self.setText(words if named_always or not default else self._dimension.title)
        self.setToolTip(f"{self._dimension.title}: {words}")
        self.setAccessibleName(f"{self._dimension.title}: {words}")
        restyle(self, "active", "no" if default else "yes")

    @property
    def words(self) -> str:
        """The menu's lines, as they were when it last opened."""
        return "\n".join(action.text() for action in self._menu.actions())

    @Slot()
    def fill_menu(self) -> None:
        """Make the menu's lines anew."""
        self._menu.clear()
        self._lines = list(self._offers())
        for line, offer in enumerate(self._lines):
            count = "" if offer.count is None else f"\t{offer.count:,}".replace(",", "\u202f")
            action = QAction(f"{offer.words}{count}", self._group)
            action.setCheckable(True)
            action.setChecked(offer.value == self._value)
            action.setData(line)  # Qt would take a StrEnum for text
            self._menu.addAction(action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.showMenu()  # Space, which Qt takes for it, is a key of the window
        else:
            super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As any tool button, with a text that is shortened where it does not fit."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - 23
        option.text = ""
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        left = self.rect().adjusted(7, 0, -16, 0)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.picked.emit(self._dimension.name, self._lines[action.data()].value)
