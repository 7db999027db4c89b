"""Cards side by side in as many columns as the window has room for."""

from collections.abc import Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

Place = tuple[int, int, int, int]  # row, column, rows, columns


class CardColumns(QWidget):
    """Lays cards out in one of two ways: `narrow`, and `wide` from `wide_from` pixels on."""

    def __init__(
        self, narrow: Mapping[QFrame, Place], wide: Mapping[QFrame, Place], wide_from: int
    ) -> None:
        super().__init__()
        self._narrow, self._wide, self._wide_from = narrow, wide, wide_from
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(18, 4, 18, 14)
        self._grid.setSpacing(12)
        self._shown: Mapping[QFrame, Place] | None = None
        self._arrange(narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self._wide if self.width() >= self._wide_from else self._narrow)

    def _arrange(self, places: Mapping[QFrame, Place]) -> None:
        if places is self._shown:
            return
        self._shown = places
        rows = max(row + tall for row, _, tall, _ in places.values())
        columns = max(column + broad for _, column, _, broad in places.values())
        for card, place in places.items():
            self._grid.addWidget(card, *place)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for line in range(max(rows + 1, self._grid.rowCount())):
            self._grid.setRowStretch(line, 1 if line == rows else 0)
