"""A line or two that a reviewer writes on a pair; kept on leaving, and never lost."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

_LINES = 3
_DRAFT_MILLISECONDS = 250  # between a letter and its draft


class NoteField(QPlainTextEdit):
    """The reviewer's own note on one pair.

    written: a pair's identifier and the note on it, when the field or the pair is left and the text
    has changed. Who keeps it calls `keep`; until then the field holds the text for that pair, shows
    it again, and offers it anew the next time it is left.
    drafted: the same, every moment while it is being written; undrafted: what was drafted on that
    pair was taken back, so that there is nothing to keep.
    left: the reviewer is done writing.
    """

    written = Signal(str, str)
    drafted = Signal(str, str)
    undrafted = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._identifier = ""
        self._kept: dict[str, str] = {}
        self._unkept: dict[str, str] = {}
        self._has_draft = False
        self.setAccessibleName("Note")
        self.setTabChangesFocus(True)
        self.setToolTip("Kept when you leave the field: Esc, Tab, or another pair")
        self.say_key("")
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._drafting = QTimer(self)
        self._drafting.setSingleShot(True)
        self._drafting.setInterval(_DRAFT_MILLISECONDS)
        self._drafting.timeout.connect(self._draft)
        self.textChanged.connect(self._on_text_changed)

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
        self._drafting.stop()
        if self._identifier:
            text = self.toPlainText().strip()
            if text != self._kept.get(self._identifier, ""):
                self._unkept[self._identifier] = text
            else:
                self._unkept.pop(self._identifier, None)
                if self._has_draft:
                    self.undrafted.emit(self._identifier)
        self._has_draft = False
        for identifier, text in list(self._unkept.items()):
            self.written.emit(identifier, text)

    @Slot()
    def _on_text_changed(self) -> None:
        """Not begun anew by every letter, so that one who writes on and on has drafts, too."""
        if self.hasFocus() and not self._drafting.isActive():
            self._drafting.start()

    @Slot()
    def _draft(self) -> None:
        if self._identifier:
            self._has_draft = True
            self.drafted.emit(self._identifier, self.toPlainText().strip())

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
