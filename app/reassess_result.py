"""What judging again would change: in sentences, and pair by pair with its picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from app.reassess_words import change_lines, change_row, headline
from app.thumbnails import Thumbnails
from app.widgets import column, label
from engine.assess.assessment import Assessment
from engine.review.opening import PAIRS
from engine.review.project import PairRow, ReviewProject

_HEADS = ("Pair", "Gate", "Reviewer", "Why")
_PICTURE, _WHY = 0, 3
_SHOWN = 2000  # changes listed
_SIDE = 56  # of a thumbnail, in pixels
_PAIR_WIDTH = _SIDE + 96


class ReassessResult(QFrame):
    """A card with the changes of one trial."""

    def __init__(self, project: ReviewProject) -> None:
        super().__init__()
        self.setObjectName("card")
        self.headline = label("", "figure", "How many verdicts change")
        self.lines = label("", name="What changes")
        self.thumbnails = Thumbnails(project.folder / PAIRS, self.devicePixelRatioF(), self)
        self.thumbnails.arrived.connect(self._on_arrived)
        self.table = QTableWidget(0, len(_HEADS))
        self.table.setItemDelegateForColumn(_PICTURE, _Pictured(self.thumbnails, self.table))
        self.table.setIconSize(QSize(_SIDE, _SIDE))
        self.table.setAccessibleName("Pairs whose verdict changes")
        self.table.setHorizontalHeaderLabels(_HEADS)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_SIDE + 6)
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_PICTURE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(_PICTURE, _PAIR_WIDTH)
        header.setSectionResizeMode(_WHY, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        layout = column(self.headline, self.lines, self.table, margins=14, spacing=8)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_changes(
        self,
        rows: Sequence[PairRow],
        judged: Mapping[str, Assessment],
        changes: Sequence[Mapping[str, Any]],
        hidden: str = "",
    ) -> None:
        """Show what a trial found.

        Args:
            rows: as the reviewer may see them; changes: as `engine.jobs.reassess` tells them;
                hidden: what is left out because others' decisions are hidden, in one line.
        """
        self.headline.setText(headline(changes, len(judged)))
        lines = change_lines(rows, judged, changes)
        if len(changes) > _SHOWN:
            lines.append(f"The first {_SHOWN} changes are listed")
        if hidden:
            lines.append(hidden)
        self.lines.setText("\n".join(lines))
        decisions = {row.identifier: row.decision for row in rows}
        self.table.setRowCount(min(len(changes), _SHOWN))
        for line, change in enumerate(changes[:_SHOWN]):
            for place, text in enumerate(change_row(change, decisions[change["identifier"]])):
                item = QTableWidgetItem(text)
                item.setToolTip(text if place == _WHY else "")
                item.setData(Qt.ItemDataRole.UserRole, change["identifier"])
                self.table.setItem(line, place, item)
        self.table.setVisible(bool(changes))

    def close_pictures(self) -> None:
        """Read no more thumbnails."""
        self.thumbnails.close()

    @Slot(str)
    def _on_arrived(self, _identifier: str) -> None:
        self.table.viewport().update()


class _Pictured(QStyledItemDelegate):
    """Draws a pair's thumbnail before its name, read when it is first seen."""

    def __init__(self, thumbnails: Thumbnails, table: QTableWidget) -> None:
        super().__init__(table)
        self._thumbnails = thumbnails

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = QSize(_SIDE, _SIDE)
        drawn = self._thumbnails.get(index.data(Qt.ItemDataRole.UserRole))
        if drawn is not None:
            option.icon = QIcon(drawn)
