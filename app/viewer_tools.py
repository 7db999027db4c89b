"""The line of tools above the radiograph: what is drawn over it, and what stands beside it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from app.actions import Actions
from app.stage_overlays import OVERLAYS
from app.widgets import row, tool_button

_AFTER_SWITCHES = ("window_preset", "correct", "compare_2", "compare_4", "compare_training", "fit")
_PERCENT = 80


class ViewerTools(QWidget):
    """A switch for each overlay, the heatmap's opacity, and the ways to look.

    opacity_changed: of the heatmap, 0 … 1.
    """

    opacity_changed = Signal(float)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("viewerTools")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setRange(10, 100)
        self._opacity.setValue(_PERCENT)
        self._opacity.setFixedWidth(72)
        self._opacity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._opacity.setToolTip("Opacity of the heatmap")
        self._opacity.setAccessibleName("Opacity of the heatmap")
        self._opacity.valueChanged.connect(self._on_opacity)
        first, *switches = [tool_button(actions[name]) for name in OVERLAYS]
        others = [tool_button(actions[name]) for name in _AFTER_SWITCHES]
        self.setLayout(
            row(first, self._opacity, *switches, None, *others, margins=(10, 5, 10, 5), spacing=4)
        )

    @property
    def opacity(self) -> float:
        """How opaque the heatmap is to be, 0 … 1."""
        return self._opacity.value() / 100

    @Slot(int)
    def _on_opacity(self, _percent: int) -> None:
        self.opacity_changed.emit(self.opacity)
