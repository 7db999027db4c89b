"""The inspector's word on copies: what the check found in a line, its figures behind it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.copy_words import COPY_WORDS
from app.pair_origin import copy_figures
from app.widgets import column, label, row
from engine.assess.copy_risk import CopyRisk

NOT_CHECKED = "Copies not checked"


class CopyRiskPanel(QWidget):
    """What a level means, and a button that shows the figures it follows from.

    Whether the figures are shown stays from pair to pair.
    """

    def __init__(self) -> None:
        super().__init__()
        self.line = label(name="Likeness to training radiographs")
        self.figures = label(role="muted", name="Figures of the copy check")
        for text in (self.line, self.figures):
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more = QPushButton()
        self.more.setProperty("role", "link")
        self.more.setCheckable(True)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.toggled.connect(self._follow)
        button = row(self.more, None)
        layout = column(self.line, margins=0, spacing=4)
        layout.addLayout(button)
        layout.addWidget(self.figures)
        self.setLayout(layout)
        self.show_risk(None)

    def show_risk(self, risk: CopyRisk | None) -> None:
        """Tell what the check said of a pair; None where copies were not checked."""
        self.line.setText(NOT_CHECKED if risk is None else COPY_WORDS[risk.level])
        self.figures.setText("" if risk is None else "\n".join(copy_figures(risk)))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        shown = self.more.isChecked()
        self.more.setText("Hide the figures" if shown else "Show the figures")
        self.more.setVisible(bool(self.figures.text()))
        self.figures.setVisible(shown and bool(self.figures.text()))
