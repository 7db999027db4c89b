"""The live loss curve of a training: redrawn by a timer, and only when there is something new."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QTimer, Slot

from app.theme import colours
from engine.events import TrainingStep

_REDRAW_MILLISECONDS = 250
_KEPT = 4000
_SMOOTHING = 0.9


class LossCurve(pg.PlotWidget):
    """Loss over steps on a logarithmic axis: every measurement faint, their running mean bright."""

    def __init__(self) -> None:
        super().__init__(background=colours().surface)
        self.setAccessibleName("Training loss over steps")
        self._steps: list[int] = []
        self._losses: list[float] = []
        self._fresh = False
        self._measured = self.plot(pen=pg.mkPen(108, 184, 208, 90, width=1))
        self._mean = self.plot(pen=pg.mkPen(colours().accent, width=2))
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.showGrid(x=False, y=True, alpha=0.15)
        plot.setLogMode(x=False, y=True)
        for side in ("left", "bottom"):
            plot.getAxis(side).setPen(colours().border)
            plot.getAxis(side).setTextPen(colours().muted)
            plot.getAxis(side).setStyle(showValues=False)  # until there are some
        plot.setLabel("bottom", "step", color=colours().muted)
        plot.setLabel("left", "loss", color=colours().muted)
        plot.getAxis("left").enableAutoSIPrefix(False)
        self._timer = QTimer(self)
        self._timer.setInterval(_REDRAW_MILLISECONDS)
        self._timer.timeout.connect(self._redraw)

    def clear_curve(self) -> None:
        """Begin a new training."""
        self._steps.clear()
        self._losses.clear()
        self._fresh = True
        self._timer.start()

    def add(self, step: TrainingStep) -> None:
        """Note a measurement; it is drawn with the next tick."""
        loss = step.losses.get("total", math.nan)
        if not (math.isfinite(loss) and loss > 0):
            return
        self._steps.append(step.step)
        self._losses.append(loss)
        if len(self._steps) > _KEPT:
            self._steps, self._losses = self._steps[::2], self._losses[::2]
        self._fresh = True

    def finish(self) -> None:
        """Draw what is left and rest."""
        self._timer.stop()
        self._redraw()

    @Slot()
    def _redraw(self) -> None:
        if self._fresh and self.isVisible():
            self._fresh = False
            for side in ("left", "bottom"):
                self.getPlotItem().getAxis(side).setStyle(showValues=bool(self._steps))
            self._measured.setData(self._steps, self._losses)
            self._mean.setData(self._steps, running_mean(self._losses))


def running_mean(losses: list[float]) -> np.ndarray:
    """(n,) exponential mean, corrected for its start as Adam's moments are."""
    means = np.empty(len(losses))
    total = 0.0
    for i, loss in enumerate(losses):
        total = _SMOOTHING * total + (1 - _SMOOTHING) * loss
        means[i] = total / (1 - _SMOOTHING ** (i + 1))
    return means
