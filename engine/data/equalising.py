"""Take away from a canvas picture what tells its origin without a look at the hand.

A radiograph that was resampled and a picture that a network drew differ in things that no reader
should answer by. Every picture goes through the same steps, which look at its pixels alone:

1. the letterbox bars are found, made black and their edge is softened (a file's are exactly black
   and end at a pixel's edge, a generator's nearly so);
2. the finest detail is removed (files are resampled from many sizes, a sampler leaves noise or
   smooths);
3. the grey range inside the bars is stretched to the same range (files rarely fill theirs, and a
   network over- and undershoots it);
4. the same fine grain is laid over the picture (files of 8 bits have flat areas);
5. all is rounded to 16 bits.

What it cannot take away: lettering and markers burned into a film, and how a film was collimated.
"""

import numpy as np

from engine.canvas import CANVAS_SIZE

_LEVELS = 65535
_BAR = 0.04  # of [0, 1]: what is darker throughout a row or column at the edge is a bar
_SOFT_EDGE = 5.0  # canvas pixels over which a picture fades into its bars
_RANGE = (1.0, 99.7)  # percentiles inside the bars that become black and white
_FINEST = 0.8  # canvas pixels, sigma of the smoothing
_GRAIN = 0.006  # of [0, 1], standard deviation


def equalise(image: np.ndarray, seed: int) -> np.ndarray:
    """A picture without the marks of its origin.

    Args:
        image: (256, 256) in [-1, 1].
        seed: of the grain; any number that says nothing about the picture.

    Returns:
        (256, 256) float32 in [-1, 1], one of 65536 levels everywhere.
    """
    from scipy import ndimage

    grey = (np.asarray(image, dtype=np.float64) + 1) / 2
    top, bottom, left, right = picture_area(grey)
    smooth = ndimage.gaussian_filter(grey, _FINEST, mode="nearest")
    low, high = np.percentile(smooth[top:bottom, left:right], _RANGE)
    stretched = np.clip((smooth - low) / max(high - low, 1 / _LEVELS), 0, 1)
    grain = np.random.default_rng(seed).normal(0, _GRAIN, grey.shape)
    fade = np.outer(_fade(top, bottom), _fade(left, right))
    shown = np.clip(stretched + grain, 0, 1) * fade
    return (np.rint(shown * _LEVELS) * (2 / _LEVELS) - 1).astype(np.float32)


def picture_area(grey: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row, first and last column (last ones excluded) of what is not bars.

    Args:
        grey: (256, 256) in [0, 1]. All black, it is all picture.
    """
    rows, columns = (np.flatnonzero(grey.max(axis=axis) > _BAR) for axis in (1, 0))
    if not len(rows):
        return 0, len(grey), 0, grey.shape[1]
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _fade(first: int, last: int) -> np.ndarray:
    """(256,) from 0 at a bar to 1 inside; 0 in the bars."""
    places = np.arange(CANVAS_SIZE)
    depth = np.minimum(places - first, last - 1 - places) / _SOFT_EDGE
    return (1 - np.cos(np.pi * np.clip(depth, 0, 1))) / 2
