"""A pair: one radiograph and one heatmap of all its landmarks, on the canvas."""

from dataclasses import dataclass

import numpy as np

from engine.canvas import CANVAS_SIZE


@dataclass(frozen=True)
class Pair:
    """A radiograph together with its heatmap, both float32 in [-1, 1], (256, 256), read-only.

    The network sees them as two channels, image first.
    """

    image: np.ndarray
    heatmap: np.ndarray

    def __post_init__(self) -> None:
        for name in ("image", "heatmap"):
            plane = np.array(getattr(self, name), dtype=np.float32)
            if plane.shape != (CANVAS_SIZE, CANVAS_SIZE):
                raise ValueError(
                    f"{name} has shape {plane.shape}, expected {(CANVAS_SIZE, CANVAS_SIZE)}"
                )
            plane.flags.writeable = False
            object.__setattr__(self, name, plane)

    @classmethod
    def from_channels(cls, channels: np.ndarray) -> "Pair":
        """The pair held in (2, 256, 256) channels."""
        return cls(image=channels[0], heatmap=channels[1])

    def channels(self) -> np.ndarray:
        """Both planes as (2, 256, 256) float32."""
        return np.stack([self.image, self.heatmap])
