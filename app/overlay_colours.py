"""What overlays are drawn in, beside the groups' colours that come from the anatomy.

A radiograph has every grey, so no colour stands out everywhere: whatever is drawn over it has a
black halo, which the drawn line stands out from, and which stands out from bright bone. Lines and
marks are light enough to stand out where the halo does not; dots have the groups' colours, some of
them darker, and so a light rim.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from app.theme import DARK

HALO_OPACITY = 0.97
RIM = "#ffffff"  # around the dots
EDGE = "#dfe6ea"
LEADER = EDGE  # from a landmark to its number
MEAN_SHAPE = "#ffffff"
CANDIDATE = "#f2f5f7"
BEFORE = "#b9c3ca"  # where a landmark was before it was moved
RESIDUAL = DARK.warning
CONCERNED = "#ff9e7c"  # by a reason of the verdict
CHOSEN = "#7cc8e0"

LINE_COLOURS = (RIM, EDGE, LEADER, MEAN_SHAPE, CANDIDATE, BEFORE, RESIDUAL, CONCERNED, CHOSEN)


def halo() -> QColor:
    """Black, as opaque as it is drawn."""
    made = QColor(0, 0, 0)
    made.setAlphaF(HALO_OPACITY)
    return made


def halo_pen(width: float, outline: bool = False) -> QPen:
    """A pen for a halo, `width` screen pixels wide."""
    return line_pen(halo(), width, outline)


def line_pen(colour: QColor | str, width: float, outline: bool = False) -> QPen:
    """A pen `width` screen pixels wide at every zoom.

    Lines end flat, which Qt draws ten times as fast as round ends; an `outline` is round.
    """
    cap = Qt.PenCapStyle.RoundCap if outline else Qt.PenCapStyle.FlatCap
    join = Qt.PenJoinStyle.RoundJoin if outline else Qt.PenJoinStyle.MiterJoin
    pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, cap, join)
    pen.setCosmetic(True)
    return pen
