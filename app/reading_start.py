"""Where a blinded reading is begun or gone on with, and where its results stand."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QPushButton, QSpinBox, QWidget

from app.icons import icon
from app.reading_results import ReadingResults
from app.settings import WindowSettings
from app.widgets import PathField, centred, column, label, row
from engine.data.splits import split_names, usual_split
from engine.jobs.blinded_choice import SMALLEST_SERIES
from engine.review.series import SeriesPlan

_USUAL, _MOST = 40, 400
_NARROW, _WIDE = 430, 560  # pixels of the column on the left
_WIDEST = 1600  # of both
_PREPARING = "The pictures are being prepared; a job that runs goes first"
_ABOUT = (
    "Generated pairs that count as accepted and real radiographs, about as many of each, in random "
    "order and without names. G says generated, R real; then 1 (a guess) to 5 (certain)."
)
_EQUAL = (
    "Both kinds go through the same canvas, letterbox, sharpness, grey range, grain and 16-bit "
    "rounding, so that none of these gives a picture away. A film's lettering and collimation stay."
)
_FRESH = (
    "Radiographs of the split's test part go first, the generator has not learned from them; what "
    "you have seen before goes last."
)


class ReadingStart(QWidget):
    """begin_asked: folder of real radiographs, split ("" for the usual) and number of pictures."""

    begin_asked = Signal(object, str, int)
    resume_asked = Signal()

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__()
        self._settings = settings
        self._preparing = False
        self._unfinished: SeriesPlan | None = None
        self.results = ReadingResults()
        self.data = PathField("Folder with real radiographs", "Images, all.csv and cv")
        self.data.set_default(settings.text("reading_data") or settings.text("data"))
        self.data.changed.connect(self._follow_data)
        self.split = QComboBox()
        self.split.setAccessibleName("Split of the radiographs")
        self.split.setToolTip("Whose test part goes first")
        self.count = QSpinBox()
        self.count.setRange(SMALLEST_SERIES, _MOST)
        self.count.setValue(_USUAL)
        self.count.setSuffix(" pictures")
        self.count.setAccessibleName("Number of pictures")
        self.count.setToolTip("40 pictures know a share to about ±15 points, 100 to ±10")
        self.count.lineEdit().setTextMargins(6, 0, 6, 0)
        self.problem = label("", "warning", "What is missing")
        self.problem.setWordWrap(True)
        self.begin = QPushButton(icon("reading"), "Begin a series")
        self.begin.clicked.connect(self._on_begin)
        self.resume = QPushButton(icon("resume"), "Go on")
        self.resume.clicked.connect(self.resume_asked)
        for button in (self.begin, self.resume):
            button.setAutoDefault(True)
        self._lay_out()
        self._follow_data()

    def show_unfinished(self, plan: SeriesPlan | None, answered: int) -> None:
        """Offer to go on with a series, of which so many pictures are answered; None for none."""
        self._unfinished = plan
        if plan is not None:
            self._told.setText(
                f"A series of yours waits: {answered} of {len(plan.items)} pictures are answered. "
                "Results stay hidden until it is through."
            )
            self.resume.setText(f"Go on with picture {answered + 1}")
        self._waiting.setVisible(plan is not None)
        self.begin.setText("Begin a new series" if plan is not None else "Begin a series")
        self._follow_buttons()

    def set_preparing(self, preparing: bool) -> None:
        """Whether pictures are being made ready."""
        self._preparing = preparing
        self._follow_buttons()

    def _follow_buttons(self) -> None:
        for button, first in ((self.begin, self._unfinished is None), (self.resume, True)):
            button.setProperty("role", "primary" if first else "")
            button.style().polish(button)
            button.setEnabled(not self._preparing)
        self.problem.setText(_PREPARING if self._preparing else "")
        self.problem.setVisible(self._preparing)

    @Slot()
    def _follow_data(self) -> None:
        names = _splits(self.data.path)
        self.split.clear()
        self.split.addItems(names)
        if names:
            self.split.setCurrentText(usual_split(names))
        self._fields.setRowVisible(self.split, len(names) > 1)

    @Slot()
    def _on_begin(self) -> None:
        folder = self.data.path
        if folder is None:
            self.problem.setText("Choose the folder with the real radiographs")
            self.problem.show()
            return
        self._settings.set_text("reading_data", str(folder))
        self.begin_asked.emit(folder, self.split.currentText(), self.count.value())

    def _lay_out(self) -> None:
        self._fields = QFormLayout()
        self._fields.setHorizontalSpacing(12)
        self._fields.setVerticalSpacing(10)
        self._fields.addRow(label("Real radiographs", "muted"), self.data)
        self._fields.addRow(label("Split", "muted"), self.split)
        self._fields.addRow(label("Length", "muted"), self.count)
        self._told = _paragraph("")
        self._waiting = QFrame()
        self._waiting.setObjectName("card")
        self._waiting.setLayout(
            column(label("UNFINISHED", "section"), self._told, _line(self.resume), margins=16)
        )
        new = QFrame()
        new.setObjectName("card")
        layout = column(label("NEW SERIES", "section"), _paragraph(_ABOUT), margins=16, spacing=10)
        layout.addLayout(self._fields)
        for part in (_paragraph(_EQUAL, "muted"), _paragraph(_FRESH, "muted")):
            layout.addWidget(part)
        layout.addWidget(_line(self.begin))
        new.setLayout(layout)
        left = QWidget()
        left.setLayout(column(self._waiting, new, self.problem, None, spacing=14))
        left.setMinimumWidth(_NARROW)
        left.setMaximumWidth(_WIDE)
        head = label("Blinded reading", "title")
        both = row(left, self.results, spacing=18)
        both.setStretch(0, 1)
        both.setStretch(1, 3)
        both.setAlignment(self.results, Qt.AlignmentFlag.AlignTop)
        whole = column(head, margins=(18, 14, 18, 18), spacing=12)
        whole.addLayout(both, 1)
        body = QWidget()
        body.setLayout(whole)
        self.setLayout(centred(body, _WIDEST))


def _paragraph(text: str, role: str = "") -> QLabel:
    made = label(text, role)
    made.setWordWrap(True)
    return made


def _line(button: QPushButton) -> QWidget:
    made = QWidget()
    made.setLayout(row(button, None))
    return made


def _splits(folder: Path | None) -> tuple[str, ...]:
    """The splits of a folder that is perhaps still being typed; the job says what is wrong."""
    try:
        return () if folder is None else split_names(folder)
    except OSError:
        return ()
