"""Everything that is drawn on a stage: the radiograph, and the overlays that can be switched."""

from collections.abc import Collection

import numpy as np
import pyqtgraph as pg

from app import overlay_colours as paint
from app.landmark_dots import LandmarkDots
from app.overlays import LandmarkNumbers, ResidualArrows, group_colours
from app.pixel_items import CANVAS_RECT, Marks, Segments, SmoothImage, heatmap_lookup, known
from app.window_level import FULL, GreyWindow
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.canvas import CANVAS_SIZE
from engine.pair import Pair

OVERLAYS = ("heatmap", "landmarks", "labels", "edges", "shape", "residuals", "candidates")
_BLANK = np.full((CANVAS_SIZE, CANVAS_SIZE), -1.0, dtype=np.float32)
_NOWHERE = np.empty((0, 2))
_NO_EDGES = np.empty((0, 2), dtype=int)
_DOT, _SMALL_DOT = 10.0, 8.0  # screen pixels
_MOVED = 1e-3  # canvas pixels from which a landmark counts as moved


class StageOverlays:
    """The items on one view, made once and filled anew for every pair.

    by_name: what each of `OVERLAYS` switches. rings: around the landmarks that are pointed out.
    """

    def __init__(self, view: pg.ViewBox, anatomy: Anatomy) -> None:
        self._found: Assessment | None = None
        self._image, self._heatmap = SmoothImage(), SmoothImage()
        self._heatmap.setLookupTable(heatmap_lookup())
        self._edges = Segments(paint.EDGE, 1.2)
        self._shape_edges = Segments(paint.MEAN_SHAPE, 1.1, dashed=True)
        self._shape = Marks("diamond", paint.MEAN_SHAPE, 9)
        self._candidates = Marks("cross", paint.CANDIDATE, 9)
        self._moves = Segments(paint.BEFORE, 1.0, dashed=True)
        self._before = Marks("ring", paint.BEFORE, 7, 1.3)
        self._numbers = LandmarkNumbers(anatomy)
        self._residuals = ResidualArrows(self._numbers)
        self.dots = LandmarkDots(group_colours(anatomy), _DOT)
        self._missing = Marks("ring", paint.CONCERNED, 10)
        self._chosen = Marks("ring", paint.CHOSEN, 20, 2.2)
        self.rings = Marks("ring", paint.CONCERNED, 24, 2.4)
        self.by_name: dict[str, pg.GraphicsObject] = {
            "heatmap": self._heatmap,
            "landmarks": self.dots,
            "labels": self._numbers,
            "edges": self._edges,
            "shape": self._shape,
            "residuals": self._residuals,
            "candidates": self._candidates,
        }
        self._put_on(view)

    def show_pair(
        self, pair: Pair | None, found: Assessment | None, before: np.ndarray | None
    ) -> None:
        """Show a pair, or nothing; before: as `show_assessment` has it."""
        image = _BLANK if pair is None else pair.image
        heatmap = _BLANK if pair is None else pair.heatmap
        self._image.setImage(image, autoLevels=False)
        heat = np.clip((heatmap + 1) * 127.5, 0, 255).astype(np.uint8)
        self._heatmap.setImage(heat, autoLevels=False, levels=(0, 255))
        self.show_assessment(found, before)
        self.highlight(())

    def show_radiograph(self, image: np.ndarray) -> None:
        """Show a radiograph that nothing is known about, (256, 256) in -1 … 1."""
        self.show_pair(Pair(image, _BLANK), None, None)

    def show_assessment(
        self, found: Assessment | None, before: np.ndarray | None, chosen: int = -1
    ) -> None:
        """Show what is said about the pair.

        Args:
            before: (L, 2) where the gate had the landmarks, if a person moved some.
            chosen: the landmark that a person is moving, -1 for none.
        """
        self._found = found
        points = _NOWHERE if found is None else found.landmarks
        expected = _NOWHERE if found is None else found.expected
        edges = _NO_EDGES if found is None else found.edges
        self.dots.place(points)
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
        self._keep_clear()

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
        self._keep_clear()

    def set_shown(self, names: Collection[str], forced: Collection[str], hidden: bool) -> None:
        """Draw the overlays of these names, and the forced ones with the fewest lines; `hidden`
        draws none of any kind."""
        for name, item in self.by_name.items():
            item.setVisible((name in names or name in forced) and not hidden)
        self._shape_edges.setVisible("shape" in names and not hidden)
        for item in (self.rings, self._chosen, self._missing):
            item.setVisible(not hidden)
        for item in (self._before, self._moves):
            item.setVisible(self.dots.isVisible())

    def set_small(self, small: bool) -> None:
        """Whether the stage is so small that dots have to be."""
        self.dots.set_size(_SMALL_DOT if small else _DOT)

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

    def words_on(self, landmark: int, anatomy: Anatomy) -> str:
        """A landmark's number and name, and how far off it is."""
        text = f"{landmark} · {anatomy.landmark_names[landmark]}"
        if self._found is not None and np.isfinite(self._found.residuals[landmark]):
            text += f" · {self._found.residuals[landmark]:.1f} mm from where it is expected"
        return text

    def _put_on(self, view: pg.ViewBox) -> None:
        items: list[pg.GraphicsObject] = [
            self._image, self._heatmap, self._edges, self._shape_edges, self._shape,
            self._candidates, self._moves, self._before, self._residuals, self.dots,
            self._missing, self.rings, self._chosen, self._numbers,
        ]  # fmt: skip
        for depth, item in enumerate(items):
            item.setZValue(depth)
            view.addItem(item, ignoreBounds=True)
        for item in (self._image, self._heatmap):
            item.setImage(_BLANK, autoLevels=False, levels=FULL.levels)
            item.setRect(CANVAS_RECT)

    def _keep_clear(self) -> None:
        """Texts stand beside every ring."""
        self._numbers.keep_clear_of(np.vstack([self.rings.points, self._chosen.points]))
        self._residuals.update()

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


def _left_over(found: Assessment | None) -> np.ndarray:
    """(n, 2) the candidates that no landmark has."""
    if found is None:
        return _NOWHERE
    taken = np.unique(found.chosen[found.chosen >= 0])
    return np.delete(found.candidates.positions, taken, axis=0)
