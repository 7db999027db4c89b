"""Texts over a radiograph: where they stand clear of everything else, and how they are drawn."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPainterPath, QPixmap

from app.overlay_colours import halo_pen, line_pen

_NEAR, _FAR = 7.0, 19.0  # screen pixels between a point and its text
_HALO_WIDTH = 3.2
_PAD = 3  # pixels around a text for its halo
_CHARACTER = 0.66  # width of a character of the bold font, in its height
_SMALLEST, _LARGEST = 11, 14  # height in screen pixels
_CROWDED = 0.3  # share of a number's box that may lie under others before it is left out
_FARTHER = 0.05  # share of its box that a text would rather have covered than stand far off
_TEXTS_KEPT = 512


def text_height(scale: float) -> int:
    """Height of texts in screen pixels where a canvas pixel has `scale` of them: on a large screen,
    or nearer, they may grow a little."""
    return int(np.clip(8 + scale, _SMALLEST, _LARGEST))


def text_width(text: str, height: int) -> float:
    """What a text needs, in screen pixels."""
    return _CHARACTER * height * len(text)


def place_labels(
    points: np.ndarray, widths: np.ndarray, height: float, obstacles: np.ndarray | None = None
) -> np.ndarray:
    """Put a box beside every point where it covers as little as possible.

    Args:
        points: (n, 2) screen positions; widths: (n,) of the boxes; height: of all boxes.
        obstacles: (o, 4) boxes to keep clear of; the points themselves when left out.

    Returns:
        (n, 4) left, top, right, bottom. Each box takes the first of sixteen places around its point
        (the near ones first) that overlaps least with the obstacles and the boxes placed before.
    """
    still = around(points) if obstacles is None else obstacles
    count = len(points)
    boxes = _places(points, widths, height)
    options = boxes.shape[1]
    covered = _overlap(boxes.reshape(-1, 4), still).sum(axis=1).reshape(count, options)
    covered[:, options // 2 :] += _FARTHER * height * widths[:, None]
    placed = np.empty((count, 4))
    for i in range(count):
        cost = covered[i] + _overlap(boxes[i], placed[:i]).sum(axis=1)
        placed[i] = boxes[i, np.argmin(cost)]
    return placed


def number_boxes(indices: np.ndarray, centres: np.ndarray, height: int = _SMALLEST) -> np.ndarray:
    """(n, 4) where the numbers of landmarks at screen positions (n, 2) stand.

    A number that could not be read under those before it is left out: NaN.
    """
    widths = np.array([text_width(str(i), height) for i in indices])
    boxes = place_labels(centres, widths, height)
    shared = np.tril(_overlap(boxes, boxes), k=-1)
    on_marks = _overlap(boxes, around(centres)).sum(axis=1) / 2  # marks lie under the numbers
    for i in range(len(boxes)):
        if shared[i].sum() + on_marks[i] > _CROWDED * widths[i] * height:
            boxes[i], shared[:, i] = np.nan, 0.0
    return boxes


def around(points: np.ndarray) -> np.ndarray:
    """(n, 4) the boxes that landmarks at screen positions (n, 2) are drawn in."""
    return np.hstack([points - 5, points + 5])


def leader(point: np.ndarray, box: np.ndarray) -> QLineF | None:
    """The line that leads from a point to its text, where that stands far off."""
    end = np.clip(point, box[:2], box[2:])
    length = float(np.hypot(*(end - point)))
    if length < (_NEAR + _FAR) / 2:
        return None
    start = point + (end - point) * (5 / length)
    return QLineF(QPointF(*start), QPointF(*end))


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


def _places(points: np.ndarray, widths: np.ndarray, height: float) -> np.ndarray:
    """(n, 16, 4) the boxes a text may take: eight around its point, and eight farther out."""
    x, y = points[:, 0, None], points[:, 1, None]
    w = widths[:, None]
    rings = []
    for gap in (_NEAR, _FAR):
        slant = gap if gap == _NEAR else gap * 0.8
        left, right, up, down = x - gap - w, x + gap, y - slant - height, y + slant
        middle_x, middle_y = x - w / 2, y - height / 2
        corners = (
            (right, middle_y), (left, middle_y), (right, up), (left, up),
            (right, down), (left, down), (middle_x, up), (middle_x, down),
        )  # fmt: skip
        rings += [np.hstack([a, b, a + w, b + height]) for a, b in corners]
    return np.stack(rings, axis=1).reshape(len(points), len(rings), 4)


def _overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(b, o) area that each of (b, 4) boxes shares with each of (o, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.clip(high - low, 0, None).prod(axis=2)
