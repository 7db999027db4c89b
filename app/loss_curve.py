"""The live loss curve of a training: redrawn by a timer, and only when there is something new."""

import math

import numpy as np
import pyqtgraph as pg

from app.quiet_plot import QuietPlot, see_through
from app.theme import colours
from engine.events import TrainingStep

_KEPT = 4000
_SMOOTHING = 0.9


class _SparseLogAxis(pg.AxisItem):
    """A logarithmic axis with ticks at 1, 2 and 5 of each decade, so that no numbers collide; the
    usual ticks where less than two of these would be seen."""

    def logTickValues(self, low: float, high: float, size: float, ticks: list) -> list:
        decades = np.arange(np.floor(low), np.ceil(high) + 1)
        sparse = (decades[:, None] + np.log10([1.0, 2.0, 5.0])).ravel()
        sparse = sparse[(sparse >= low) & (sparse <= high)]
        if len(sparse) < 2:
            return super().logTickValues(low, high, size, ticks)
        return [(None, sparse.tolist())]


class LossCurve(QuietPlot):
    """Loss over steps on a logarithmic axis: every measurement faint, their running mean bright."""

    def __init__(self) -> None:
        super().__init__("Training loss over steps", "loss", "step", _SparseLogAxis("left"))
        self._steps: list[int] = []
        self._losses: list[float] = []
        self._measured = self.plot()
        self._mean = self.plot()
        self.getPlotItem().setLogMode(x=False, y=True)
        self._follow_theme()

    def begin(self) -> None:
        """Begin a new training."""
        self._steps.clear()
        self._losses.clear()
        super().begin()

    def add(self, step: TrainingStep) -> None:
        """Note a measurement; it is drawn with the next tick."""
        loss = step.losses.get("total", math.nan)
        if not (math.isfinite(loss) and loss > 0):
            return
        self._steps.append(step.step)
        self._losses.append(loss)
        if len(self._steps) > _KEPT:
            self._steps, self._losses = self._steps[::2], self._losses[::2]
        self.note()

    def redraw(self) -> None:
        """Draw all measurements and their mean."""
        self.show_values(bool(self._steps))
        self._measured.setData(self._steps, self._losses)
        self._mean.setData(self._steps, running_mean(self._losses))

    def recolour(self) -> None:
        """Measurements faint, their mean bright."""
        self._measured.setPen(pg.mkPen(see_through(colours().accent, 0.35), width=1))
        self._mean.setPen(pg.mkPen(colours().accent, width=2))


def running_mean(losses: list[float]) -> np.ndarray:
    """(n,) exponential mean, corrected for its start as Adam's moments are."""
    means = np.empty(len(losses))
    total = 0.0
    for i, loss in enumerate(losses):
        total = _SMOOTHING * total + (1 - _SMOOTHING) * loss
        means[i] = total / (1 - _SMOOTHING ** (i + 1))
    return means
