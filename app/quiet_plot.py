"""A plot that is looked at and not touched: it follows the theme, and redraws at its own pace."""

import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QColor, QShowEvent

from app.theme import colours, theme_signals

_REDRAW_MILLISECONDS = 250


class QuietPlot(pg.PlotWidget):
    """A curve that grows. Whoever makes one says what is drawn in `redraw` and in which colours in
    `recolour`; items are made once and only given new data.

    left, bottom: the axes' names; name: what a screen reader says; left_axis: another than usual.
    """

    def __init__(
        self, name: str, left: str, bottom: str, left_axis: pg.AxisItem | None = None
    ) -> None:
        axes = {} if left_axis is None else {"left": left_axis}
        super().__init__(background=colours().surface, axisItems=axes)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._names = {"left": left, "bottom": bottom}
        self._fresh = False
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.showGrid(x=False, y=True, alpha=0.15)
        for side in self._names:
            plot.getAxis(side).enableAutoSIPrefix(False)
        self.show_values(False)
        self._timer = QTimer(self)
        self._timer.setInterval(_REDRAW_MILLISECONDS)
        self._timer.timeout.connect(self._redraw_if_fresh)
        theme_signals().changed.connect(self._follow_theme)

    def begin(self) -> None:
        """Forget the curve and start to follow a new job."""
        self._fresh = True
        self._timer.start()

    def note(self) -> None:
        """There is something new; it is drawn with the next tick."""
        self._fresh = True

    def finish(self) -> None:
        """Draw what is left and rest."""
        self._timer.stop()
        self._redraw_if_fresh()

    def let_go(self) -> None:
        """Take the scene apart while Qt still lives."""
        self._timer.stop()
        theme_signals().changed.disconnect(self._follow_theme)
        self.close()
        self.deleteLater()  # it has left its parent; Python might delete it in another thread

    def redraw(self) -> None:
        """Give the items their data."""

    def recolour(self) -> None:
        """Give the items the theme's colours."""

    def show_values(self, shown: bool) -> None:
        """Write numbers at the axes, or none as long as there is nothing to read."""
        for side in self._names:
            self.getPlotItem().getAxis(side).setStyle(showValues=shown)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._redraw_if_fresh()

    @Slot()
    def _follow_theme(self) -> None:
        self.setBackground(colours().surface)
        for side, name in self._names.items():
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(colours().border)
            axis.setTextPen(colours().muted)
            axis.setLabel(name, color=colours().muted)
        self.recolour()

    @Slot()
    def _redraw_if_fresh(self) -> None:
        if self._fresh and self.isVisible():
            self._fresh = False
            self.redraw()


def see_through(colour: str, opacity: float) -> QColor:
    """A colour of the theme that lets others show through it."""
    made = QColor(colour)
    made.setAlphaF(opacity)
    return made
