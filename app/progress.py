"""How far a job is, how fast, and how long it will still take: arithmetic without Qt."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

_WINDOW = 30  # measurements that the rate is taken over


@dataclass
class Pace:
    """Counts units of work against a clock.

    total: units in all, None when unknown; seconds: time limit of the whole, None for none.
    """

    total: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = monotonic
    done: float = 0
    elapsed: float = 0.0
    rested: float = 0.0
    _marks: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_WINDOW))

    def advance(self, done: float, elapsed: float | None = None) -> None:
        """Say how many units are done; `elapsed` overrides the clock for the time limit."""
        now = self.clock() - self.rested
        if not self._marks or done > self.done:
            self._marks.append((now, done))
        self.done = done
        if elapsed is not None:
            self.elapsed = elapsed

    @property
    def rate(self) -> float | None:
        """Units per second over the last measurements."""
        if len(self._marks) < 2:
            return None
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start else None

    @property
    def fraction(self) -> float | None:
        """Share of the work that is done, by units or by time, whichever is further."""
        shares = []
        if self.total:
            shares.append(self.done / self.total)
        if self.seconds:
            shares.append(self.elapsed / self.seconds)
        return min(1.0, max(shares)) if shares else None

    @property
    def seconds_left(self) -> float | None:
        """Time until the units or the time limit run out, whichever comes first."""
        left = []
        if self.total and self.rate:
            left.append((self.total - self.done) / self.rate)
        if self.seconds:
            left.append(self.seconds - self.elapsed)
        return max(0.0, min(left)) if left else None
