"""A sentence about some landmarks, as a button that shows which."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy

from app.widgets import column
from engine.assess.assessment import Reason


class ReasonButton(QPushButton):
    """One reason; pressing it highlights the landmarks it concerns.

    role: how the stylesheet draws it, ``reason`` for the gate's, ``finding`` for what is only told.
    """

    chosen = Signal(object)

    def __init__(self, reason: Reason, role: str = "reason") -> None:
        super().__init__()
        self.reason = reason
        self.setProperty("role", role)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(reason.text)
        self.setToolTip("Show the landmarks this is about")
        text = QLabel(reason.text)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = column(text, margins=0)
        layout.setContentsMargins(12, 8, 10, 8)
        self.setLayout(layout)
        # A push button is as high as one line by itself; the wrapped text decides here.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self)
