"""The gate's acceptance so far, live: the share over pairs, and how well so many pairs know it."""

import numpy as np
import pyqtgraph as pg

from app.quiet_plot import QuietPlot, see_through
from app.theme import colours
from engine.assess.proportion import wilson_interval

_DRAWN = 1000  # points at most
_SHORTEST = 10  # pairs that the axis has room for at least


class AcceptancePlot(QuietPlot):
    """Share of accepted pairs in percent over pairs judged, in Wilson's 95 % interval."""

    def __init__(self) -> None:
        super().__init__(
            "Share of pairs that the gate accepted, with its 95 % interval", "accepted, %", "pairs"
        )
        self._accepted: list[int] = []  # how many, after each pair
        self._low, self._high = pg.PlotDataItem(), pg.PlotDataItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self.addItem(self._low)
        self.addItem(self._high)
        self.addItem(self._band)
        self._share = self.plot()
        plot = self.getPlotItem()
        plot.setYRange(0, 100, padding=0.03)
        self._follow_theme()

    def begin(self) -> None:
        """Begin with no pair."""
        self._accepted.clear()
        super().begin()

    def add(self, accepted: bool) -> None:
        """Note a verdict; it is drawn with the next tick."""
        self._accepted.append((self._accepted[-1] if self._accepted else 0) + accepted)
        self.note()

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share after the last pair, None without any."""
        if not self._accepted:
            return None
        low, high = wilson_interval(self._accepted[-1], len(self._accepted))
        return float(low), float(high)

    def redraw(self) -> None:
        """Draw the share and its interval after each pair, of many pairs after some."""
        pairs, accepted = acceptance_points(self._accepted)
        low, high = wilson_interval(accepted, pairs)
        self.show_values(bool(self._accepted))
        self.getPlotItem().setXRange(0, max(_SHORTEST, len(self._accepted)), padding=0)
        self._low.setData(pairs, 100 * low)
        self._high.setData(pairs, 100 * high)
        self._share.setData(pairs, 100 * accepted / np.maximum(pairs, 1))

    def recolour(self) -> None:
        """The share bright, its interval a faint band with an edge."""
        edge = pg.mkPen(see_through(colours().accept, 0.5), width=1)
        self._low.setPen(edge)
        self._high.setPen(edge)
        self._band.setBrush(pg.mkBrush(see_through(colours().accept, 0.16)))
        self._share.setPen(pg.mkPen(colours().accept, width=2))


def acceptance_points(accepted: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of pairs (n,) and of accepted ones among them (n,), at most `_DRAWN` and the last."""
    count = len(accepted)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _DRAWN)).astype(int))
    if not count:
        chosen = np.zeros(0, dtype=int)
    return chosen + 1, np.asarray(accepted, dtype=float)[chosen]
