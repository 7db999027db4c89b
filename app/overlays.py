"""What an assessment says, drawn over its radiograph: numbers, and residuals in millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter

from app.labels import (
    DOT_REACH,
    around,
    draw_leader,
    draw_text,
    is_sparse,
    leader,
    line_to,
    number_boxes,
    overlap,
    owners,
    place_labels,
    text_height,
    text_width,
)
from app.overlay_colours import CONCERNED, LEADER, RESIDUAL, halo_pen, line_pen
from app.pixel_items import Frame, PixelItem, known
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.canvas import CANVAS_SIZE

RING_REACH = 15.0  # screen pixels from the middle of a ring to its outer edge, with its halo
_LABELLED, _LABELLED_SPARSELY = 6, 2
_FAR_OFF = 1e6  # screen pixels


def group_colours(anatomy: Anatomy) -> list[str]:
    """One colour per landmark, its group's; the legend uses the same table."""
    return [anatomy.group_of(i).colour for i in range(anatomy.landmark_count)]


class LandmarkNumbers(PixelItem):
    """Every landmark's number beside it, in its group's colour, clear of its neighbours.

    A number that would have to lie on others is left out until one comes nearer, unless its
    landmark is one of `first`.
    """

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._colours = group_colours(anatomy)
        self.points = np.empty((0, 2))
        self.rings = np.empty((0, 2))
        self._first: tuple[int, ...] = ()
        self._layout: _NumberLayout | None = None

    def number(self, points: np.ndarray, first: Sequence[int] = ()) -> None:
        """Number the known points (L, 2), those of `first` before the others."""
        self.points, self._first, self._layout = points, tuple(first), None
        self.update()

    def keep_clear_of(self, rings: np.ndarray) -> None:
        """Let numbers stand beside rings around canvas positions (n, 2), not on them."""
        self.rings, self._layout = rings[known(rings)], None
        self.update()

    def layout(self, frame: Frame) -> "_NumberLayout":
        """Which numbers stand where, worked out once for every scale."""
        if self._layout is None or self._layout.scale != frame.scale:
            shown = known(self.points)
            order = dict.fromkeys((*self._first, *range(len(self.points))))
            indices = np.array([i for i in order if shown[i]], dtype=int)
            points = self.points[indices]
            height, sparse = text_height(frame.scale[0]), is_sparse(frame.scale[0])
            centres, reach = frame.scaled(points), self._reach(points)
            boxes = number_boxes(indices, centres, height, reach, sparse, _below(frame))
            self._layout = _NumberLayout(frame.scale, indices, centres, reach, boxes, height)
        return self._layout

    def _reach(self, points: np.ndarray) -> np.ndarray:
        """(n,) how far around landmarks (n, 2) something is drawn, in screen pixels."""
        ringed = (points[:, None] == self.rings[None]).all(axis=2).any(axis=1)
        return np.where(ringed, RING_REACH, DOT_REACH)

    def paint_pixels(self, painter: QPainter, frame: Frame) -> None:
        layout = self.layout(frame)
        there = np.tile(frame.origin, 2)
        for i in np.flatnonzero(np.isfinite(layout.boxes[:, 0])):
            landmark = layout.indices[i]
            box = layout.boxes[i] + there
            line = leader(layout.centres[i] + frame.origin, box, layout.reach[i])
            if line is not None:
                draw_leader(painter, line, LEADER)
            draw_text(painter, box, str(landmark), self._colours[landmark], layout.height)


