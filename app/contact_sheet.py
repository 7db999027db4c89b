"""The contact sheet: every pair of the project as a thumbnail with its verdict."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.copy_words import COPY_WORDS
from app.icons import pixmap
from app.theme import colours, verdict_colour
from app.thumbnails import THUMBNAIL_SIZE, Thumbnails
from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict
from engine.review.opening import PAIRS
from engine.review.project import PairRow, ReviewProject

_Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_CELL = QSize(THUMBNAIL_SIZE + 14, THUMBNAIL_SIZE + 32)
_FLAGGED = (CopyLevel.COPY, CopyLevel.SUSPECT)
_NAVIGATION = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}


class PairModel(QAbstractListModel):
    """The project's pairs in the order they were made; new ones only ever join at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._project: ReviewProject | None = None
        self._rows: list[PairRow] = []
        self._place: dict[str, int] = {}

    def set_project(self, project: ReviewProject | None) -> None:
        """Show another project, or none."""
        self.beginResetModel()
        self._project = project
        self._rows = [] if project is None else list(project.rows())
        self._place = {row.identifier: i for i, row in enumerate(self._rows)}
        self.endResetModel()

    def append_new(self) -> int:
        """Add the pairs that joined the project since; how many they are."""
        if self._project is None:
            return 0
        last = self._rows[-1].ordinal if self._rows else 0
        new = self._project.rows_since(last)
        if new:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._rows.extend(new)
            self._place.update({row.identifier: first + i for i, row in enumerate(new)})
            self.endInsertRows()
        return len(new)

    def reread(self, identifiers: Sequence[str]) -> None:
        """Take over what the project now says about some pairs."""
        for identifier in identifiers:
            place = self._place.get(identifier)
            if place is not None and self._project is not None:
                self._rows[place] = self._project.row(identifier)
                self.dataChanged.emit(self.index(place), self.index(place))

    def row_at(self, place: int) -> PairRow:
        """The pair at a place of the sheet."""
        return self._rows[place]

    def place_of(self, identifier: str) -> int | None:
        """Where a pair is on the sheet."""
        return self._place.get(identifier)

    def next_undecided(self, after: int) -> int | None:
        """The next place without a reviewer's decision, going round once."""
        count = len(self._rows)
        order = [(after + 1 + step) % count for step in range(count)]
        return next((place for place in order if self._rows[place].decision is None), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return describe(row)
        return None


def describe(row: PairRow) -> str:
    """One pair in words, for tool tips and screen readers."""
    word = "accepted" if row.counts_as is Verdict.ACCEPT else "rejected"
    who = "by the gate" if row.decision is None else f"by {row.decided_by}"
    flagged = row.copy_level in _FLAGGED
    copies = f"{COPY_WORDS[row.copy_level]}. " if flagged and row.copy_level else ""
    return f"Pair {row.ordinal}, {word} {who}. {copies}Synthetic, research use only."


class PairDelegate(QStyledItemDelegate):
    """Draws a thumbnail; the verdict shows as colour, as check mark or cross, and as a border."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.thumbnails: Thumbnails | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        return _CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: PairRow = index.data(ROW_ROLE)
        cell = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        picture = QRectF(cell.x() + 7, cell.y() + 6, THUMBNAIL_SIZE, THUMBNAIL_SIZE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(QPen(QColor(colours().accent), 1.5))
            painter.setBrush(QColor(colours().accent_dark))
            painter.drawRoundedRect(cell.adjusted(2, 1, -2, -1), 7, 7)
        self._draw_picture(painter, picture, row)
        _draw_verdict(painter, picture, row)
        _draw_copy_level(painter, picture, row)
        _draw_caption(painter, cell, row, chosen)
        painter.restore()

    def _draw_picture(self, painter: QPainter, picture: QRectF, row: PairRow) -> None:
        thumbnail = self.thumbnails.get(row.identifier) if self.thumbnails else None
        outline = QPainterPath()
        outline.addRoundedRect(picture, 4, 4)
        painter.fillPath(outline, QColor("#000000"))
        if thumbnail is not None and not thumbnail.isNull():
            painter.setClipPath(outline)
            if row.counts_as is Verdict.REJECT:
                painter.setOpacity(0.55)
            painter.drawPixmap(picture.topLeft(), thumbnail)
            painter.setOpacity(1)
            painter.setClipping(False)


def _draw_verdict(painter: QPainter, picture: QRectF, row: PairRow) -> None:
    """A badge in the corner: filled when a person decided, outlined when only the gate did."""
    colour = QColor(verdict_colour(row.counts_as))
    badge = QRectF(picture.right() - 25, picture.bottom() - 25, 21, 21)
    decided = row.decision is not None
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(colour if decided else QColor(10, 13, 15, 225))
    if row.counts_as is Verdict.ACCEPT:
        painter.drawEllipse(badge)
    else:
        painter.drawRoundedRect(badge, 4, 4)
    mark = "accept" if row.counts_as is Verdict.ACCEPT else "reject"
    drawn = pixmap(mark, "#0c1013" if decided else colour.name(), 64)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(badge.adjusted(2, 2, -2, -2), drawn, QRectF(drawn.rect()))


def _draw_copy_level(painter: QPainter, picture: QRectF, row: PairRow) -> None:
    """A badge in the other corner: filled, with two sheets, for a copy; outlined, ≈, if suspect."""
    if row.copy_level not in _FLAGGED:
        return
    copied = row.copy_level is CopyLevel.COPY
    badge = QRectF(picture.left() + 4, picture.bottom() - 25, 21, 21)
    painter.setPen(QPen(QColor(colours().warning), 1.6))
    painter.setBrush(QColor(colours().warning) if copied else QColor(10, 13, 15, 225))
    painter.drawRoundedRect(badge, 4, 4)
    drawn = pixmap(str(row.copy_level), "#0c1013" if copied else colours().warning, 64)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(badge.adjusted(2, 2, -2, -2), drawn, QRectF(drawn.rect()))


def _draw_caption(painter: QPainter, cell: QRectF, row: PairRow, chosen: bool) -> None:
    line = QRectF(cell.x() + 9, cell.bottom() - 22, cell.width() - 18, 18)
    font = QFont(painter.font())
    font.setPixelSize(11)
    painter.setFont(font)
    painter.setPen(QColor(colours().text if chosen else colours().muted))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, f"{row.ordinal}")
    if row.decision is not None:
        person = pixmap("person", colours().text if chosen else colours().muted, 32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(
            QRectF(line.right() - 15, line.y() + 1, 15, 15), person, QRectF(person.rect())
        )


class ContactSheet(QListView):
    """The view. Its current index is the pair that the rest of the window shows."""

    pair_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.pairs = PairModel()
        self._delegate = PairDelegate(self)
        self._thumbnails: Thumbnails | None = None
        self.setModel(self.pairs)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Contact sheet of generated pairs")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(_CELL)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setSingleStep(_CELL.height() // 3)
        self.selectionModel().currentChanged.connect(self._on_current)

    def set_project(self, project: ReviewProject | None) -> None:
        """Show another project, or none."""
        if self._thumbnails is not None:
            self._thumbnails.close()
            self._thumbnails.deleteLater()
        self._thumbnails = None
        if project is not None:
            pairs = project.folder / PAIRS
            self._thumbnails = Thumbnails(pairs, self.devicePixelRatioF(), self)
            self._thumbnails.arrived.connect(self._repaint_pair)
        self._delegate.thumbnails = self._thumbnails
        self.pairs.set_project(project)

    @property
    def place(self) -> int:
        """Where on the sheet the current pair is, -1 for none."""
        return self.currentIndex().row()

    @property
    def current(self) -> PairRow | None:
        """The current pair."""
        return self.pairs.row_at(self.place) if self.place >= 0 else None

    def go_to(self, place: int) -> None:
        """Make a place current; the sheet scrolls only if it was out of sight."""
        if 0 <= place < self.pairs.rowCount():
            index = self.pairs.index(place)
            self.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def go_to_pair(self, identifier: str) -> None:
        """Make a pair current."""
        place = self.pairs.place_of(identifier)
        if place is not None:
            self.go_to(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _NAVIGATION:
            super().keyPressEvent(event)
        else:
            event.ignore()

    @Slot(str)
    def _repaint_pair(self, identifier: str) -> None:
        place = self.pairs.place_of(identifier)
        if place is not None:
            self.update(self.pairs.index(place))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.pair_chosen.emit(self.pairs.row_at(current.row()).identifier)
