"""A line or two that a reviewer writes on a pair; kept on leaving, and never lost."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

_LINES = 3


class NoteField(QPlainTextEdit):
    """The reviewer's own note on one pair.

    written: a pair's identifier and the note on it, when the field or the pair is left and the text
    has changed. Who keeps it calls `keep`; until then the field holds the text for that pair, shows
    it again, and offers it anew the next time it is left.
    left: the reviewer is done writing.
    """

    written = Signal(str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._identifier = ""
        self._kept: dict[str, str] = {}
        self._unkept: dict[str, str] = {}
        self.setAccessibleName("Note")
        self.setTabChangesFocus(True)
        self.setToolTip("Kept when you leave the field: Esc, Tab, or another pair")
        self.say_key("")
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def say_key(self, key: str) -> None:
        """Tell in the empty field how to get there."""
        self.setPlaceholderText("Your note on this pair" + (f" ({key})" if key else ""))

    def show_note(self, identifier: str, text: str) -> None:
        """Offer the reviewer's note on a pair for writing; what was written before is kept."""
        same = identifier == self._identifier
        if same and self.hasFocus():
            return
        self._kept[identifier] = text
        self.flush()
        self._identifier = identifier
        self._kept = {identifier: self._kept[identifier]}
        shown = self._unkept.get(identifier, self._kept[identifier])
        if shown != self.toPlainText():
            self.setPlainText(shown)
        self.setEnabled(bool(identifier))

    def keep(self, identifier: str, text: str) -> None:
        """The note on a pair is safe."""
        if self._unkept.get(identifier) == text:
            del self._unkept[identifier]
        self._kept[identifier] = text

    @Slot()
    def flush(self) -> None:
        """Offer for keeping what has been written and is not kept yet, of this pair and others."""
        if self._identifier:
            text = self.toPlainText().strip()
            if text != self._kept.get(self._identifier, ""):
                self._unkept[self._identifier] = text
            else:
                self._unkept.pop(self._identifier, None)
        for identifier, text in list(self._unkept.items()):
            self.written.emit(identifier, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        done = control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if done or event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.flush()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 16)
