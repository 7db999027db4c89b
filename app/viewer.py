"""The viewer: one radiograph with its overlays, each of which can be switched on and off."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from app.actions import Actions
from app.overlays import (
    LandmarkNumbers,
    ResidualArrows,
    Segments,
    SmoothImage,
    heatmap_lookup,
    known,
    landmark_brushes,
)
from app.theme import DARK
from app.widgets import SYNTHETIC, label, row, tool_button
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.canvas import CANVAS_SIZE
from engine.pair import Pair

SWITCHES = ("heatmap", "landmarks", "labels", "edges", "shape", "residuals")
_RECT = QRectF(-0.5, -0.5, CANVAS_SIZE, CANVAS_SIZE)
_LEVELS = (-1.0, 1.0)


class Viewer(QWidget):
    """Shows a pair and its assessment; zoom and pan stay as they are from pair to pair."""

    landmark_hovered = Signal(int)

    def __init__(self, anatomy: Anatomy, actions: Actions) -> None:
        super().__init__()
        self._anatomy = anatomy
        self._actions = actions
        self._assessment: Assessment | None = None
        self._hidden = False
        self.stage = _Stage()
        self.view = self.stage.view
        self.message = label(role="muted", name="Why there is nothing to see")
        self.stage.setLayout(row(None, self.message, None))
        self._make_items()
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tools())
        layout.addWidget(self.stage, 1)
        layout.addWidget(self._legend_strip())
        for name in SWITCHES:
            actions[name].toggled.connect(self._apply_switches)
        actions["fit"].triggered.connect(self.fit)
        self._apply_switches()

    def show_pair(self, pair: Pair | None, assessment: Assessment | None) -> None:
        """Show a pair, or an empty stage."""
        self._assessment = assessment
        blank = np.full((CANVAS_SIZE, CANVAS_SIZE), _LEVELS[0], dtype=np.float32)
        self.message.setVisible(pair is None)
        image = blank if pair is None else pair.image
        heatmap = blank if pair is None else pair.heatmap
        self._image.setImage(image, autoLevels=False, levels=_LEVELS)
        heat = np.clip((heatmap + 1) * 127.5, 0, 255).astype(np.uint8)
        self._heatmap.setImage(heat, autoLevels=False, levels=(0, 255))
        self._show_assessment(assessment)
        self.highlight(())
        self._apply_switches()

    def highlight(self, landmarks: tuple[int, ...]) -> None:
        """Ring some landmarks (and where the mean shape expects them); () for none."""
        points = np.empty((0, 2))
        if self._assessment is not None and landmarks:
            chosen = list(landmarks)
            points = self._assessment.landmarks[chosen]
            missing = ~known(points)
            points = np.where(missing[:, None], self._assessment.expected[chosen], points)
        points = points[known(points)]
        self.rings.setData(points[:, 0], points[:, 1])

    def hide_overlays(self, hidden: bool) -> None:
        """Hide every overlay for as long as a key is held."""
        if hidden != self._hidden:
            self._hidden = hidden
            self._apply_switches()

    @Slot()
    def fit(self) -> None:
        """Show the whole canvas."""
        self.view.setRange(_RECT, padding=0.015)

    def let_go(self) -> None:
        """Stop following the window's switches and take the scene apart while Qt still lives."""
        for name in SWITCHES:
            self._actions[name].toggled.disconnect(self._apply_switches)
        self._actions["fit"].triggered.disconnect(self.fit)
        self.stage.close()

    def overlay_visible(self, name: str) -> bool:
        """Whether the overlay of that switch is drawn now."""
        return bool(self.overlays[name].isVisible())

    def _make_items(self) -> None:
        self._image = SmoothImage(axisOrder="row-major")
        self._heatmap = SmoothImage(axisOrder="row-major")
        self._heatmap.setLookupTable(heatmap_lookup())
        self._edges = Segments(pen=pg.mkPen(255, 255, 255, 120, width=1.2), antialias=True)
        dashes = pg.mkPen(color="#b9d9ff", width=1.2, style=Qt.PenStyle.DashLine)
        self._shape_edges = Segments(pen=dashes, antialias=True)
        self._shape = pg.ScatterPlotItem(
            symbol="d", size=9, pen=pg.mkPen("#b9d9ff", width=1.4), brush=pg.mkBrush(0, 0, 0, 90)
        )
        self._residuals = ResidualArrows()
        self._landmarks = pg.ScatterPlotItem(
            size=8, pen=pg.mkPen(0, 0, 0, 230, width=1.4), hoverable=True, hoverSize=12, tip=None
        )
        self._landmarks.sigHovered.connect(self._on_hover)
        self._brushes = landmark_brushes(self._anatomy)
        self._numbers = LandmarkNumbers(self._anatomy)
        self.rings = pg.ScatterPlotItem(
            symbol="o", size=24, pen=pg.mkPen(DARK.reject, width=2.4), brush=pg.mkBrush(None)
        )
        items = (self._image, self._heatmap, self._edges, self._shape_edges, self._shape,
                 self._residuals, self._landmarks, self.rings, self._numbers)  # fmt: skip
        for depth, item in enumerate(items):
            item.setZValue(depth)
            self.view.addItem(item, ignoreBounds=True)
        blank = np.zeros((CANVAS_SIZE, CANVAS_SIZE), dtype=np.uint8)
        for item in (self._image, self._heatmap):
            item.setImage(blank, autoLevels=False, levels=(0, 255))
            item.setRect(_RECT)
        self.overlays = {
            "heatmap": self._heatmap,
            "landmarks": self._landmarks,
            "labels": self._numbers,
            "edges": self._edges,
            "shape": self._shape,
            "residuals": self._residuals,
        }

    def _show_assessment(self, found: Assessment | None) -> None:
        nothing = np.empty((0, 2))
        points = nothing if found is None else found.landmarks
        expected = nothing if found is None else found.expected
        edges = np.empty((0, 2), dtype=int) if found is None else found.edges
        placed = np.flatnonzero(known(points))
        self._landmarks.setData(
            points[placed, 0],
            points[placed, 1],
            data=placed,
            brush=[self._brushes[i] for i in placed],
        )
        self._numbers.number(points)
        self._edges.draw_edges(points, edges)
        self._shape_edges.draw_edges(expected, edges)
        matched = expected[known(expected)]
        self._shape.setData(matched[:, 0], matched[:, 1])
        self._residuals.draw(found)

    @Slot()
    def _apply_switches(self) -> None:
        for name, item in self.overlays.items():
            item.setVisible(self._actions[name].isChecked() and not self._hidden)
        self._shape_edges.setVisible(self._shape.isVisible())
        self.rings.setVisible(not self._hidden)

    def _tools(self) -> QWidget:
        tools = QWidget()
        tools.setObjectName("viewerTools")
        self._opacity.setRange(10, 100)
        self._opacity.setFixedWidth(84)
        self._opacity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._opacity.setToolTip("Opacity of the heatmap")
        self._opacity.setAccessibleName("Opacity of the heatmap")
        self._opacity.valueChanged.connect(self._set_opacity)
        self._opacity.setValue(80)
        buttons = [tool_button(self._actions[name]) for name in SWITCHES]
        synthetic = label(SYNTHETIC, "synthetic")
        tools.setLayout(
            row(
                buttons[0],
                self._opacity,
                *buttons[1:],
                None,
                synthetic,
                tool_button(self._actions["fit"]),
                margins=(10, 5, 10, 5),
                spacing=4,
            )
        )
        return tools

    def _legend_strip(self) -> QWidget:
        """The groups' colours, from the table that the landmarks are drawn with."""
        legend = label(role="legend", name="Legend of the landmark groups")
        legend.setTextFormat(Qt.TextFormat.RichText)
        legend.setText(
            "&nbsp;&nbsp; ".join(
                f'<span style="color:{group.colour}">●</span> {group.title}'
                for group in self._anatomy.groups
            )
        )
        hint = label("H hides all", "legend")
        hint.setToolTip("Hold H to see the radiograph without overlays")
        strip = QWidget()
        strip.setObjectName("viewerTools")
        strip.setLayout(row(legend, None, hint, margins=(12, 5, 12, 5)))
        return strip

    @Slot(int)
    def _set_opacity(self, percent: int) -> None:
        self._heatmap.setOpacity(percent / 100)

    @Slot(object, object, object)
    def _on_hover(self, _item: object, spots: np.ndarray, _event: object) -> None:
        index = int(spots[0].data()) if len(spots) else -1
        self.stage.setToolTip("" if index < 0 else self._describe(index))
        self.landmark_hovered.emit(index)

    def _describe(self, index: int) -> str:
        text = f"{index} · {self._anatomy.landmark_names[index]}"
        if self._assessment is not None and np.isfinite(self._assessment.residuals[index]):
            text += f" · {self._assessment.residuals[index]:.1f} mm from the mean shape"
        return text


class _Stage(pg.GraphicsView):
    """A black stage with one view box."""

    def __init__(self) -> None:
        super().__init__(background="#000000")
        self.setObjectName("stage")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Radiograph with overlays. Synthetic, research use only")
        self.setMinimumSize(320, 320)
        self.view = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False)
        self.view.setLimits(minXRange=12, maxXRange=CANVAS_SIZE * 3, maxYRange=CANVAS_SIZE * 3)
        self.view.disableAutoRange()
        self.setCentralItem(self.view)
        self.view.setRange(_RECT, padding=0.015)
