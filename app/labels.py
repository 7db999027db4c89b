"""Texts over a radiograph: where they stand clear of everything else, and how they are drawn."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPainterPath, QPixmap

from app.overlay_colours import halo_pen, line_pen

DOT_REACH = 5.0  # screen pixels from a landmark's middle in which it is drawn
_NEAR, _FAR = 2.0, 14.0  # screen pixels between what is drawn and its text
_HALO_WIDTH = 3.2
_PAD = 3  # pixels around a text for its halo
_CHARACTER = 0.66  # width of a character of the bold font, in its height
_SMALLEST, _LARGEST = 11, 14  # height in screen pixels
_CROWDED = 0.3  # share of a number's box that may lie under others before it is left out
_FARTHER = 0.05  # share of its box that a text would rather have covered than stand far off
_FORBIDDEN = 50.0  # as bad as covering so many times the area of something else
_SPARSE = 1.5  # screen pixels per canvas pixel below which there is no room for every number
_TEXTS_KEPT = 512


def text_height(scale: float) -> int:
    """Height of texts in screen pixels where a canvas pixel has `scale` of them: on a large screen,
    or nearer, they may grow a little."""
    return int(np.clip(8 + scale, _SMALLEST, _LARGEST))


def text_width(text: str, height: int) -> float:
    """What a text needs, in screen pixels."""
    return _CHARACTER * height * len(text)


def is_sparse(scale: float) -> bool:
    """Whether a canvas pixel has too few screen pixels for a number beside every landmark."""
    return scale < _SPARSE


def place_labels(
    points: np.ndarray,
    widths: np.ndarray,
    height: float,
    obstacles: np.ndarray | None = None,
    reach: np.ndarray | float = DOT_REACH,
    forbidden: np.ndarray | None = None,
) -> np.ndarray:
    """Put a box beside every point where it covers as little as possible.

    Args:
        points: (n, 2) screen positions; widths: (n,) of the boxes; height: of all boxes.
        obstacles: (o, 4) boxes to keep clear of; the points themselves when left out.
        reach: (n,) how far from each point something is drawn that its own box stands outside of.
        forbidden: (f, 4) boxes to keep clear of whatever else has to be covered.

    Returns:
        (n, 4) left, top, right, bottom. Each box takes the first of sixteen places around its point
        (the near ones first) that overlaps least with the obstacles and the boxes placed before.
    """
    still = around(points) if obstacles is None else obstacles
    count = len(points)
    boxes = _places(points, widths, height, np.broadcast_to(reach, count))
    options = boxes.shape[1]
    covered = overlap(boxes.reshape(-1, 4), still).sum(axis=1).reshape(count, options)
    if forbidden is not None:
        there = overlap(boxes.reshape(-1, 4), forbidden).sum(axis=1).reshape(count, options)
        covered += _FORBIDDEN * there
    covered[:, options // 2 :] += _FARTHER * height * widths[:, None]
    placed = np.empty((count, 4))
    for i in range(count):
        cost = covered[i] + overlap(boxes[i], placed[:i]).sum(axis=1)
        placed[i] = boxes[i, np.argmin(cost)]
    return placed


def number_boxes(
    indices: np.ndarray,
    centres: np.ndarray,
    height: int = _SMALLEST,
    reach: np.ndarray | float = DOT_REACH,
    sparse: bool = False,
    forbidden: np.ndarray | None = None,
) -> np.ndarray:
    """(n, 4) where the numbers of landmarks at screen positions (n, 2) stand.

    A number that could not be read under those before it is left out: NaN. Of `sparse` numbers
    those are that would stand far off, or on anything at all. forbidden: as `place_labels` has it.
    """
    widths = np.array([text_width(str(i), height) for i in indices])
    marks = around(centres, reach)
    boxes = place_labels(centres, widths, height, marks, reach, forbidden)
    shared = np.tril(overlap(boxes, boxes), k=-1)
    on_marks = overlap(boxes, marks).sum(axis=1) / 2  # marks lie under the numbers
    if forbidden is not None:
        on_marks += overlap(boxes, forbidden).sum(axis=1)
    allowed = 0.0 if sparse else _CROWDED
    far = _is_far(centres, boxes, reach) if sparse else np.zeros(len(boxes), dtype=bool)
    for i in range(len(boxes)):
        if far[i] or shared[i].sum() + on_marks[i] > allowed * widths[i] * height:
            boxes[i], shared[:, i] = np.nan, 0.0
    return boxes


def around(points: np.ndarray, reach: np.ndarray | float = DOT_REACH) -> np.ndarray:
    """(n, 4) the boxes that something of that `reach` at screen positions (n, 2) is drawn in."""
    apart = np.reshape(np.broadcast_to(reach, len(points)), (-1, 1))
    return np.hstack([points - apart, points + apart])


def leader(point: np.ndarray, box: np.ndarray, reach: float = DOT_REACH) -> QLineF | None:
    """The line that leads from a point to its text, where that stands far off."""
    return line_to(point, box, reach) if _is_far(point[None], box[None], reach)[0] else None


def line_to(point: np.ndarray, box: np.ndarray, reach: float = DOT_REACH) -> QLineF | None:
    """The line from what is drawn around a point to a box; None where the two touch."""
    end = np.clip(point, box[:2], box[2:])
    distance = float(np.hypot(*(end - point)))
    if not distance > reach:
        return None
    return QLineF(QPointF(*(point + (end - point) * (reach / distance))), QPointF(*end))


def owners(boxes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(b,) which of the screen positions (n, 2) lies nearest to each of the boxes (b, 4)."""
    ends = np.clip(points[None], boxes[:, None, :2], boxes[:, None, 2:])
    return np.argmin(np.hypot(*np.moveaxis(ends - points[None], 2, 0)), axis=1)


