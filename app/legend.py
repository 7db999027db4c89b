"""What the colours and marks on the stage mean, beneath it and black as it is in every theme."""

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from app import overlay_colours as paint
from app.theme import DARK
from app.widgets import column, label, row
from engine.anatomy import Anatomy, LandmarkGroup

_MARKS = (
    ("shape", "◇", paint.MEAN_SHAPE, "expected"),
    ("residuals", "→", paint.RESIDUAL, "off, in mm"),
    ("candidates", "+", paint.CANDIDATE, "not chosen"),
)
_BEFORE = ("○", paint.BEFORE, "before")


class Legend(QWidget):
    """Two lines: the groups' colours from the table the landmarks are drawn with, and the marks
    that are shown. While landmarks are corrected, two lines about that stand there instead."""

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self.setObjectName("stage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._groups = _line(DARK.muted, "Legend of the landmark groups")
        self._groups.setText("&nbsp;&nbsp; ".join(_group(one) for one in anatomy.groups))
        self._groups.setToolTip("\n".join(_members(one) for one in anatomy.groups))
        self._marks = _line(DARK.muted, "Legend of the marks")
        self._aside = _line(DARK.muted, "Grey window and keys")
        self._aside.setToolTip(
            "Drag with the right mouse button: sideways the window's width, up and down its level. "
            "Double right click: all greys. Hold H to see the radiograph without overlays."
        )
        self._aside.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._greys = self._keys = ""
        self._first = _line(DARK.text, "Verdict on the corrected landmarks")
        self._second = _line(DARK.muted, "Landmark that is corrected")
        upper, self._lower = QStackedWidget(), QStackedWidget()
        self._upper = upper
        for lines, pair in ((upper, (self._groups, self._first)),
                            (self._lower, (self._marks, self._second))):  # fmt: skip
            for line in pair:
                lines.addWidget(line)
        below = QWidget()
        layout = row(self._lower, self._aside, spacing=12)
        layout.setStretch(0, 1)
        below.setLayout(layout)
        self.setLayout(column(upper, below, margins=(12, 5, 12, 6), spacing=3))
        self.show_marks((), False)

    def show_marks(self, names: Collection[str], moved: bool) -> None:
        """Explain the marks of these overlays, and that of moved landmarks if there are such."""
        marks = [one[1:] for one in _MARKS if one[0] in names]
        marks += [_BEFORE] if moved else []
        self._marks.setText("&nbsp;&nbsp; ".join(_key(*one) for one in marks) or "&nbsp;")

    def show_window(self, text: str) -> None:
        """Say in words which greys are shown."""
        self._greys = f"Greys: {text}"
        self._tell_aside()

    @property
    def correction_words(self) -> str:
        """What is told about a correction, as rich text; "" while there is none."""
        return f"{self._first.text()} {self._second.text()}".strip()

    @property
    def window_words(self) -> str:
        """Which greys are said to be shown."""
        return self._greys

    def show_correction(self, verdict: str, landmark: str, keys: str = "", ways: str = "") -> None:
        """Tell about a correction in two lines of rich text, the keys that end it, and the ways
        to correct as a tool tip; an empty verdict ends it."""
        self._first.setText(verdict)
        self._second.setText(landmark)
        for line in (self._first, self._second):
            line.setToolTip(ways)
        self._keys = keys
        for lines in (self._upper, self._lower):
            lines.setCurrentIndex(1 if verdict else 0)
        self._tell_aside()

    def _tell_aside(self) -> None:
        self._aside.setText(self._keys or f"{self._greys} · H hides all")
        self._aside.setMinimumWidth(self._aside.sizeHint().width())


def _line(colour: str, name: str = "") -> QLabel:
    made = label(name=name)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setStyleSheet(f"color: {colour}; font-size: 12px")
    made.setMinimumWidth(1)  # a long line is cut off rather than widening the window
    return made


def _key(mark: str, colour: str, text: str) -> str:
    return f'<span style="color:{colour}"><b>{mark}</b></span> {text}'


def _group(group: LandmarkGroup) -> str:
    return _key("●", group.colour, group.title)


def _members(group: LandmarkGroup) -> str:
    return f"{group.title}: {', '.join(str(i) for i in group.landmarks)}"
