"""Where a blinded picture is shown and answered: nothing here tells which kind it is."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from app.pair_view import PairView
from app.pixel_items import CANVAS_RECT, SmoothImage
from app.widgets import column, label, row
from app.window_level import FULL
from engine.canvas import CANVAS_SIZE
from engine.review.readings import MOST_CONFIDENT

_SURENESS = {1: "guess", 2: "unsure", 3: "likely", 4: "sure", 5: "certain"}
GENERATED_KEY, REAL_KEY, BACK_KEY = Qt.Key.Key_G, Qt.Key.Key_R, Qt.Key.Key_Backspace
_DIGITS = {Qt.Key(Qt.Key.Key_0.value + sure): sure for sure in range(1, MOST_CONFIDENT + 1)}


class ReadingStage(QWidget):
    """One picture and the two steps of an answer: which kind, and how sure.

    answered: whether the reader said real, and the confidence (1 to 5). left: the reader goes on
    later.
    """

    answered = Signal(bool, int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.said_real: bool | None = None
        self._picture = _Picture()
        self.progress = label("", "title", "Which picture of the series this is")
        self._bar = self._answer_bar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._picture, 1)
        layout.addWidget(self._bar)
        self._follow()

    def show_picture(self, image: np.ndarray, number: int, count: int) -> None:
        """Show picture `number` of `count` afresh, (256, 256) in [-1, 1]."""
        self._picture.show_image(image)
        self.progress.setText(f"Picture {number} of {count}")
        self.said_real = None
        self._follow()

    @Slot()
    def fit(self) -> None:
        """Show the whole picture."""
        self._picture.view.fit()

    def let_go(self) -> None:
        """Take the scene apart while Qt still lives."""
        self._picture.close()

    def takes(self, key: Qt.Key) -> bool:
        """Whether a key means something here."""
        return key in _DIGITS or key in (GENERATED_KEY, REAL_KEY, BACK_KEY)

    def press(self, key: Qt.Key) -> None:
        """What a key that `takes` knows does."""
        if key in _DIGITS:
            self._say_sureness(_DIGITS[key])
        elif key == BACK_KEY:
            self._say(None)
        else:
            self._say(key == REAL_KEY)

    def _say(self, said_real: bool | None) -> None:
        self.said_real = said_real
        self._follow()

    def _say_sureness(self, sure: int) -> None:
        if self.said_real is not None:
            self.answered.emit(self.said_real, sure)

    def _follow(self) -> None:
        """Let the buttons say which step one is at."""
        chosen = self.said_real is not None
        self._kinds.setExclusive(False)
        self._generated.setChecked(self.said_real is False)
        self._real.setChecked(self.said_real is True)
        self._kinds.setExclusive(True)
        for button in self._sureness.buttons():
            button.setEnabled(chosen)
        if not chosen:
            self._hint.setText("Is this hand generated or real?")
        else:
            word = "real" if self.said_real else "generated"
            self._hint.setText(f"Called {word}. How sure are you? Backspace takes it back")

    def _answer_bar(self) -> QWidget:
        self._generated = _answer("Generated", "G", "A generator has drawn this picture")
        self._real = _answer("Real", "R", "This is a patient's radiograph")
        self._kinds = QButtonGroup(self)
        for button in (self._generated, self._real):
            button.setCheckable(True)
            self._kinds.addButton(button)
        self._generated.clicked.connect(self._on_generated)
        self._real.clicked.connect(self._on_real)
        self._sureness = QButtonGroup(self)
        for sure, word in _SURENESS.items():
            button = _answer(word, str(sure), f"Confidence {sure} of {MOST_CONFIDENT}: {word}")
            self._sureness.addButton(button, sure)
        self._sureness.idClicked.connect(self._say_sureness)
        self._hint = label("", name="What is asked")
        note = label("An answer counts at once; there is no way back to a picture", "muted")
        later = QPushButton("Go on later")
        later.setToolTip("Every answer is kept; the series waits for you")
        later.setAutoDefault(True)
        later.clicked.connect(self.left)
        for part in (self._generated, self._real, *self._sureness.buttons(), later):
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        answers = QWidget()
        answers.setLayout(
            row(self._generated, self._real, 26, *self._sureness.buttons(), spacing=6)
        )
        told, asked = QWidget(), QWidget()
        told.setLayout(column(self.progress, note, spacing=2))
        asked.setLayout(column(self._hint, answers, spacing=6))
        bar = QWidget()
        bar.setObjectName("decisionBar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setLayout(row(told, None, asked, None, later, margins=(18, 9, 18, 11)))
        return bar

    @Slot()
    def _on_generated(self) -> None:
        self._say(False)

    @Slot()
    def _on_real(self) -> None:
        self._say(True)


def _answer(text: str, key: str, tip: str) -> QPushButton:
    made = QPushButton(f"{text}   {key}")
    made.setProperty("role", "answer")
    made.setToolTip(f"{tip} ({key})")
    made.setAccessibleName(text)
    made.setAccessibleDescription(made.toolTip())
    made.setAutoDefault(True)
    return made


class _Picture(pg.GraphicsView):
    """One picture on black: wheel zooms, left drag pans, right drag sets the grey window."""

    def __init__(self) -> None:
        super().__init__(background="#000000")
        self.setObjectName("stage")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("A hand radiograph, generated or real. Research use only")
        self.setMinimumSize(320, 320)
        self.view = PairView()
        self._window = FULL
        self._image = SmoothImage()
        self.view.addItem(self._image, ignoreBounds=True)
        self._image.setImage(
            np.full((CANVAS_SIZE, CANVAS_SIZE), -1.0, np.float32),
            autoLevels=False,
            levels=FULL.levels,
        )
        self._image.setRect(CANVAS_RECT)
        self.setCentralItem(self.view)
        self.view.fit()
        self.view.window_dragged.connect(self._drag_window)
        self.view.window_reset.connect(self._reset_window)

    def show_image(self, image: np.ndarray) -> None:
        """Every picture begins whole and in the full range: a view that stays would tell."""
        self._image.setImage(image, autoLevels=False)
        self._reset_window()
        self.view.fit()

    @Slot(float, float)
    def _drag_window(self, right: float, down: float) -> None:
        self._window = self._window.dragged(right, down)
        self._image.setLevels(self._window.levels)

    @Slot()
    def _reset_window(self) -> None:
        self._window = FULL
        self._image.setLevels(FULL.levels)