@dataclass(frozen=True)
class _NumberLayout:
    """Which numbers stand where, in pixels of a canvas scaled by `scale`.

    indices (n,): of landmarks at `centres` (n, 2) that are drawn within `reach` (n,); boxes (n, 4):
    of their numbers, NaN for those left out; height: of all.
    """

    scale: tuple[float, float]
    indices: np.ndarray
    centres: np.ndarray
    reach: np.ndarray
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
            if np.isfinite(box[0]):
                colour = CONCERNED if landmark in self._concerned else RESIDUAL
                if landmark in layout.leaders:
                    draw_leader(painter, layout.leaders[landmark].translated(*frame.origin), colour)
                draw_text(painter, box + there, text, colour, layout.numbers.height)

    def layout(self, frame: Frame) -> "_ArrowLayout | None":
        """Which lengths stand where, clear of the numbers and of rings; None without arrows."""
        return None if self._assessment is None else self._lay_out(self._assessment, frame)

    def _lay_out(self, found: Assessment, frame: Frame) -> "_ArrowLayout":
        numbers = self._numbers.layout(frame)
        if self._layout is not None and self._layout.numbers is numbers:
            return self._layout
        starts, ends = frame.scaled(found.expected), frame.scaled(found.landmarks)
        order = residual_order(found.residuals)
        lines: dict[bool, list[QLineF]] = {True: [], False: []}
        for i in order:
            lines[i in self._concerned].extend(arrow(starts[i], ends[i]))
        beyond = found.residuals > found.limits
        sparse = is_sparse(frame.scale[0])
        largest = order[: _LABELLED_SPARSELY if sparse else _LABELLED]
        told = [i for i in order if (beyond[i] and not sparse) or i in (*largest, self._chosen)]
        texts = [f"{found.residuals[i]:.1f} mm" for i in told]
        middles = ((starts + ends) / 2)[told].reshape(-1, 2)
        boxes = self._boxes(texts, middles, starts[np.isfinite(starts).all(axis=1)], frame)
        self._layout = _ArrowLayout(
            numbers, lines, told, texts, boxes, _leaders(numbers, told, boxes)
        )
        return self._layout

    def _boxes(
        self, texts: list[str], middles: np.ndarray, starts: np.ndarray, frame: Frame
    ) -> np.ndarray:
        """(n, 4) where lengths stand beside the middles (n, 2) of their arrows and clear of where
        these start (s, 2), NaN for those that would lie on a ring."""
        numbers = self._numbers.layout(frame)
        obstacles = np.vstack([around(numbers.centres), around(starts), numbers.boxes])
        obstacles = obstacles[np.isfinite(obstacles).all(axis=1)]
        rings = around(frame.scaled(self._numbers.rings), RING_REACH)
        widths = np.array([text_width(text, numbers.height) for text in texts])
        forbidden = np.vstack([rings, _below(frame)])
        boxes = place_labels(middles, widths, numbers.height, obstacles, forbidden=forbidden)
        boxes[overlap(boxes, rings).any(axis=1)] = np.nan
        return boxes


@dataclass(frozen=True)
class _ArrowLayout:
    """Lines of the arrows that concern a reason of the verdict (True) and of the others, and the
    lengths told in `boxes` (n, 4), NaN for those left out, on the same scale as `numbers`; leaders:
    from landmarks to lengths that stand nearer to another one."""

    numbers: _NumberLayout
    lines: dict[bool, list[QLineF]]
    told: list[int]
    texts: list[str]
    boxes: np.ndarray
    leaders: dict[int, QLineF]


def _leaders(numbers: _NumberLayout, told: list[int], boxes: np.ndarray) -> dict[int, QLineF]:
    """Lines from landmarks to their lengths in boxes (n, 4) that could be taken for another's."""
    shown = {i: box for i, box in zip(told, boxes, strict=True) if np.isfinite(box[0])}
    if not shown:
        return {}
    places = {int(landmark): place for place, landmark in enumerate(numbers.indices)}
    nearest = numbers.indices[owners(np.array([*shown.values()]), numbers.centres)]
    lines = {}
    for (landmark, box), near in zip(shown.items(), nearest, strict=True):
        place = places[landmark]
        line = line_to(numbers.centres[place], box, float(numbers.reach[place]))
        if near != landmark and line is not None:
            lines[landmark] = line
    return lines


def _below(frame: Frame) -> np.ndarray:
    """(1, 4) what lies below the canvas, where texts would be cut off."""
    return np.array([[-_FAR_OFF, frame.scale[1] * CANVAS_SIZE, _FAR_OFF, _FAR_OFF]])


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
