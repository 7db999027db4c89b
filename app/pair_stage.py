"""The stage: one radiograph on black, with its overlays, each of which can be switched."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton

from app import overlay_colours as paint
from app.overlays import LandmarkNumbers, ResidualArrows, landmark_brushes
from app.pair_view import PairView
from app.pixel_items import CANVAS_RECT, Marks, Segments, SmoothImage, heatmap_lookup, known
from app.theme import DARK
from app.widgets import SYNTHETIC, column, label
from app.window_level import FULL, GreyWindow
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.canvas import CANVAS_SIZE
from engine.pair import Pair

OVERLAYS = ("heatmap", "landmarks", "labels", "edges", "shape", "residuals", "candidates")
_BLANK = np.full((CANVAS_SIZE, CANVAS_SIZE), -1.0, dtype=np.float32)
_NOWHERE = np.empty((0, 2))
_DOT = 9.5  # screen pixels
_SMALL = 450  # side of a stage in screen pixels below which landmarks are drawn smaller
_SOURCE, _CAPTION = 20.0, 16.0  # screen pixels high, under which no fingertip is to hide
_MOVED = 1e-3  # canvas pixels from which a landmark counts as moved


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
        self._found: Assessment | None = None
        self._shown: frozenset[str] = frozenset()
        self._hidden = False
        self.fitted = True
        self.view = PairView()
        self.setCentralItem(self.view)
        self.view.sigRangeChangedManually.connect(self._on_looked_around)
        self._make_items()
        self.source = _on_stage(DARK.warning, "Whether the radiograph is synthetic")
        self.source.setText(SYNTHETIC)
        self.caption = _on_stage(DARK.text, "Which radiograph this is")
        self.message = _on_stage(DARK.muted, "Why there is nothing to see")
        self.message.setStyleSheet(f"color: {DARK.muted}")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.offer = QPushButton()
        self.offer.hide()
        notes = column(None, self.message, margins=8, spacing=2)
        for place, text in enumerate((self.source, self.caption)):
            notes.insertWidget(place, text, 0, Qt.AlignmentFlag.AlignLeft)
        notes.addSpacing(8)
        notes.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignHCenter)
        notes.addStretch(1)
        self.setLayout(notes)
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
        image = _BLANK if pair is None else pair.image
        heatmap = _BLANK if pair is None else pair.heatmap
        self._image.setImage(image, autoLevels=False)
        heat = np.clip((heatmap + 1) * 127.5, 0, 255).astype(np.uint8)
        self._heatmap.setImage(heat, autoLevels=False, levels=(0, 255))
        self.message.setVisible(pair is None)
        self.show_assessment(found, before)
        self.highlight(())

    def show_radiograph(self, image: np.ndarray) -> None:
        """Show a radiograph that nothing is known about, (256, 256) in -1 … 1."""
        self.show_pair(Pair(image, _BLANK), None)

    def show_assessment(
        self, found: Assessment | None, before: np.ndarray | None = None, chosen: int = -1
    ) -> None:
        """Show what is said about the pair.

        Args:
            before: (L, 2) where the gate had the landmarks, if a person moved some.
            chosen: the landmark that a person is moving, -1 for none.
        """
        self._found = found
        points = _NOWHERE if found is None else found.landmarks
        expected = _NOWHERE if found is None else found.expected
        edges = np.empty((0, 2), dtype=int) if found is None else found.edges
        placed = np.flatnonzero(known(points))
        x, y = points[placed].T
        self._landmarks.setData(x, y, data=placed, brush=[self._brushes[i] for i in placed])
        concerned = () if found is None else [i for r in found.reasons for i in r.landmarks]
        self._numbers.number(points, (*((chosen,) if chosen >= 0 else ()), *concerned))
        self._edges.draw_edges(points, edges)
        self._shape_edges.draw_edges(expected, edges)
        self._shape.mark(expected)
        self._residuals.draw(found, chosen)
        self._candidates.mark(_left_over(found))
        self._show_moves(points, before)

    def show_choice(self, place: np.ndarray | None, missing: np.ndarray) -> None:
        """Ring the landmark that is to be moved, and where missing ones (n, 2) may be taken from;
        None and nothing once none is."""
        self._chosen.mark(_NOWHERE if place is None else place[None])
        self._missing.mark(missing)

    @property
    def ghosts(self) -> np.ndarray:
        """(n, 2) where landmarks were before they were moved, as far as that is drawn."""
        return self._before.points

    def highlight(self, landmarks: Collection[int]) -> None:
        """Ring some landmarks (or where missing ones are expected); () for none."""
        points = _NOWHERE
        if self._found is not None and landmarks:
            chosen = list(landmarks)
            points = self._found.landmarks[chosen]
            points = np.where(known(points)[:, None], points, self._found.expected[chosen])
        self.rings.mark(points)

    def set_shown(
        self, names: Collection[str], forced: Collection[str] = (), hidden: bool = False
    ) -> None:
        """Draw the overlays of these names, and the forced ones with the fewest lines; `hidden`
        draws none of any kind."""
        for name, item in self.overlays.items():
            item.setVisible((name in names or name in forced) and not hidden)
        self._shape_edges.setVisible("shape" in names and not hidden)
        for item in (self.rings, self._chosen, self._missing):
            item.setVisible(not hidden)
        for item in (self._before, self._moves):
            item.setVisible(self._landmarks.isVisible())

    def set_window(self, window: GreyWindow) -> None:
        """Spread these greys of the radiograph from black to white."""
        self._image.setLevels(window.levels)

    @property
    def levels(self) -> tuple[float, float]:
        """The greys of the radiograph that are shown black and white."""
        low, high = self._image.levels
        return float(low), float(high)

    def set_heatmap_opacity(self, opacity: float) -> None:
        """How opaque the heatmap lies over the radiograph, 0 … 1."""
        self._heatmap.setOpacity(opacity)

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
            small = min(self.width(), self.height()) < _SMALL
            self._landmarks.setSize(_DOT * (0.75 if small else 1.0))
            if self.fitted:
                self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # keys belong to the page, not to the scene

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _make_items(self) -> None:
        self._image, self._heatmap = SmoothImage(), SmoothImage()
        self._heatmap.setLookupTable(heatmap_lookup())
        self._edges = Segments(paint.EDGE, 1.2)
        self._shape_edges = Segments(paint.MEAN_SHAPE, 1.1, dashed=True)
        self._shape = Marks("diamond", paint.MEAN_SHAPE, 9)
        self._candidates = Marks("cross", paint.CANDIDATE, 9)
        self._moves = Segments(paint.BEFORE, 1.0, dashed=True)
        self._before = Marks("ring", paint.BEFORE, 7, 1.3)
        self._numbers = LandmarkNumbers(self._anatomy)
        self._residuals = ResidualArrows(self._numbers)
        self._brushes = landmark_brushes(self._anatomy)
        self._landmarks = _Dots()
        self._landmarks.sigHovered.connect(self._on_hover)
        self._missing = Marks("ring", paint.CONCERNED, 10)
        self._chosen = Marks("ring", paint.CHOSEN, 20, 2.2)
        self.rings = Marks("ring", paint.CONCERNED, 24, 2.4)
        items: list[pg.GraphicsObject] = [
            self._image, self._heatmap, self._edges, self._shape_edges, self._shape,
            self._candidates, self._moves, self._before, self._residuals, self._landmarks,
            self._missing, self.rings, self._chosen, self._numbers,
        ]  # fmt: skip
        for depth, item in enumerate(items):
            item.setZValue(depth)
            self.view.addItem(item, ignoreBounds=True)
        for item in (self._image, self._heatmap):
            item.setImage(_BLANK, autoLevels=False, levels=FULL.levels)
            item.setRect(CANVAS_RECT)
        self.overlays: dict[str, pg.GraphicsObject] = {
            "heatmap": self._heatmap,
            "landmarks": self._landmarks,
            "labels": self._numbers,
            "edges": self._edges,
            "shape": self._shape,
            "residuals": self._residuals,
            "candidates": self._candidates,
        }

    def _show_moves(self, points: np.ndarray, before: np.ndarray | None) -> None:
        if before is None or len(points) != len(before):
            self._before.mark(_NOWHERE)
            self._moves.setData([], [])
            return
        with np.errstate(invalid="ignore"):
            stayed = np.hypot(*(points - before).T) <= _MOVED
        moved = np.flatnonzero(~stayed)
        self._before.mark(before[moved])
        pairs = np.stack([moved, moved + len(before)], axis=1)
        self._moves.draw_edges(np.vstack([before, points]), pairs)

    @Slot(object)
    def _on_looked_around(self, _axes: object) -> None:
        self.fitted = False
        self.looked_around.emit(self)

    @Slot(object, object, object)
    def _on_hover(self, _item: object, spots: np.ndarray, _event: object) -> None:
        index = int(spots[0].data()) if len(spots) else -1
        self.setToolTip("" if index < 0 else self._words_on(index))
        self.landmark_hovered.emit(index)

    def _words_on(self, index: int) -> str:
        text = f"{index} · {self._anatomy.landmark_names[index]}"
        if self._found is not None and np.isfinite(self._found.residuals[index]):
            text += f" · {self._found.residuals[index]:.1f} mm from where it is expected"
        return text


class _Dots(pg.ScatterPlotItem):
    """The landmarks; clicks pass through to the view."""

    def __init__(self) -> None:
        pen = pg.mkPen(0, 0, 0, round(255 * paint.HALO_OPACITY), width=2.2)
        super().__init__(size=_DOT, pen=pen, hoverable=True, hoverSize=13, tip=None)

    def mouseClickEvent(self, event: Any) -> None:
        event.ignore()


def _left_over(found: Assessment | None) -> np.ndarray:
    """(n, 2) the candidates that no landmark has."""
    if found is None:
        return _NOWHERE
    taken = np.unique(found.chosen[found.chosen >= 0])
    return np.delete(found.candidates.positions, taken, axis=0)


def _on_stage(colour: str, name: str) -> QLabel:
    """A text on the black stage, which is black in every theme."""
    made = label(name=name)
    made.setStyleSheet(
        f"color: {colour}; background: rgba(0, 0, 0, 170); font-size: 11px; font-weight: 600"
    )
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return made
