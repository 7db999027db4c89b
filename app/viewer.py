"""The viewer: one radiograph with its overlays, or several side by side with linked view."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app import window_level
from app.actions import Actions
from app.legend import Legend
from app.pair_stage import PairStage
from app.settings import WindowSettings
from app.stage_overlays import OVERLAYS
from app.theme import DARK
from app.viewer_tools import ViewerTools
from app.window_level import FULL, GreyWindow
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.pair import Pair

SWITCHES = OVERLAYS
_MOST_STAGES = 4


@dataclass(frozen=True)
class Beside:
    """A radiograph to be shown beside the current one.

    caption: which it is; source: whether it is synthetic; pair, found: as for the current one;
    image: (256, 256) instead of a pair. message: why there is nothing to see, and offer: what a
    button says that would help.
    """

    caption: str
    source: str = ""
    pair: Pair | None = None
    found: Assessment | None = None
    image: np.ndarray | None = None
    message: str = ""
    offer: str = ""


class Viewer(QWidget):
    """Shows a pair and its assessment; zoom, pan and grey window stay from pair to pair.

    settings: where the grey window is kept between starts, if anywhere. offer_taken: the button of
    a radiograph that cannot be shown was pressed.
    """

    landmark_hovered = Signal(int)
    offer_taken = Signal()

    def __init__(
        self, anatomy: Anatomy, actions: Actions, settings: WindowSettings | None = None
    ) -> None:
        super().__init__()
        self._anatomy = anatomy
        self._actions = actions
        self._settings = settings
        self._hidden = False
        self._forced: frozenset[str] = frozenset()
        self._moved = False
        self.window_shown = FULL if settings is None else GreyWindow(*settings.window_level)
        self._tools = ViewerTools(actions)
        self._tools.opacity_changed.connect(self._set_opacity)
        self.legend = Legend(anatomy)
        self.stages: list[PairStage] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self.stage = self._add_stage()
        self.view = self.stage.view
        self.overlays, self.rings = self.stage.overlays, self.stage.rings
        self.message, self.source = self.stage.message, self.stage.source
        self._lay_out()
        for name in SWITCHES:
            actions[name].toggled.connect(self._apply_switches)
        actions["fit"].triggered.connect(self.fit)
        actions["window_preset"].triggered.connect(self._next_preset)
        self.set_window(self.window_shown)
        self._apply_switches()

    def show_pair(
        self, pair: Pair | None, found: Assessment | None, before: np.ndarray | None = None
    ) -> None:
        """Show a pair, or an empty stage.

        before: (L, 2) where the gate had the landmarks, if a person moved some.
        """
        self._moved = before is not None
        self.stage.show_pair(pair, found, before)
        self._explain_marks()

    def show_beside(self, caption: str, others: Sequence[Beside]) -> None:
        """Show up to three radiographs beside the current one, which is then called `caption`."""
        others = others[: _MOST_STAGES - 1]
        while len(self.stages) < len(others) + 1:
            self._add_stage()
        self._arrange(len(others) + 1)
        self.stage.describe(caption if others else "")
        for stage, one in zip(self.stages[1:], others, strict=False):
            stage.describe(one.caption)
            stage.source.setText(one.source)
            stage.explain(one.message, one.offer)
            if one.image is None:
                stage.show_pair(one.pair, one.found)
            else:
                stage.show_radiograph(one.image)

    def highlight(self, landmarks: tuple[int, ...]) -> None:
        """Ring some landmarks (or where missing ones are expected); () for none."""
        self.stage.highlight(landmarks)

    def hide_overlays(self, hidden: bool) -> None:
        """Hide every overlay for as long as a key is held."""
        if hidden != self._hidden:
            self._hidden = hidden
            self._apply_switches()

    def force(self, names: Sequence[str]) -> None:
        """Show these overlays of the current pair whatever the switches say; () ends it."""
        self._forced = frozenset(names)
        self._apply_switches()

    def set_window(self, window: GreyWindow) -> None:
        """Show these greys in every stage."""
        self.window_shown = window
        for stage in self.stages:
            stage.set_window(window)
        self.legend.show_window(window_level.words(window))

    def enable(self, active: bool) -> None:
        """Take the keys of the viewer's own actions while its page is shown."""
        self._actions["window_preset"].setEnabled(active)

    @Slot()
    def fit(self) -> None:
        """Show the whole canvas."""
        for stage in self.stages:
            stage.fit()

    def let_go(self) -> None:
        """Stop following the window's switches and take the scenes apart while Qt still lives."""
        for name in SWITCHES:
            self._actions[name].toggled.disconnect(self._apply_switches)
        self._actions["fit"].triggered.disconnect(self.fit)
        self._actions["window_preset"].triggered.disconnect(self._next_preset)
        self.enable(False)
        for stage in self.stages:
            stage.hide()  # Qt crashes on a visible view that loses its viewport
            stage.close()

    def overlay_visible(self, name: str) -> bool:
        """Whether the overlay of that switch is drawn now."""
        return bool(self.overlays[name].isVisible())

    def _add_stage(self) -> PairStage:
        stage = PairStage(self._anatomy)
        stage.set_window(self.window_shown)
        stage.set_heatmap_opacity(self._tools.opacity)
        stage.looked_around.connect(self._follow)
        stage.landmark_hovered.connect(self.landmark_hovered)
        stage.offer.clicked.connect(self.offer_taken)
        stage.view.window_dragged.connect(self._drag_window)
        stage.view.window_let_go.connect(self._keep_window)
        stage.view.window_reset.connect(self._reset_window)
        self.stages.append(stage)
        return stage

    def _arrange(self, count: int) -> None:
        """Lay out the first `count` stages, and let new ones look where the first does."""
        if count == self._grid.count():
            return
        for stage in self.stages:
            self._grid.removeWidget(stage)
            stage.hide()
        for place, stage in enumerate(self.stages[:count]):
            self._grid.addWidget(stage, place // 2, place % 2)
            stage.show()
            stage.look_as(self.stage)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < count else 0)
        self._grid.setRowStretch(0, 1)
        self._grid.setRowStretch(1, 1 if count > 2 else 0)
        self._apply_switches()

    @Slot(object)
    def _follow(self, source: PairStage) -> None:
        """Let every other stage look where the reviewer has moved one to."""
        for stage in self.stages[: self._grid.count()]:
            if stage is not source:
                stage.look_as(source)

    @Slot()
    def _apply_switches(self) -> None:
        shown = {name for name in SWITCHES if self._actions[name].isChecked()}
        for stage in self.stages:
            forced = self._forced if stage is self.stage else ()
            stage.set_shown(shown, forced, self._hidden)
        self._explain_marks()

    def _explain_marks(self) -> None:
        shown = {name for name in SWITCHES if self._actions[name].isChecked()}
        self.legend.show_marks(shown | self._forced, self._moved)

    @Slot(float, float)
    def _drag_window(self, right: float, down: float) -> None:
        self.set_window(self.window_shown.dragged(right, down))

    @Slot()
    def _reset_window(self) -> None:
        self.set_window(FULL)
        self._keep_window()

    @Slot()
    def _next_preset(self) -> None:
        self.set_window(window_level.next_preset(self.window_shown))
        self._keep_window()

    @Slot()
    def _keep_window(self) -> None:
        if self._settings is not None:
            window = self.window_shown
            self._settings.window_level = (window.width, window.centre)

    def _lay_out(self) -> None:
        stages = QWidget()
        stages.setObjectName("stages")
        stages.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        stages.setStyleSheet(f"#stages {{ background: {DARK.border} }}")  # no glare between them
        stages.setLayout(self._grid)
        stages.setMinimumSize(320, 320)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tools)
        layout.addWidget(stages, 1)
        layout.addWidget(self.legend)
        self._arrange(1)

    @Slot(float)
    def _set_opacity(self, opacity: float) -> None:
        for stage in self.stages:
            stage.set_heatmap_opacity(opacity)
