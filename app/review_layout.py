"""The parts of the review page: sheet on the left, radiograph, inspector on the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from app.widgets import SYNTHETIC, column, label

_SHEET, _VIEWER, _INSPECTOR = 286, 668, 326  # pixels; two columns of thumbnails
_SHEET_LEAST = 282


class ReviewSplitter(QSplitter):
    """Three parts with movable borders, and over the sheet what kind of pair is looked at."""

    def __init__(
        self, filters: QWidget, sheet: QWidget, viewer: QWidget, inspector: QWidget
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.source = label(SYNTHETIC, "synthetic")
        head, left = QWidget(), QWidget()
        head.setLayout(column(self.source, filters, margins=(12, 10, 8, 4), spacing=4))
        left.setObjectName("side")
        left.setLayout(column(head, sheet, spacing=0))
        left.setMinimumWidth(_SHEET_LEAST)
        inspector.setMinimumWidth(_INSPECTOR)
        self.setChildrenCollapsible(False)
        for part in (left, viewer, inspector):
            self.addWidget(part)
        self.setStretchFactor(1, 1)
        self.setSizes([_SHEET, _VIEWER, _INSPECTOR])
