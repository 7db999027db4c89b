"""The contact sheet: the pairs of a project as thumbnails, to go through and to select."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QRect,
    QSignalBlocker,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter

from app.cell_grid import CellGrid
from app.pair_cell import CELL, CellState, paint_pair
from app.pair_choice import PairChoice, figure_shown
from app.pair_model import PairModel
from app.thumbnails import Thumbnails
from engine.review.opening import PAIRS
from engine.review.project import PairRow, ReviewProject

_NAVIGATION = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}
_SIDEWAYS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_Select = QItemSelectionModel.SelectionFlag


class ContactSheet(CellGrid):
    """The view. Its current index is the pair that the rest of the window shows."""

    pair_chosen = Signal(str)
    selection_changed = Signal()

    def __init__(self) -> None:
        super().__init__(CELL)
        self.pairs = PairModel()
        self.thumbnails: Thumbnails | None = None
        self.setModel(self.pairs)
        self.setAccessibleName("Contact sheet of generated pairs")
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    def set_project(
        self, project: ReviewProject | None, reviewer: str = "", hide_others: bool = False
    ) -> None:
        """Show another project, or none, with the eyes of a reviewer."""
        if self.thumbnails is not None:
            self.thumbnails.close()
            self.thumbnails.deleteLater()
        self.thumbnails = None
        if project is not None:
            pairs = project.folder / PAIRS
            self.thumbnails = Thumbnails(pairs, self.devicePixelRatioF(), self)
            self.thumbnails.arrived.connect(self._repaint_pair)
        self.pairs.set_project(project, reviewer, hide_others)

    @property
    def place(self) -> int:
        """Where on the sheet the current pair is, -1 for none."""
        return self.currentIndex().row()

    @property
    def current(self) -> PairRow | None:
        """The current pair."""
        return self.pairs.row_at(self.place) if self.place >= 0 else None

    @property
    def chosen(self) -> list[PairRow]:
        """What a decision is about: the selected pairs if there are several, else the current."""
        if self.selected_count() > 1:
            return [self.pairs.row_at(place) for place in self.selected_places()]
        return [] if self.current is None else [self.current]

    def go_to(self, place: int) -> None:
        """Make a place current; the sheet scrolls only if it was out of sight."""
        if 0 <= place < self.pairs.rowCount():
            index = self.pairs.index(place)
            self.selectionModel().setCurrentIndex(index, _Select.ClearAndSelect)
            self.scrollTo(index)

    def go_to_pair(self, identifier: str) -> None:
        """Make a pair current, if it is shown."""
        place = self.pairs.place_of(identifier)
        if place is not None:
            self.go_to(place)

    def select_pairs(self, identifiers: Sequence[str]) -> None:
        """Go to the first of some pairs and select all of them that are shown."""
        places = [self.pairs.place_of(identifier) for identifier in identifiers]
        shown = sorted(place for place in places if place is not None)
        if shown:
            self.go_to(shown[0])
            selection = QItemSelection()
            for place in shown:
                selection.select(self.pairs.index(place), self.pairs.index(place))
            self.selectionModel().select(selection, _Select.ClearAndSelect)

    def apply(self, choice: PairChoice) -> None:
        """Show what fits a choice now.

        One stays on the current pair. Where it fits no longer, the choice applied again leads to
        the one after it, and another choice or order to the first.
        """
        current, before = self.current, self.pairs.choice
        with QSignalBlocker(self.selectionModel()):
            self.pairs.apply(choice)
        self.selectionModel().reset()
        place = None
        if current is not None and choice == before:
            place = self.pairs.place_from(current.identifier)
        elif current is not None and choice.order is before.order:
            place = self.pairs.place_of(current.identifier)
        self.go_to(place or 0)
        self.scrollTo(self.currentIndex(), self.ScrollHint.PositionAtCenter)

    def paint_cell(self, painter: QPainter, cell: QRect, place: int) -> None:
        row = self.pairs.row_at(place)
        index = self.pairs.index(place)
        thumbnail = self.thumbnails.get(row.identifier) if self.thumbnails else None
        state = CellState(
            selected=self.selectionModel().isSelected(index),
            current=place == self.place,
            stale=self.pairs.is_stale(place),
            figure=figure_shown(row, self.pairs.choice.order),
        )
        paint_pair(painter, cell, row, thumbnail, state)

    def scrollContentsBy(self, x: int, y: int) -> None:
        super().scrollContentsBy(x, y)
        self._expect_neighbours(downwards=y <= 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in _NAVIGATION or (extends and event.key() in _SIDEWAYS):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _expect_neighbours(self, downwards: bool) -> None:
        """Have the page that comes next, the way one scrolls, decoded ahead."""
        if self.thumbnails is not None:
            height = self.viewport().height()
            top = height if downwards else -height
            places = self.places_within(top, top + height - 1)
            names = [self.pairs.row_at(place).identifier for place in places]
            self.thumbnails.expect(names if downwards else reversed(names))

    @Slot(str)
    def _repaint_pair(self, identifier: str) -> None:
        place = self.pairs.place_of(identifier)
        if place is not None and place in self.visible_places():
            self.viewport().update(self.cell_rect(place))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.pair_chosen.emit(self.pairs.row_at(current.row()).identifier)
