"""Sentences about some landmarks, as buttons that show which."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.widgets import column
from engine.assess.assessment import Reason


class ReasonButton(QPushButton):
    """One reason; pressing it highlights the landmarks it concerns.

    role: how the stylesheet draws it, ``reason`` for the gate's, ``finding`` for what is only told.
    """

    chosen = Signal(object)

    def __init__(self, reason: Reason, role: str = "reason") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Show the landmarks this is about")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = column(self._text, margins=0)
        layout.setContentsMargins(12, 6, 8, 6)
        self.setLayout(layout)
        # A push button is as high as one line by itself; the wrapped text decides here.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.clicked.connect(self._on_clicked)
        self.show_reason(reason)

    def show_reason(self, reason: Reason) -> None:
        """Say this reason."""
        self.reason = reason
        text = reason.text[:1].upper() + reason.text[1:]
        self._text.setText(text)
        self.setAccessibleName(text)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self)


class ReasonList(QWidget):
    """Reasons one below the other; the buttons are used again, so that a list can change while a
    landmark is dragged."""

    chosen = Signal(object)

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role
        self._buttons: list[ReasonButton] = []
        self._shown = 0
        self._column = column(spacing=6)
        self.setLayout(self._column)

    @property
    def buttons(self) -> list[ReasonButton]:
        """Those that are shown."""
        return self._buttons[: self._shown]

    def show_reasons(self, reasons: Sequence[Reason]) -> None:
        """List these, and let go of the one that was pressed."""
        for reason in reasons[len(self._buttons) :]:
            button = ReasonButton(reason, self._role)
            button.chosen.connect(self.chosen)
            self._buttons.append(button)
            self._column.addWidget(button)
        for button, reason in zip(self._buttons, reasons, strict=False):
            button.show_reason(reason)
        self._shown = len(reasons)
        for place, button in enumerate(self._buttons):
            button.setVisible(place < self._shown)
            button.setChecked(False)
        self.setVisible(bool(reasons))
