"""The pairs of a project as the contact sheet shows them: chosen, in order, and never jumping."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.pair_choice import Order, PairChoice, PairFilter, ordered
from app.pair_words import describe
from app.reviewer_sight import ReviewerSight
from engine.review.decisions import Verdict
from engine.review.project import PairRow, ReviewProject
from engine.review.records import Counts

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_FEW = 20  # pairs that are read one by one rather than with all others
_WORDS = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)


class PairModel(QAbstractListModel):
    """The pairs that a choice lets pass, in its order as it was when the choice was applied.

    Between two applications nothing moves: a pair that fits no longer keeps its place (`is_stale`
    says so), one whose figures change is not sorted anew, and new pairs join at the end.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = PairChoice()
        self.sight = ReviewerSight()
        self._project: ReviewProject | None = None
        self._rows: dict[str, PairRow] = {}  # of the whole project, in the order made
        self._shown: list[str] = []
        self._place: dict[str, int] = {}
        self._stale: set[str] = set()
        self._joined_late = 0
        self._last_ordinal = 0
        self._tally = [0, 0, 0]  # accepted, decided, overridden

    def set_project(
        self, project: ReviewProject | None, reviewer: str = "", hide_others: bool = False
    ) -> None:
        """Show another project, or none, with the eyes of a reviewer."""
        self._project, self.sight = project, ReviewerSight(reviewer, hide_others)
        self.reload()

    def reload(self) -> None:
        """Read every pair of the project anew and apply the choice."""
        rows = [] if self._project is None else self._project.rows()
        self._rows = {row.identifier: self._seen(row) for row in rows}
        self._last_ordinal = rows[-1].ordinal if rows else 0
        self._tally = [0, 0, 0]
        for row in self._rows.values():
            self._count(row, 1)
        self.apply(self.choice)

    def apply(self, choice: PairChoice) -> None:
        """Show what fits a choice now, in its order."""
        self.beginResetModel()
        self.choice = choice
        fitting = [row for row in self._rows.values() if self.fits(row)]
        self._shown = [row.identifier for row in ordered(fitting, choice.order)]
        self._place = {identifier: place for place, identifier in enumerate(self._shown)}
        self._stale = set()
        self._joined_late = 0
        self.endResetModel()
        self.changed.emit()

    def append_new(self) -> int:
        """Take in the pairs that joined the project since; how many they are."""
        if self._project is None:
            return 0
        new = [self._seen(row) for row in self._project.rows_since(self._last_ordinal)]
        if new:
            self._last_ordinal = new[-1].ordinal
            for row in new:
                self._rows[row.identifier] = row
                self._count(row, 1)
            self._append([row.identifier for row in new if self.fits(row)])
            self.changed.emit()
        return len(new)

    def _append(self, identifiers: list[str]) -> None:
        if identifiers:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(identifiers) - 1)
            self._shown.extend(identifiers)
            self._place.update({name: first + i for i, name in enumerate(identifiers)})
            self.endInsertRows()
            self._joined_late += 0 if self.choice.order is Order.MADE else len(identifiers)

    def reread(self, identifiers: Sequence[str]) -> None:
        """Take over what the project now says about some pairs; they keep their places."""
        if self._project is not None:
            known = [name for name in identifiers if name in self._rows]
            if len(known) > _FEW:
                wanted = set(known)
                self._replace([row for row in self._project.rows() if row.identifier in wanted])
            else:
                self._replace([self._project.row(name) for name in known])

    def reread_all(self) -> None:
        """Take over what the project now says about every pair; all keep their places."""
        if self._project is not None:
            self._replace([row for row in self._project.rows() if row.identifier in self._rows])

    def _replace(self, rows: list[PairRow]) -> None:
        places = []
        for row in map(self._seen, rows):
            self._count(self._rows[row.identifier], -1)
            self._rows[row.identifier] = row
            self._count(row, 1)
            place = self._place.get(row.identifier)
            if place is not None:
                (self._stale.discard if self.fits(row) else self._stale.add)(row.identifier)
                places.append(place)
        if places:
            self.dataChanged.emit(self.index(min(places)), self.index(max(places)))
        if rows:
            self.changed.emit()

    def _seen(self, row: PairRow) -> PairRow:
        """The row as the reviewer may see it."""
        return row if self._project is None else self.sight.row(self._project, row)

    def _count(self, row: PairRow, by: int) -> None:
        self._tally[0] += by * (row.counts_as is Verdict.ACCEPT)
        self._tally[1] += by * (row.decision is not None)
        self._tally[2] += by * (row.decision not in (None, row.gate_verdict))

    def fits(self, row: PairRow) -> bool:
        """Whether the filter in force lets a pair pass."""
        return self.choice.filter.fits(row, self.sight.reviewer)

    def count_of(self, wanted: PairFilter) -> int:
        """How many pairs of the project a filter lets pass."""
        return sum(wanted.fits(row, self.sight.reviewer) for row in self._rows.values())

    @property
    def counts(self) -> Counts:
        """How many pairs the project has, and what they count as to this reviewer."""
        accepted, decided, overridden = self._tally
        total = len(self._rows)
        return Counts(total, accepted, total - accepted, decided, overridden)

    @property
    def rows(self) -> list[PairRow]:
        """Every pair of the project, shown or not, in the order made."""
        return list(self._rows.values())

    @property
    def stale(self) -> int:
        """How many pairs are shown that fit no longer."""
        return len(self._stale)

    @property
    def joined_late(self) -> int:
        """How many pairs joined at the end though the order may want them elsewhere."""
        return self._joined_late

    def is_stale(self, place: int) -> bool:
        """Whether the pair at a place fits the filter no longer."""
        return self._shown[place] in self._stale

    def row_at(self, place: int) -> PairRow:
        """The pair at a place of the sheet."""
        return self._rows[self._shown[place]]

    def row_of(self, identifier: str) -> PairRow:
        """A pair, shown or not."""
        return self._rows[identifier]

    def place_of(self, identifier: str) -> int | None:
        """Where a pair is on the sheet, None where it is not shown."""
        return self._place.get(identifier)

    def place_from(self, identifier: str) -> int:
        """Where a pair is, or else the first shown that comes after it in the order; -1: none."""
        place = self._place.get(identifier)
        if place is not None or not self._shown:
            return -1 if place is None else place
        if identifier not in self._rows:
            return 0
        every = [row.identifier for row in ordered(self._rows.values(), self.choice.order)]
        after = every[every.index(identifier) + 1 :]
        places = (self._place[name] for name in after if name in self._place)
        return next(places, len(self._shown) - 1)

    def next_undecided(self, after: int) -> int | None:
        """The next place without a reviewer's decision, going round once."""
        count = len(self._shown)
        order = ((after + 1 + step) % count for step in range(count))
        return next((place for place in order if self.row_at(place).decision is None), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ROW_ROLE:
            return self.row_at(index.row())
        if role in _WORDS:
            return describe(self.row_at(index.row()), self.is_stale(index.row()))
        return None