def draw_leader(painter: QPainter, line: QLineF, colour: str) -> None:
    """A thin line with a halo."""
    for pen in (halo_pen(2.8), line_pen(colour, 1.2)):
        painter.setPen(pen)
        painter.drawLine(line)


def draw_text(painter: QPainter, box: np.ndarray, text: str, colour: str, height: int) -> None:
    """Text with a dark halo in a box of screen pixels, on whole pixels so that it is sharp."""
    picture = _picture(text, colour, height, painter.device().devicePixelRatioF())
    painter.drawPixmap(round(box[0]) - _PAD, round(box[1]) - _PAD, picture)


@lru_cache(maxsize=_TEXTS_KEPT)
def _picture(text: str, colour: str, height: int, ratio: float) -> QPixmap:
    """Drawn once: stroking the halo of a text costs more than all else of it."""
    width = round(text_width(text, height)) + 2 * _PAD
    picture = QPixmap(round((width + 8) * ratio), round((height + 2 * _PAD + 2) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    font = QFont(QGuiApplication.font())
    font.setPixelSize(height)
    font.setBold(True)
    path = QPainterPath()
    path.addText(QPointF(_PAD, _PAD + height - 2), font, text)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(path, halo_pen(_HALO_WIDTH, outline=True))
    painter.fillPath(path, QColor(colour))
    painter.end()
    return picture


def _is_far(points: np.ndarray, boxes: np.ndarray, reach: np.ndarray | float) -> np.ndarray:
    """(n,) whether boxes (n, 4) stand so far from their points that a line has to lead there."""
    ends = np.clip(points, boxes[:, :2], boxes[:, 2:])
    return np.hypot(*(ends - points).T) >= reach + (_NEAR + _FAR) / 2


def _places(points: np.ndarray, widths: np.ndarray, height: float, reach: np.ndarray) -> np.ndarray:
    """(n, 16, 4) the boxes a text may take: eight around its point, and eight farther out."""
    x, y = points[:, 0, None], points[:, 1, None]
    w = widths[:, None]
    rings = []
    for far in (False, True):
        gap = reach[:, None] + (_FAR if far else _NEAR)
        slant = gap * 0.8 if far else gap
        left, right, up, down = x - gap - w, x + gap, y - slant - height, y + slant
        middle_x, middle_y = x - w / 2, y - height / 2
        corners = (
            (right, middle_y), (left, middle_y), (right, up), (left, up),
            (right, down), (left, down), (middle_x, up), (middle_x, down),
        )  # fmt: skip
        rings += [np.hstack([a, b, a + w, b + height]) for a, b in corners]
    return np.stack(rings, axis=1).reshape(len(points), len(rings), 4)


def overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(b, o) area that each of (b, 4) boxes shares with each of (o, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.clip(high - low, 0, None).prod(axis=2)
