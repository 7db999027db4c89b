"""What an assessment says, drawn over its radiograph: numbers, and residuals in millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter

from app.labels import (
    around,
    draw_leader,
    draw_text,
    leader,
    number_boxes,
    place_labels,
    text_height,
    text_width,
)
from app.overlay_colours import CONCERNED, RESIDUAL, halo_pen, line_pen
from app.pixel_items import Frame, PixelItem, known
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment

_LABELLED = 6


def landmark_brushes(anatomy: Anatomy) -> list:
    """One brush per landmark, in its group's colour; the legend uses the same table."""
    return [pg.mkBrush(anatomy.group_of(i).colour) for i in range(anatomy.landmark_count)]


class LandmarkNumbers(PixelItem):
    """Every landmark's number beside it, in its group's colour, clear of its neighbours.

    A number that would have to lie on others is left out until one comes nearer, unless its
    landmark is one of `first`.
    """

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._colours = [anatomy.group_of(i).colour for i in range(anatomy.landmark_count)]
        self.points = np.empty((0, 2))
        self._first: tuple[int, ...] = ()
        self._layout: _NumberLayout | None = None

    def number(self, points: np.ndarray, first: Sequence[int] = ()) -> None:
        """Number the known points (L, 2), those of `first` before the others."""
        self.points, self._first, self._layout = points, tuple(first), None
        self.update()

    def layout(self, frame: Frame) -> "_NumberLayout":
        """Which numbers stand where, worked out once for every scale."""
        if self._layout is None or self._layout.scale != frame.scale:
            shown = known(self.points)
            order = dict.fromkeys((*self._first, *range(len(self.points))))
            indices = np.array([i for i in order if shown[i]], dtype=int)
            centres = frame.scaled(self.points[indices])
            height = text_height(frame.scale[0])
            boxes = number_boxes(indices, centres, height)
            self._layout = _NumberLayout(frame.scale, indices, centres, boxes, height)
        return self._layout

    def paint_pixels(self, painter: QPainter, frame: Frame) -> None:
        layout = self.layout(frame)
        there = np.tile(frame.origin, 2)
        for i in np.flatnonzero(np.isfinite(layout.boxes[:, 0])):
            landmark = layout.indices[i]
            box = layout.boxes[i] + there
            line = leader(layout.centres[i] + frame.origin, box)
            if line is not None:
                draw_leader(painter, line, self._colours[landmark])
            draw_text(painter, box, str(landmark), self._colours[landmark], layout.height)


@dataclass(frozen=True)
class _NumberLayout:
    """Numbers `indices` (n,) of landmarks at `centres` (n, 2) in `boxes` (n, 4), NaN for those left
    out, in pixels of a canvas scaled by `scale`; their height."""

    scale: tuple[float, float]
    indices: np.ndarray
    centres: np.ndarray
    boxes: np.ndarray
    height: int


class ResidualArrows(PixelItem):
    """An arrow from the expected place to each landmark; the largest and those beyond their limits
    carry their length."""

    def __init__(self, numbers: LandmarkNumbers) -> None:
        super().__init__()
        self._numbers = numbers
        self._assessment: Assessment | None = None
        self._concerned: frozenset[int] = frozenset()
        self._chosen = -1
        self._layout: _ArrowLayout | None = None

    def draw(self, assessment: Assessment | None, chosen: int = -1) -> None:
        """Draw the residuals of an assessment, or none; that of `chosen` says its length, too."""
        self._assessment, self._chosen, self._layout = assessment, chosen, None
        reasons = () if assessment is None else assessment.reasons
        self._concerned = frozenset(i for reason in reasons for i in reason.landmarks)
        self.update()

    def paint_pixels(self, painter: QPainter, frame: Frame) -> None:
        if self._assessment is None:
            return
        layout = self._lay_out(self._assessment, frame)
        painter.translate(*frame.origin)
        pens = [(halo_pen(3.6), True), (halo_pen(3.6), False)]
        pens += [(line_pen(CONCERNED, 1.8), True), (line_pen(RESIDUAL, 1.5), False)]
        for pen, concerned in pens:
            painter.setPen(pen)
            painter.drawLines(layout.lines[concerned])
        painter.translate(*-np.array(frame.origin))
        there = np.tile(frame.origin, 2)
        for landmark, text, box in zip(layout.told, layout.texts, layout.boxes, strict=True):
            colour = CONCERNED if landmark in self._concerned else RESIDUAL
            draw_text(painter, box + there, text, colour, layout.height)

    def _lay_out(self, found: Assessment, frame: Frame) -> "_ArrowLayout":
        if self._layout is not None and self._layout.scale == frame.scale:
            return self._layout
        starts, ends = frame.scaled(found.expected), frame.scaled(found.landmarks)
        order = residual_order(found.residuals)
        lines: dict[bool, list[QLineF]] = {True: [], False: []}
        for i in order:
            lines[i in self._concerned].extend(arrow(starts[i], ends[i]))
        beyond = found.residuals > found.limits
        told = [i for i in order if beyond[i] or i in (*order[:_LABELLED], self._chosen)]
        texts = [f"{found.residuals[i]:.1f} mm" for i in told]
        numbers = self._numbers.layout(frame)
        obstacles = np.vstack([around(numbers.centres), numbers.boxes])
        obstacles = obstacles[np.isfinite(obstacles).all(axis=1)]
        widths = np.array([text_width(text, numbers.height) for text in texts])
        middles = ((starts + ends) / 2)[told].reshape(-1, 2)
        boxes = place_labels(middles, widths, numbers.height, obstacles)
        self._layout = _ArrowLayout(frame.scale, lines, told, texts, boxes, numbers.height)
        return self._layout


@dataclass(frozen=True)
class _ArrowLayout:
    """Lines of the arrows that concern a reason of the verdict (True) and of the others, and the
    lengths told, in pixels of a canvas scaled by `scale`."""

    scale: tuple[float, float]
    lines: dict[bool, list[QLineF]]
    told: list[int]
    texts: list[str]
    boxes: np.ndarray
    height: int


def residual_order(residuals: np.ndarray) -> Sequence[int]:
    """Landmarks with a known residual, the largest first."""
    filled = np.where(np.isnan(residuals), -1.0, residuals)
    return [int(i) for i in np.argsort(-filled, kind="stable") if filled[i] >= 0]


def arrow(start: np.ndarray, end: np.ndarray) -> list[QLineF]:
    """The lines of an arrow between two screen positions (2,); none where there is no room."""
    along = end - start
    length = float(np.hypot(*along))
    if not length >= 1.5:
        return []
    back = -along / length * min(6.0, length / 2)
    side = np.array([-back[1], back[0]]) * 0.55
    tip = QPointF(*end)
    barbs = [QLineF(tip, QPointF(*(end + back + sign * side))) for sign in (1, -1)]
    return [QLineF(QPointF(*start), tip), *barbs]
