"""What the copy check compares of a radiograph: its hand in a common frame, contrast evened out.

The image is laid onto the prior's mean shape by the similarity that fits the labelled landmarks, so
that a copy that was shifted, turned or scaled meets its original; what lies far from the mean
shape is masked; and every point is given in units of the contrast around it (mean taken off,
divided by the standard deviation of a window), so that exposure does not count. The window's
moments are those of Pinto, Cox & DiCarlo, "Why is real-world visual object recognition hard?",
PLoS Computational Biology 4, 2008 (local contrast normalisation), over what is known of it.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from engine.assess.alignment import align
from engine.assess.prior import Prior
from engine.canvas import CANVAS_SIZE

SPACING = 3.0  # mm between the points of a descriptor
SEARCH = 2  # cells of half that spacing by which a picture may lie off its landmarks
_REACH = 12.0  # mm around the mean shape's edges that are looked at
_SMOOTHING = 1.5  # mm
_WINDOW = 30.0  # mm, side of the square window that contrast is evened out in
_FAINTEST = 0.02  # of the range [-1, 1]; less contrast than this is not raised
_BORDER = 4.0  # canvas pixels along its border that a shifted copy would have lost
_ALIKE_SPREAD = 25.0  # mm; landmarks fit alike, but for wild ones
_MINIMUM_WINDOW = 1e-3


@dataclass(frozen=True, eq=False)
class DescriptorFrame:
    """Where a descriptor's D points lie around a mean shape of L landmarks.

    mean_shape: (L, 2) mm; grid: (rows, columns, 2) mm, at half the spacing of the points;
    area: (rows, columns) whether contrast is evened out there; points: (D, 2) row and column of
    each point in the grid, with room for the search around them.
    """

    mean_shape: np.ndarray
    grid: np.ndarray
    area: np.ndarray
    points: np.ndarray

    def __len__(self) -> int:
        return len(self.points)


def descriptor_frame(prior: Prior) -> DescriptorFrame:
    """The frame around a prior's mean shape: all within reach of an edge of its topology."""
    half = SPACING / 2
    room = SEARCH * half
    low = prior.mean_shape.min(axis=0) - _REACH - room
    columns, rows = np.ceil((prior.mean_shape.max(axis=0) + _REACH + room - low) / half).astype(int)
    x, y = low[0] + half * np.arange(columns + 1), low[1] + half * np.arange(rows + 1)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    far = _distance_to_edges(grid, prior)
    wanted = far < _REACH
    wanted[: 2 * SEARCH] = wanted[:, : 2 * SEARCH] = False
    wanted[-SEARCH:] = wanted[:, -SEARCH:] = False
    points = np.argwhere(wanted[::2, ::2]) * 2
    return DescriptorFrame(prior.mean_shape, grid, far < _REACH + room, points)


def prior_hash(prior: Prior) -> str:
    """16 hexadecimal digits that name a prior; descriptors of another one do not compare."""
    digest = hashlib.blake2b(digest_size=8)
    for name, array in sorted(prior.to_arrays().items()):
        digest.update(f"{name}{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def describe(image: np.ndarray, landmarks: np.ndarray, frame: DescriptorFrame) -> np.ndarray | None:
    """A radiograph in the frame of the mean shape.

    Args:
        image: (256, 256) in [-1, 1]; what is not finite counts as black.
        landmarks: (L, 2) canvas pixels, NaN for one without a place.

    Returns:
        (shifts, D) float32, one row for each of the (2 · `SEARCH` + 1)² places a picture may lie
        off its landmarks, the middle row for none; 0 at points that the canvas does not show. None
        where fewer than three landmarks are known, so that nothing says where the hand lies.
    """
    field = _evened_out(image, landmarks, frame)
    if field is None:
        return None
    steps = np.arange(-SEARCH, SEARCH + 1)
    rows, columns = frame.points.T
    return np.stack([field[rows + down, columns + right] for down in steps for right in steps])


def middle(shifted: np.ndarray) -> np.ndarray:
    """Of what `describe` returned, the row for a picture that lies where its landmarks say."""
    return shifted[len(shifted) // 2]


def _evened_out(
    image: np.ndarray, landmarks: np.ndarray, frame: DescriptorFrame
) -> np.ndarray | None:
    """(rows, columns) of the grid: grey values in units of the contrast around them."""
    from scipy import ndimage

    spreads = np.full(len(frame.mean_shape), _ALIKE_SPREAD)
    alignment = align(landmarks[None], frame.mean_shape, spreads)
    if not alignment.found[0]:
        return None
    places = alignment.to_canvas(frame.grid.reshape(-1, 2))[0].reshape(frame.grid.shape)
    inside = (places >= _BORDER) & (places <= CANVAS_SIZE - 1 - _BORDER)
    known = (frame.area & inside.all(axis=-1)).astype(np.float32)
    finite = np.nan_to_num(np.asarray(image, dtype=np.float32), nan=-1, posinf=1, neginf=-1)
    grey = ndimage.map_coordinates(finite, places[..., ::-1].transpose(2, 0, 1), order=1, cval=-1)
    half = SPACING / 2
    grey = ndimage.gaussian_filter(grey, _SMOOTHING / half)

    window = round(_WINDOW / half)

    def around(values: np.ndarray) -> np.ndarray:
        return ndimage.uniform_filter(values * known, window)

    weight = np.maximum(around(known), _MINIMUM_WINDOW)
    raised = (grey - around(grey) / weight) * known
    contrast = np.sqrt(np.maximum(around(raised**2) / weight, 0))
    return raised / (contrast + _FAINTEST)


def _distance_to_edges(grid: np.ndarray, prior: Prior) -> np.ndarray:
    """(rows, columns) mm from each point of the grid to the nearest edge of the topology."""
    nearest = np.full(grid.shape[:-1], np.inf)
    for first, second in prior.mean_shape[prior.edges]:
        along = second - first
        length = max(float(along @ along), 1e-9)
        part = np.clip((grid - first) @ along / length, 0, 1)
        away = np.linalg.norm(grid - first - part[..., None] * along, axis=-1)
        nearest = np.minimum(nearest, away)
    return nearest
