"""How sure the labelling is of each landmark: one bar per landmark, and the weakest by name."""

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.theme import colours
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment, Reason

_HEIGHT = 34
_WEAK = 0.9  # below, a landmark's label is worth a look
_NAMED = 3


def weakest(found: Assessment, anatomy: Anatomy) -> list[Reason]:
    """The labels to look at, weakest first, each with the landmark it concerns."""
    known = np.flatnonzero(found.beliefs < _WEAK)
    order = known[np.argsort(found.beliefs[known], kind="stable")][:_NAMED].tolist()
    return [
        Reason(
            "weak-label",
            f"{anatomy.landmark_names[i]}: {_percent(found.beliefs[i])} sure which marker it is",
            (i,),
            float(found.beliefs[i]),
            _WEAK,
        )
        for i in order
    ]


def sureness(found: Assessment, anatomy: Anatomy) -> str:
    """In a sentence how sure the labelling is, the weakest landmark by name."""
    known = np.flatnonzero(np.isfinite(found.beliefs))
    if not known.size:
        return "No landmark was given a marker"
    least = int(known[found.beliefs[known].argmin()])
    told = f"{anatomy.landmark_names[least]}, {_percent(found.beliefs[least])}"
    weak = int((found.beliefs[known] < _WEAK).sum())
    if not weak:
        return f"Sure of every marker; least of {told}"
    return f"Unsure of {weak} of {known.size} markers; least of {told}"


def _percent(belief: float) -> str:
    return "below 1 %" if belief < 0.01 else f"{min(belief, 0.99):.0%}".replace("%", " %")


class BeliefStrip(QWidget):
    """A bar for each landmark in their order, as high as the labelling is sure, in its group's
    colour; a cross where it has no marker, a ring where a person placed it.

    Clicked, or reached with the arrow keys, a landmark is chosen, and named to a screen reader.
    """

    landmark_chosen = Signal(int)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._anatomy = anatomy
        self._beliefs = np.full(anatomy.landmark_count, np.nan)
        self._placed = np.zeros(anatomy.landmark_count, dtype=bool)
        self._hovered = self._chosen = -1
        self._sureness = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("How sure the labelling is of each landmark")

    def show_beliefs(self, found: Assessment) -> None:
        """Show the beliefs of an assessment."""
        self._beliefs = found.beliefs
        self._placed = np.isfinite(found.landmarks).all(axis=1)
        self._sureness = sureness(found, self._anatomy)
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for landmark in range(len(self._beliefs)):
            self._draw(painter, landmark)
        y = self._top(_WEAK)
        painter.setPen(QPen(QColor(colours().muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(0, y, self.width(), y))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours().accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            if self._chosen >= 0:
                painter.setPen(QPen(QColor(colours().text), 2))
                painter.drawRect(self._column(self._chosen).adjusted(0, 1, 0, -1))
        painter.end()

    def _draw(self, painter: QPainter, landmark: int) -> None:
        column = self._column(landmark)
        if landmark == self._hovered:
            painter.fillRect(column, QColor(colours().hover))
        belief = self._beliefs[landmark]
        if np.isfinite(belief):
            painter.setPen(QPen(QColor(colours().outline), 1))
            colour = self._anatomy.group_of(landmark).colour
            painter.setBrush(QColor(colour if belief >= _WEAK else colours().reject))
            top = min(self._top(float(belief)), self.height() - 4.0)
            painter.drawRect(QRectF(column.x() + 1, top, column.width() - 2, self.height() - top))
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours().text if self._placed[landmark] else colours().reject)))
        middle, size = QPointF(column.center().x(), self.height() - 6), column.width() / 2 - 1
        if self._placed[landmark]:
            painter.drawEllipse(middle, size, size)
        else:
            for x in (size, -size):
                painter.drawLine(QLineF(middle - QPointF(x, size), middle + QPointF(x, size)))

    def _column(self, landmark: int) -> QRectF:
        width = self.width() / len(self._beliefs)
        return QRectF(landmark * width, 0, width, self.height())

    def _top(self, belief: float) -> float:
        return (self.height() - 1) * (1 - belief) + 1

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            landmark = self._landmark_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._told(landmark), self)
            return True
        wanted = isinstance(event, QKeyEvent) and self._place_of(event) is not None
        if wanted and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # or the window would go to another pair
            return True
        return super().event(event)

    def _told(self, landmark: int) -> str:
        belief = self._beliefs[landmark]
        placed = "placed by a reviewer" if self._placed[landmark] else "no marker"
        sure = f"{_percent(belief)} sure" if np.isfinite(belief) else placed
        return f"{landmark} {self._anatomy.landmark_names[landmark]}: {sure}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._landmark_at(event.position()))

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(self._landmark_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self._place_of(event)
        if place is None:
            super().keyPressEvent(event)
        else:
            self._choose(place)

    def _place_of(self, event: QKeyEvent) -> int | None:
        """The landmark that a key leads to."""
        last = len(self._beliefs) - 1
        places = {
            Qt.Key.Key_Left: max(0, self._chosen - 1),
            Qt.Key.Key_Right: min(self._chosen + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        return places.get(Qt.Key(event.key())) if plain else None

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark(-1)

    def _choose(self, landmark: int) -> None:
        self._mark(landmark if self.hasFocus() else -1)
        self.landmark_chosen.emit(landmark)

    def _mark(self, landmark: int) -> None:
        self._chosen = landmark
        self._tell()
        self.update()

    def _tell(self) -> None:
        """Say the landmark that the keys are at, else how sure the labelling is of all."""
        told = self._told(self._chosen) if self._chosen >= 0 else self._sureness
        self.setAccessibleDescription(told)

    def _landmark_at(self, where: QPointF) -> int:
        count = len(self._beliefs)
        return int(min(max(0, where.x() * count // max(1, self.width())), count - 1))

    def _hover(self, landmark: int) -> None:
        if landmark != self._hovered:
            self._hovered = landmark
            self.update()
