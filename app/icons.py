"""The window's own icons: SVG line drawings, tinted while they are painted."""

from dataclasses import asdict
from functools import cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import colours


def icon(name: str, colour: str = "text") -> QIcon:
    """The icon of that name; it follows the theme, and is dimmed when its action is disabled.

    colour: a name in `app.theme.Colours`, or a colour that stays (``#rrggbb``).
    """
    return QIcon(_TintedIcon(name, colour)) if name else QIcon()


@cache
def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """The icon drawn at `size` × `size` device pixels in a colour (``#rrggbb``)."""
    text = (resources.files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    drawn = QPixmap(QSize(size, size))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter)
    painter.end()
    return drawn


class Picture(QWidget):
    """An icon by itself, at a fixed size in the window's pixels. It says nothing to a reader."""

    def __init__(self, name: str, size: int, colour: str = "text") -> None:
        super().__init__()
        self._icon = icon(name, colour)
        self.setFixedSize(size, size)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self._icon.paint(painter, self.rect(), Qt.AlignmentFlag.AlignCenter, mode)
        painter.end()


class _TintedIcon(QIconEngine):
    """Draws an icon in the colours of the theme that is in use when it is drawn."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._name, self._colour)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        side = min(rect.width(), rect.height())
        drawn = pixmap(self._name, self._tint(mode), max(1, round(side * ratio)))
        square = QRect(0, 0, side, side)
        square.moveCenter(rect.center())
        painter.drawPixmap(square, drawn)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, _state: QIcon.State, scale: float
    ) -> QPixmap:
        """The icon at `size` pixels of a window on a screen with that many pixels for each."""
        side = max(1, round(min(size.width(), size.height()) * scale))
        drawn = QPixmap(pixmap(self._name, self._tint(mode), side))
        drawn.setDevicePixelRatio(scale)
        return drawn

    def _tint(self, mode: QIcon.Mode) -> str:
        table = asdict(colours())
        if mode is QIcon.Mode.Disabled and self._colour in table:
            return table["disabled"]
        return table.get(self._colour, self._colour)
