"""How one pair is drawn on the contact sheet: thumbnail, verdict, marks, number."""

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from app.icons import pixmap
from app.pair_choice import FLAGGED_COPIES
from app.theme import DARK, colours
from app.thumbnails import THUMBNAIL_SIZE
from engine.assess.copy_risk import CopyLevel
from engine.review.decisions import Verdict
from engine.review.project import PairRow

CELL = QSize(THUMBNAIL_SIZE + 14, THUMBNAIL_SIZE + 32)
_BADGE = 23  # a badge with its outline, in pixels
_INK = "#0c1013"
_HOLLOW = QColor(10, 13, 15, 225)
_REJECTED_OPACITY = 0.8
_STALE_OPACITY = 0.22


@dataclass(frozen=True)
class CellState:
    """How a cell stands on the sheet. figure: what the order goes by, in few characters."""

    selected: bool = False
    current: bool = False
    stale: bool = False
    figure: str = ""


def paint_pair(
    painter: QPainter, cell: QRect, row: PairRow, thumbnail: QPixmap | None, state: CellState
) -> None:
    """Draw a pair in its cell (`CELL`); the verdict shows as colour and as check mark or cross."""
    if state.selected or state.current:
        _draw_frame(painter, cell, state)
    picture = QRect(cell.x() + 7, cell.y() + 6, THUMBNAIL_SIZE, THUMBNAIL_SIZE)
    painter.fillRect(picture, Qt.GlobalColor.black)
    if thumbnail is not None and not thumbnail.isNull():
        faint = _REJECTED_OPACITY if row.counts_as is Verdict.REJECT else 1.0
        painter.setOpacity(_STALE_OPACITY if state.stale else faint)
        painter.drawPixmap(picture.topLeft(), thumbnail)
        painter.setOpacity(1.0)
    _draw_badges(painter, picture, row)
    _draw_caption(painter, cell, row, state)


def _draw_frame(painter: QPainter, cell: QRect, state: CellState) -> None:
    """A filled card for what is selected, a ring for the pair that is looked at."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = QPen(QColor(colours().accent), 2.5 if state.current else 1.0)
    painter.setPen(ring)
    painter.setBrush(
        QColor(colours().accent_fill) if state.selected else QColor(Qt.GlobalColor.transparent)
    )
    painter.drawRoundedRect(QRectF(cell).adjusted(2, 1.5, -2, -1.5), 7, 7)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _draw_badges(painter: QPainter, picture: QRect, row: PairRow) -> None:
    """The verdict in one corner, likeness to a training radiograph in the other."""
    ratio = painter.device().devicePixelRatioF()
    bottom = picture.bottom() - _BADGE - 1
    # The badges lie on the black of the radiograph in every theme.
    accepted = row.counts_as is Verdict.ACCEPT
    verdict = badge(
        "accept" if accepted else "reject",
        DARK.accept if accepted else DARK.reject,
        row.decision is not None,
        accepted,
        ratio,
    )
    painter.drawPixmap(QPoint(picture.right() - _BADGE - 1, bottom), verdict)
    if row.copy_level in FLAGGED_COPIES:
        copied = row.copy_level is CopyLevel.COPY
        flagged = badge(str(row.copy_level), DARK.warning, copied, False, ratio)
        painter.drawPixmap(QPoint(picture.left() + 3, bottom), flagged)


@cache
def badge(mark: str, colour: str, filled: bool, round_one: bool, ratio: float) -> QPixmap:
    """A mark on a disc or a square: filled when a person decided, outlined when the gate did."""
    side = round(_BADGE * ratio)
    drawn = QPixmap(side, side)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.setPen(QPen(QColor(colour), 1.6))
    painter.setBrush(QColor(colour) if filled else _HOLLOW)
    frame = QRectF(1, 1, _BADGE - 2, _BADGE - 2)
    if round_one:
        painter.drawEllipse(frame)
    else:
        painter.drawRoundedRect(frame, 4, 4)
    inner = pixmap(mark, _INK if filled else colour, 64)
    painter.drawPixmap(frame.adjusted(2, 2, -2, -2), inner, QRectF(inner.rect()))
    painter.end()
    return drawn


def _draw_caption(painter: QPainter, cell: QRect, row: PairRow, state: CellState) -> None:
    line = QRect(cell.x() + 9, cell.bottom() - 21, cell.width() - 18, 18)
    colour = colours().text if state.selected else colours().muted
    painter.setFont(_caption_font(painter.font().family(), state.stale))
    painter.setPen(QColor(colour))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(line, middle, f"{row.ordinal}")
    marks = [
        name
        for name, shown in (
            ("person", row.decision is not None),
            ("correct", row.corrected_verdict is not None),
            ("note", bool(row.note)),
        )
        if shown
    ]
    ratio = painter.device().devicePixelRatioF()
    for name in marks:
        painter.drawPixmap(line.right() - 13, line.y() + 2, _small(name, colour, ratio))
        line.setRight(line.right() - 16)
    if state.figure:
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, state.figure)


@cache
def _caption_font(family: str, stale: bool) -> QFont:
    font = QFont(family)
    font.setPixelSize(11)
    font.setStrikeOut(stale)
    return font


@cache
def _small(name: str, colour: str, ratio: float) -> QPixmap:
    """A mark of 14 pixels."""
    side = round(14 * ratio)
    large = pixmap(name, colour, 64)
    drawn = large.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    drawn.setDevicePixelRatio(ratio)
    return drawn
