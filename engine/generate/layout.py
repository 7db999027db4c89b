"""Where the landmarks of a pair roughly lie, decided before the pair is drawn.

A denoiser sees the whole hand at once only while it is hidden in noise, and gets the proportions
of its bones a little wrong; a linear model of the landmarks' positions gets them right by
construction. So the hand's layout is drawn first, from the principal components of the training
radiographs' landmarks (a point distribution model, Cootes et al. 1995), and the network is told it
as a coarse picture. What the components leave out (about half a pixel) the network decides with
the image it draws.
"""

from dataclasses import dataclass

import numpy as np

from engine.data.augmentation import shift_onto_canvas


@dataclass(frozen=True)
class LayoutModel:
    """A linear model of the landmarks' positions on the canvas; L landmarks, K components.

    mean: (L, 2) in pixels; axes: (K, L, 2) the principal components, each as long as its standard
    deviation in pixels, the strongest first; zeros where there were too few shapes for more.
    """

    mean: np.ndarray
    axes: np.ndarray

    def nearest(self, points: np.ndarray) -> np.ndarray:
        """The layouts (n, L, 2) closest to landmarks (n, L, 2): these without what the components
        leave out."""
        flat = self.axes.reshape(len(self.axes), -1)
        lengths = np.linalg.norm(flat, axis=1, keepdims=True)
        directions = np.divide(flat, lengths, out=np.zeros_like(flat), where=lengths > 0)
        offsets = (points - self.mean).reshape(len(points), -1)
        return self.mean + (offsets @ directions.T @ directions).reshape(points.shape)

    def draw(self, weights: np.ndarray) -> np.ndarray:
        """Layouts (n, L, 2) of standard normal `weights` (n, K), moved as little as needed to lie
        on the canvas; one larger than the canvas is centred."""
        layouts = self.mean + np.tensordot(weights, self.axes, axes=1)
        if not layouts.shape[1]:
            return layouts
        return layouts + shift_onto_canvas(layouts)[:, None]


def fit_layouts(points: np.ndarray, components: int) -> LayoutModel:
    """The mean and the first principal components of landmarks (n, L, 2) in canvas pixels."""
    count, landmarks = points.shape[:2]
    mean = points.mean(axis=0)
    offsets = (points - mean).reshape(count, -1)
    _, spreads, directions = np.linalg.svd(offsets, full_matrices=False)
    axes = np.zeros((components, 2 * landmarks))
    known = min(components, count - 1, len(spreads))
    axes[:known] = spreads[:known, None] / np.sqrt(max(count - 1, 1)) * directions[:known]
    return LayoutModel(mean, axes.reshape(components, landmarks, 2))
