"""The line above the decision keys: what they would do, or the question why one decided so."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QToolButton, QWidget

from app.actions import Actions
from app.widgets import label, row
from engine.review.reviewer_reasons import ReviewerReason

REASON_ACTIONS = tuple(f"reason_{number}" for number in range(1, 6))
_HEIGHT = 32  # the same with and without a question, so that nothing jumps


class WhyStrip(QStackedWidget):
    """Shows a hint until there is a question; then five reasons, a key each.

    given: the code of the reason that was clicked.
    """

    given = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self._reasons: tuple[ReviewerReason, ...] = ()
        self._hint = label(role="muted", name="What the keys do")
        self._question = label(name="Why")
        self._chips = [self._chip() for _ in REASON_ACTIONS]
        asking = QWidget()
        asking.setLayout(row(self._question, *self._chips, None, margins=(18, 0, 18, 0)))
        hinting = QWidget()
        hinting.setLayout(row(self._hint, None, margins=(18, 0, 18, 0)))
        self.addWidget(hinting)
        self.addWidget(asking)
        self.setFixedHeight(_HEIGHT)

    def hint(self, text: str) -> None:
        """Say what the decision keys would do."""
        self._hint.setText(text)

    def ask(self, question: str, reasons: Sequence[ReviewerReason], given: str = "") -> None:
        """Ask for one of these reasons; the one that was given is marked."""
        self._reasons = tuple(reasons)
        self._question.setText(question)
        for chip, name, reason in zip(self._chips, REASON_ACTIONS, reasons, strict=False):
            key = self._actions[name].shortcut().toString()
            mark = "✓ " if reason.code == given else ""
            chip.setText(f"{key}   {mark}{reason.words}" if key else f"{mark}{reason.words}")
            chip.setAccessibleName(reason.words)
            chip.setAccessibleDescription(f"{question} {reason.words}")
            chip.setToolTip(f"Because: {reason.words} ({key})" if key else reason.words)
            chip.setProperty("active", "yes" if mark else "no")
            chip.style().unpolish(chip)
            chip.style().polish(chip)
        self.setCurrentIndex(1 if reasons else 0)

    @property
    def text(self) -> str:
        """What the line says."""
        if self.currentIndex() == 0:
            return self._hint.text()
        return "  ".join([self._question.text(), *(chip.text() for chip in self._chips)])

    @property
    def chips(self) -> list[QToolButton]:
        """The buttons of the reasons."""
        return list(self._chips)

    def _chip(self) -> QToolButton:
        made = QToolButton()
        made.setProperty("role", "chip")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(self._on_clicked)
        return made

    @Slot()
    def _on_clicked(self) -> None:
        place = self._chips.index(self.sender())  # type: ignore[arg-type]
        self.given.emit(self._reasons[place].code)
