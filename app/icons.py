"""The window's own icons: SVG line drawings, tinted with the theme's colours."""

from functools import cache
from importlib import resources

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.theme import DARK

_SIZES = (16, 24, 32, 48, 64)


def icon(name: str, colour: str = DARK.text) -> QIcon:
    """The icon of that name in one colour, dimmed when its action is disabled."""
    drawn = QIcon()
    for size in _SIZES:
        drawn.addPixmap(pixmap(name, colour, size))
        drawn.addPixmap(pixmap(name, "#566069", size), QIcon.Mode.Disabled)
    return drawn


@cache
def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """The icon drawn at `size` × `size` device pixels."""
    text = (resources.files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    drawn = QPixmap(QSize(size, size))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter)
    painter.end()
    return drawn
