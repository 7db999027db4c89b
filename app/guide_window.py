"""The user guide in a window of its own, to be read beside the one that it is about."""

from importlib import resources
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import (
    QBrush,
    QColor,
    QDesktopServices,
    QFont,
    QImage,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from app.theme import colours, theme_signals
from app.widgets import column

_WIDTH, _HEIGHT = 860, 900
_MARGIN = 24
_SCROLL_BAR = 20
_OVER_HEADING, _OVER_TEXT = 26, 8


def guide_file() -> Path:
    """Where the guide is, its pictures beside it."""
    return Path(str(resources.files("resources") / "guide" / "guide.md"))


class GuideWindow(QDialog):
    """Not modal: what it says can be tried while it is read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Guide")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        size = QSize(_WIDTH, _HEIGHT).boundedTo(parent.screen().availableSize() * 0.9)
        self.page = _Page(guide_file(), size.width() - 2 * _MARGIN - _SCROLL_BAR)
        layout = column(self.page)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        self.resize(size)


class _Page(QTextBrowser):
    """Markdown with pictures `widest` pixels wide at most; links open in the web browser."""

    def __init__(self, file: Path, widest: int) -> None:
        super().__init__()
        self._file = file
        self._widest = widest
        self.setAccessibleName("Guide")
        self.setOpenLinks(False)
        self.anchorClicked.connect(QDesktopServices.openUrl)
        theme_signals().changed.connect(self._read)
        self._read()

    @Slot()
    def _read(self) -> None:
        place = self.verticalScrollBar().value()
        document = self.document()
        document.setBaseUrl(QUrl.fromLocalFile(f"{self._file.parent}/"))
        document.setDocumentMargin(_MARGIN)
        self.setMarkdown(self._file.read_text(encoding="utf-8"))
        _set_tables(document)
        block = document.begin()
        while block.isValid():
            _set_block(block)
            block = block.next()
        self.verticalScrollBar().setValue(place)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        picture = QImage(self.document().baseUrl().resolved(QUrl(name)).toLocalFile())
        if picture.isNull():
            return picture
        ratio = self.devicePixelRatioF()
        width = min(picture.width(), round(self._widest * ratio))
        drawn = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        drawn.setDevicePixelRatio(ratio)
        return drawn


def _set_tables(document: QTextDocument) -> None:
    """Thin lines in the theme's colour, and room around what stands in the cells."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            made = frame.format()
            made.setBorderBrush(QBrush(QColor(colours().border)))
            made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            made.setBorderCollapse(True)
            made.setCellPadding(6)
            made.setTopMargin(_OVER_TEXT)
            made.setBottomMargin(_OVER_TEXT)
            frame.setFormat(made)


def _set_block(block: QTextBlock) -> None:
    """Air over headings and paragraphs, and keys that look like keys."""
    cursor = QTextCursor(block)
    if cursor.currentTable() is None:
        made = block.blockFormat()
        made.setTopMargin(_OVER_HEADING if made.headingLevel() > 1 else _OVER_TEXT)
        cursor.setBlockFormat(made)
    key = QTextCharFormat()
    key.setBackground(QColor(colours().hover))
    key.setFontWeight(QFont.Weight.DemiBold)
    for start, end in _keys_in(block):
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(key)


def _keys_in(block: QTextBlock) -> list[tuple[int, int]]:
    """Where what stands in code type begins and ends."""
    found = []
    parts = block.begin()
    while not parts.atEnd():
        part = parts.fragment()
        if part.charFormat().fontFixedPitch():
            found.append((part.position(), part.position() + part.length()))
        parts += 1
    return found
