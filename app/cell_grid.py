"""A list view of equal cells in a grid whose layout costs the same for ten pairs and ten thousand.

`QListView` lays out every item again whenever one joins or the view is resized. Here a cell's place
follows from its number alone, so nothing is laid out, and only what is in sight is painted.
"""

from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from app.theme import colours

_Index = QModelIndex | QPersistentModelIndex
_Action = QAbstractItemView.CursorAction
_Hint = QAbstractItemView.ScrollHint


class CellGrid(QListView):
    """Cells left to right, top to bottom. A subclass paints one cell in `paint_cell`."""

    def __init__(self, cell: QSize) -> None:
        super().__init__()
        self.cell = cell
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        # Only what scrolling uncovers is painted where everything behind is known to be covered.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paint_cell(self, painter: QPainter, cell: QRect, place: int) -> None:
        """Draw the cell of a place; a bare grid leaves it empty."""

    @property
    def columns(self) -> int:
        """How many cells stand side by side."""
        return max(1, self.viewport().width() // self.cell.width())

    @property
    def count(self) -> int:
        """How many cells there are."""
        model = self.model()
        return 0 if model is None else model.rowCount()

    def cell_rect(self, place: int) -> QRect:
        """Where a place's cell is in the viewport."""
        row, column = divmod(place, self.columns)
        corner = QPoint(self._margin() + column * self.cell.width(), row * self.cell.height())
        return QRect(corner - QPoint(0, self.verticalOffset()), self.cell)

    def places_within(self, top: int, bottom: int) -> range:
        """The places whose rows touch the viewport's lines top … bottom."""
        height, offset = self.cell.height(), self.verticalOffset()
        first = max(0, (top + offset) // height) * self.columns
        last = ((bottom + offset) // height + 1) * self.columns
        return range(min(first, self.count), max(0, min(last, self.count)))

    def visible_places(self) -> range:
        """The places that are in sight."""
        return self.places_within(0, self.viewport().height() - 1)

    def selected_places(self) -> list[int]:
        """The selected places in their order."""
        return sorted(
            {place for part in _parts(self.selectionModel().selection()) for place in part}
        )

    def selected_count(self) -> int:
        """How many places are selected."""
        return sum(map(len, _parts(self.selectionModel().selection())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(colours().surface))
        exposed = event.region()
        for place in self.places_within(event.rect().top(), event.rect().bottom()):
            cell = self.cell_rect(place)
            if exposed.intersects(cell):
                self.paint_cell(painter, cell, place)
        painter.end()

    def visualRect(self, index: _Index) -> QRect:
        return self.cell_rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        place = self._place_at(point)
        return QModelIndex() if place is None else self.model().index(place, 0)

    def scrollTo(self, index: _Index, hint: _Hint = _Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        cell, height = self.visualRect(index), self.viewport().height()
        bar = self.verticalScrollBar()
        above, below = cell.top(), cell.bottom() + 1 - height
        if hint is _Hint.PositionAtCenter:
            bar.setValue(bar.value() + (above + below) // 2)
        elif above < 0 or hint is _Hint.PositionAtTop:
            bar.setValue(bar.value() + above)
        elif below > 0 or hint is _Hint.PositionAtBottom:
            bar.setValue(bar.value() + below)

    def moveCursor(self, action: _Action, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if not self.count:
            return QModelIndex()
        place, last = max(0, self.currentIndex().row()), self.count - 1
        page = max(1, self.viewport().height() // self.cell.height()) * self.columns
        step = {
            _Action.MoveUp: -self.columns,
            _Action.MoveDown: self.columns,
            _Action.MoveLeft: -1,
            _Action.MoveRight: 1,
            _Action.MovePrevious: -1,
            _Action.MoveNext: 1,
            _Action.MovePageUp: -page,
            _Action.MovePageDown: page,
            _Action.MoveHome: -self.count,
            _Action.MoveEnd: self.count,
        }[action]
        target = place + step
        by_row = action in (_Action.MoveUp, _Action.MoveDown)
        if by_row and not 0 <= target <= last:
            same_row = place // self.columns == (last if step > 0 else 0) // self.columns
            target = place if same_row else target
        return self.model().index(min(max(target, 0), last), 0)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: _Index) -> bool:
        return False

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the run of places from the rectangle's first corner to its second, as text."""
        selection = QItemSelection()
        outside = rect.size() == QSize(1, 1) and self._place_at(rect.topLeft()) is None
        if self.count and not outside:
            ends = (self._nearest(rect.topLeft()), self._nearest(rect.bottomRight()))
            selection.select(self.model().index(min(ends), 0), self.model().index(max(ends), 0))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        seen, region = self.visible_places(), QRegion()
        for part in _parts(selection):
            for place in range(max(part.start, seen.start), min(part.stop, seen.stop)):
                region += self.cell_rect(place)
        return region

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)  # and nothing of QListView's

    def updateGeometries(self) -> None:
        rows = -(-self.count // self.columns)
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setSingleStep(self.cell.height() // 3)
        bar.setPageStep(height)
        bar.setRange(0, max(0, rows * self.cell.height() - height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        QAbstractItemView.resizeEvent(self, event)
        self.updateGeometries()

    def rowsInserted(self, parent: _Index, start: int, end: int) -> None:
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self.updateGeometries()
        seen = self.visible_places()
        for place in range(max(start, seen.start), min(end + 1, seen.stop)):
            self.viewport().update(self.cell_rect(place))

    def scrollContentsBy(self, x: int, y: int) -> None:
        self.viewport().scroll(x, y)

    def dataChanged(self, first: _Index, last: _Index, roles: Any = ()) -> None:
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def _margin(self) -> int:
        return max(0, (self.viewport().width() - self.columns * self.cell.width()) // 2)

    def _place_at(self, point: QPoint) -> int | None:
        column = (point.x() - self._margin()) // self.cell.width()
        row = (point.y() + self.verticalOffset()) // self.cell.height()
        place = row * self.columns + column
        inside = 0 <= column < self.columns and 0 <= place < self.count
        return place if inside else None

    def _nearest(self, point: QPoint) -> int:
        column = (point.x() - self._margin()) // self.cell.width()
        row = max(0, (point.y() + self.verticalOffset()) // self.cell.height())
        place = row * self.columns + min(max(column, 0), self.columns - 1)
        return min(place, self.count - 1)


def _parts(selection: QItemSelection) -> list[range]:
    """The runs of places that a selection is made of."""
    parts = [selection.at(part) for part in range(selection.count())]
    return [range(part.top(), part.bottom() + 1) for part in parts]
