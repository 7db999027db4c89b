"""Image pixels ↔ canvas pixels ↔ millimetres.

The canvas is the 256 × 256 square on which everything is generated and assessed. A radiograph is
letterboxed onto it: one scale for both axes, centred, so that millimetres are the same along x and
y. Coordinates are (x, y) with integers at pixel *centres*: the first pixel's centre is (0, 0) and
its left edge is -0.5, in the image and on the canvas alike.
"""

from dataclasses import dataclass

import numpy as np

CANVAS_SIZE = 256


@dataclass(frozen=True)
class CanvasMap:
    """The letterbox of one image of ``width`` × ``height`` pixels on a square canvas."""

    width: int
    height: int
    size: int = CANVAS_SIZE

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.size) < 1:
            raise ValueError(f"no letterbox for {self.width} x {self.height} on {self.size}")

    @property
    def scale(self) -> float:
        """Canvas pixels per image pixel."""
        return self.size / max(self.width, self.height)

    @property
    def offset(self) -> np.ndarray:
        """Where the centre of image pixel (0, 0) lies on the canvas, (2,) x and y."""
        extent = np.array([self.width, self.height]) * self.scale
        return (self.size - extent) / 2 + self.scale / 2 - 0.5

    def to_canvas(self, points: np.ndarray) -> np.ndarray:
        """Image coordinates (…, 2) to canvas coordinates (…, 2)."""
        return np.asarray(points, dtype=np.float64) * self.scale + self.offset

    def to_image(self, points: np.ndarray) -> np.ndarray:
        """Canvas coordinates (…, 2) to image coordinates (…, 2); the inverse of `to_canvas`."""
        return (np.asarray(points, dtype=np.float64) - self.offset) / self.scale


def place_on_canvas(pixels: np.ndarray, size: int = CANVAS_SIZE) -> np.ndarray:
    """Letterbox a grey image.

    Args:
        pixels: (height, width) grey values, any real type.
        size: canvas side in pixels.

    Returns:
        (size, size) float32 in the grey range of `pixels`; what lies outside the image is 0. The
        image is smoothed to the canvas' resolution first, so that fine lines do not alias.
    """
    from scipy import ndimage

    height, width = pixels.shape
    letterbox = CanvasMap(width, height, size)
    smoothed = np.asarray(pixels, dtype=np.float32)
    if letterbox.scale < 1:
        sigma = 0.5 * np.sqrt(letterbox.scale**-2 - 1)
        smoothed = ndimage.gaussian_filter(smoothed, sigma, mode="nearest")
    offset = letterbox.offset
    sampled = ndimage.affine_transform(
        smoothed,
        np.full(2, 1 / letterbox.scale),
        offset=-offset[::-1] / letterbox.scale,
        output_shape=(size, size),
        order=1,
        mode="nearest",
    )
    x, y = (letterbox.to_image(np.stack([np.arange(size)] * 2, axis=1))).T
    inside_x = (x >= -0.5) & (x <= width - 0.5)
    inside_y = (y >= -0.5) & (y <= height - 0.5)
    return np.where(inside_y[:, None] & inside_x[None, :], sampled, 0).astype(np.float32)


def millimetres_per_pixel(points: np.ndarray, pair: tuple[int, int], length: float) -> np.ndarray:
    """The scale of each shape from the pair of landmarks whose distance is known.

    Args:
        points: (…, landmarks, 2) coordinates in pixels.
        pair: indices of the two landmarks.
        length: their distance in millimetres.

    Returns:
        (…) millimetres per pixel.
    """
    distance = np.linalg.norm(points[..., pair[0], :] - points[..., pair[1], :], axis=-1)
    return length / distance
