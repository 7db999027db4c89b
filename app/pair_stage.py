"""The stage: one radiograph on black, with its overlays, each of which can be switched."""

from collections.abc import Collection

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton

from app.pair_view import PairView
from app.stage_overlays import StageOverlays
from app.theme import DARK
from app.widgets import SYNTHETIC, column, label
from app.window_level import GreyWindow
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.pair import Pair

_SMALL = 450  # side of a stage in screen pixels below which landmarks are drawn smaller
_SOURCE, _CAPTION = 20.0, 16.0  # screen pixels high, under which no fingertip is to hide


class PairStage(pg.GraphicsView):
    """One pair and its assessment.

    landmark_hovered: the landmark under the mouse, -1 for none. looked_around: this stage, whenever
    the reviewer zooms or pans in it.
    """

    landmark_hovered = Signal(int)
    looked_around = Signal(object)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__(background="#000000")
        self.setObjectName("stage")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(150, 150)
        self._anatomy = anatomy
        self.fitted = True
        self.view = PairView()
        self.setCentralItem(self.view)
        self.view.sigRangeChangedManually.connect(self._on_looked_around)
        self._drawn = StageOverlays(self.view, anatomy)
        self._drawn.dots.hovered.connect(self._on_hover)
        self.overlays, self.rings = self._drawn.by_name, self._drawn.rings
        self.source = _on_stage(DARK.warning, "Whether the radiograph is synthetic")
        self.source.setText(SYNTHETIC)
        self.caption = _on_stage(DARK.text, "Which radiograph this is")
        self.message = _on_stage(DARK.muted, "Why there is nothing to see")
        self.offer = QPushButton()
        self.setLayout(self._notes())
        self.describe("")

    def describe(self, text: str) -> None:
        """Say which radiograph this is, where there are several."""
        needs_room = bool(text) != bool(self.caption.text())
        self.caption.setText(text)
        self.caption.setVisible(bool(text))
        if needs_room and self.fitted:
            self.fit()
        what = f"{text}, with overlays" if text else "Radiograph with overlays"
        self.setAccessibleName(f"{what}. Research use only")

    def explain(self, message: str, offer: str = "") -> None:
        """Say why there is nothing to see, and on a button what would help."""
        self.message.setText(message)
        self.offer.setText(offer)
        self.offer.setVisible(bool(offer))

    def show_pair(
        self, pair: Pair | None, found: Assessment | None, before: np.ndarray | None = None
    ) -> None:
        """Show a pair, or an empty stage; before: as `show_assessment` has it."""
        self.message.setVisible(pair is None)
        self._drawn.show_pair(pair, found, before)

    def show_radiograph(self, image: np.ndarray) -> None:
        """Show a radiograph that nothing is known about, (256, 256) in -1 … 1."""
        self.message.hide()
        self._drawn.show_radiograph(image)

    def show_assessment(
        self, found: Assessment | None, before: np.ndarray | None = None, chosen: int = -1
    ) -> None:
        """Show what is said about the pair, as `StageOverlays.show_assessment` has it."""
        self._drawn.show_assessment(found, before, chosen)

    def set_shown(
        self, names: Collection[str], forced: Collection[str] = (), hidden: bool = False
    ) -> None:
        """Draw the overlays of these names, as `StageOverlays.set_shown` has it."""
        self._drawn.set_shown(names, forced, hidden)

    def show_choice(self, place: np.ndarray | None, missing: np.ndarray) -> None:
        """Ring the landmark that is to be moved, as `StageOverlays.show_choice` has it."""
        self._drawn.show_choice(place, missing)

    def highlight(self, landmarks: Collection[int]) -> None:
        """Ring some landmarks (or where missing ones are expected); () for none."""
        self._drawn.highlight(landmarks)

    def set_window(self, window: GreyWindow) -> None:
        """Spread these greys of the radiograph from black to white."""
        self._drawn.set_window(window)

    def set_heatmap_opacity(self, opacity: float) -> None:
        """How opaque the heatmap lies over the radiograph, 0 … 1."""
        self._drawn.set_heatmap_opacity(opacity)

    @property
    def ghosts(self) -> np.ndarray:
        """(n, 2) where landmarks were before they were moved, as far as that is drawn."""
        return self._drawn.ghosts

    @property
    def levels(self) -> tuple[float, float]:
        """The greys of the radiograph that are shown black and white."""
        return self._drawn.levels

    def fit(self) -> None:
        """Show the whole canvas, also when the stage changes its size."""
        self.fitted = True
        self.view.fit(_SOURCE + (_CAPTION if self.caption.text() else 0.0))

    def look_as(self, other: "PairStage") -> None:
        """Look at the same part of the canvas as another stage."""
        self.fitted = other.fitted
        if self.fitted:
            self.fit()
        else:
            self.view.setRange(other.view.viewRect(), padding=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event is not None:
            self._drawn.set_small(min(self.width(), self.height()) < _SMALL)
            if self.fitted:
                self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # keys belong to the page, not to the scene

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _notes(self) -> QBoxLayout:
        """The texts over the radiograph: what it is above, and why there is none in the middle."""
        self.message.setStyleSheet(f"color: {DARK.muted}")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.offer.hide()
        notes = column(None, self.message, margins=8, spacing=2)
        for place, text in enumerate((self.source, self.caption)):
            notes.insertWidget(place, text, 0, Qt.AlignmentFlag.AlignLeft)
        notes.addSpacing(8)
        notes.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignHCenter)
        notes.addStretch(1)
        return notes

    @Slot(object)
    def _on_looked_around(self, _axes: object) -> None:
        self.fitted = False
        self.looked_around.emit(self)

    @Slot(int)
    def _on_hover(self, landmark: int) -> None:
        self.setToolTip("" if landmark < 0 else self._drawn.words_on(landmark, self._anatomy))
        self.landmark_hovered.emit(landmark)


def _on_stage(colour: str, name: str) -> QLabel:
    """A text on the black stage, which is black in every theme."""
    made = label(name=name)
    made.setStyleSheet(
        f"color: {colour}; background: rgba(0, 0, 0, 170); font-size: 11px; font-weight: 600"
    )
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return made
