"""Take away from a canvas picture what tells its origin without a look at the hand.

A radiograph that was resampled and a picture that a network drew differ in things that no reader
should answer by. Every picture goes through the same steps, which look at its pixels alone:

1. the letterbox bars are found, made black and their edge is softened (a file's are exactly black
   and end at a pixel's edge, a generator's nearly so);
2. the picture is smoothed until it is as sharp as all others (files are resampled from many sizes,
   a sampler leaves noise or smooths);
3. the grey range inside the bars is stretched to the same range (files rarely fill theirs, and a
   network over- and undershoots it);
4. the same fine grain is laid over the picture (files of 8 bits have flat areas);
5. all is rounded to 16 bits.

So a generator that is only soft is not found out by that: the question is whether the hand looks
real. What is not taken away: lettering and markers burned into a film, and how it was collimated.
"""

import numpy as np

from engine.canvas import CANVAS_SIZE

_LEVELS = 65535
_BAR = 0.04  # of [0, 1]: what is darker throughout a row or column at the edge is a bar
_SOFT_EDGE = 5.0  # canvas pixels over which a picture fades into its bars
_MARGIN = 10  # canvas pixels beside the bars that do not count for the sharpness
_SHARPNESS = 0.24  # below that of any film, and of a generator after the least smoothing
_SMOOTHING = (0.4, 3.0)  # canvas pixels, the least and the most
_RANGE = (1.0, 99.7)  # percentiles inside the bars that become black and white
_GRAIN = 0.006  # of [0, 1], standard deviation

Area = tuple[int, int, int, int]


def equalise(image: np.ndarray, seed: int) -> np.ndarray:
    """A picture without the marks of its origin.

    Args:
        image: (256, 256) in [-1, 1].
        seed: of the grain; any number that says nothing about the picture.

    Returns:
        (256, 256) float32 in [-1, 1], one of 65536 levels everywhere.
    """
    grey = (np.asarray(image, dtype=np.float64) + 1) / 2
    area = picture_area(grey)
    top, bottom, left, right = area
    smooth = _equally_sharp(grey, area)
    low, high = np.percentile(smooth[top:bottom, left:right], _RANGE)
    stretched = np.clip((smooth - low) / max(high - low, 1 / _LEVELS), 0, 1)
    grain = np.random.default_rng(seed).normal(0, _GRAIN, grey.shape)
    fade = np.outer(_fade(top, bottom), _fade(left, right))
    shown = np.clip(stretched + grain, 0, 1) * fade
    return (np.rint(shown * _LEVELS) * (2 / _LEVELS) - 1).astype(np.float32)


def picture_area(grey: np.ndarray) -> Area:
    """First and last row, first and last column (last ones excluded) of what is not bars.

    Args:
        grey: (256, 256) in [0, 1]. All black, it is all picture.
    """
    rows, columns = (np.flatnonzero(grey.max(axis=axis) > _BAR) for axis in (1, 0))
    if not len(rows):
        return 0, len(grey), 0, grey.shape[1]
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def sharpness(grey: np.ndarray, area: Area) -> float:
    """Contrast of the finest detail over that of the next coarser, 0 of a flat picture."""
    from scipy.ndimage import gaussian_filter

    top, bottom, left, right = area
    inside = slice(top + _MARGIN, bottom - _MARGIN), slice(left + _MARGIN, right - _MARGIN)
    if min(bottom - top, right - left) <= 2 * _MARGIN:
        return 0.0
    blurred = gaussian_filter(grey, 1.0)
    coarse = float((blurred - gaussian_filter(blurred, 3.0))[inside].std())
    return float((grey - blurred)[inside].std()) / coarse if coarse else 0.0


def _equally_sharp(grey: np.ndarray, area: Area) -> np.ndarray:
    """Smoothed as little as it takes to be no sharper than `_SHARPNESS`."""
    from scipy.ndimage import gaussian_filter
    from scipy.optimize import brentq

    def excess(sigma: float) -> float:
        return sharpness(gaussian_filter(grey, sigma, mode="nearest"), area) - _SHARPNESS

    least, most = _SMOOTHING
    if excess(least) <= 0:
        sigma = least
    else:
        sigma = most if excess(most) > 0 else brentq(excess, least, most, xtol=0.05)
    return gaussian_filter(grey, sigma, mode="nearest")


def _fade(first: int, last: int) -> np.ndarray:
    """(256,) from 0 at a bar to 1 inside; 0 in the bars."""
    places = np.arange(CANVAS_SIZE)
    depth = np.minimum(places - first, last - 1 - places) / _SOFT_EDGE
    return (1 - np.cos(np.pi * np.clip(depth, 0, 1))) / 2
