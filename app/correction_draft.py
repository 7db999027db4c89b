"""Landmarks while a person moves them; every step can be taken back."""

from dataclasses import dataclass, replace

import numpy as np

from engine.assess.assessment import Assessment
from engine.canvas import CANVAS_SIZE

_SAME = 1e-6  # canvas pixels


@dataclass(frozen=True, eq=False)
class Draft:
    """Landmarks (L, 2) in canvas pixels, NaN for one without a place.

    gate: as the gate labelled them; start: as they stood when the correction began; landmarks: as
    they are now; earlier: as they were before each step since, oldest first.
    """

    gate: np.ndarray
    start: np.ndarray
    landmarks: np.ndarray
    earlier: tuple[np.ndarray, ...] = ()

    @classmethod
    def of(cls, gate: np.ndarray, start: np.ndarray) -> "Draft":
        """A draft that nothing was done in yet."""
        return cls(gate, start, start)

    def put(self, landmark: int, place: np.ndarray, goes_on: bool = False) -> "Draft":
        """Move a landmark, to the canvas' edge at most; `goes_on` joins the step before."""
        moved = self.landmarks.copy()
        moved[landmark] = np.clip(place, -0.5, CANVAS_SIZE - 0.5)
        if goes_on and self.earlier:
            return replace(self, landmarks=moved)
        return replace(self, landmarks=moved, earlier=(*self.earlier, self.landmarks))

    def take_away(self, landmark: int) -> "Draft":
        """Leave a landmark without a place."""
        return self.put(landmark, np.full(2, np.nan))

    def put_back(self, landmark: int) -> "Draft":
        """Put a landmark where the gate had it."""
        return self.put(landmark, self.gate[landmark])

    def step_back(self) -> "Draft":
        """Take the last step back, if there is one."""
        if not self.earlier:
            return self
        return replace(self, landmarks=self.earlier[-1], earlier=self.earlier[:-1])

    @property
    def changed(self) -> bool:
        """Whether anything lies elsewhere than when the correction began."""
        return not _same(self.landmarks, self.start)

    @property
    def as_the_gate(self) -> bool:
        """Whether every landmark lies where the gate had it."""
        return _same(self.landmarks, self.gate)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.allclose(one, other, rtol=0, atol=_SAME, equal_nan=True))


@dataclass(frozen=True)
class Subject:
    """The pair that can be corrected: the gate's own assessment, and the landmarks that count."""

    identifier: str
    gate: Assessment
    landmarks: np.ndarray

    @property
    def doubtful(self) -> int:
        """The landmark that needs a look first: one a reason is about, else the farthest off."""
        if self.gate.reasons and self.gate.reasons[0].landmarks:
            return self.gate.reasons[0].landmarks[0]
        return int(np.argmax(np.nan_to_num(self.gate.residuals, nan=-1.0)))
