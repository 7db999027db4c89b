"""Whose decision counts where several reviewers decided: a choice among the rules."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox

from app.export_words import counting_text
from engine.review.records import Counting, CountingRule


class CountingChoice(QComboBox):
    """counting_chosen: another rule was chosen by the user."""

    counting_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Whose decision counts")
        self.currentIndexChanged.connect(self._on_chosen)

    def show_rules(self, current: Counting, reviewers: tuple[str, ...]) -> None:
        """Offer the rules; an adjudicator is a choice where there are several reviewers."""
        rules = [Counting(), Counting(CountingRule.MAJORITY)]
        if len(reviewers) > 1:
            rules += [Counting(CountingRule.ADJUDICATOR, name) for name in reviewers]
        rules += [] if current in rules else [current]
        with QSignalBlocker(self):
            self.clear()
            for rule in rules:
                self.addItem(counting_text(rule), rule)
            self.setCurrentIndex(rules.index(current))

    @Slot()
    def _on_chosen(self) -> None:
        self.counting_chosen.emit(self.currentData())
