"""From line integrals to a scanned film: Beer-Lambert, scatter, quanta, grain, tone, banding."""

from dataclasses import dataclass

import numpy as np

from engine.data.phantom.anatomy import bounded_normal
from engine.data.phantom.solid import Grid


@dataclass(frozen=True)
class Exposure:
    """How one film was exposed, developed and scanned.

    scatter: share of the mean primary that arrives from all around; reach: its spread in mm;
    blur: of screen and focus in mm; quanta: per pixel in open air; grain: standard deviation of
    the film in grey levels; open_grey: of open air; white: attenuation that shows white; gamma:
    of the scale between them; tilt: grey levels across the picture, (2,).
    """

    scatter: float
    reach: float
    blur: float
    quanta: float
    grain: float
    open_grey: float
    white: float
    gamma: float
    tilt: np.ndarray


def sample_exposure(rng: np.random.Generator) -> Exposure:
    """Draw a film: most are greyish in the open, some nearly black."""
    dark = rng.random() < 0.3
    return Exposure(
        scatter=float(rng.uniform(0.03, 0.09)),
        reach=float(rng.uniform(14, 26)),
        blur=float(rng.uniform(0.2, 0.34)),
        quanta=float(rng.uniform(8_000, 40_000)),
        grain=float(rng.uniform(0.3, 1.0)),
        open_grey=float(rng.uniform(12, 42) if dark else rng.uniform(38, 102)),
        white=float(2.24 + 0.25 * bounded_normal(rng)),
        gamma=float(rng.uniform(0.72, 0.95)),
        tilt=6.0 * bounded_normal(rng, 2),
    )


def expose(
    attenuation: np.ndarray, grid: Grid, exposure: Exposure, rng: np.random.Generator
) -> np.ndarray:
    """Grey levels (height, width), not yet rounded, of line integrals.

    I = exp(−∫μ) is blurred by focus and screen, scatter is added, the quanta are counted (their
    noise is that of the count), and the film shows −ln I on a gently bent scale.
    """
    from scipy import ndimage

    primary = ndimage.gaussian_filter(np.exp(-attenuation), exposure.blur / grid.pitch)
    scattered = exposure.scatter * _wide_blur(primary, exposure.reach / grid.pitch)
    arrived = (primary + scattered) / (1 + exposure.scatter)
    noise = rng.standard_normal(arrived.shape, dtype=np.float32)
    counted = arrived + noise * np.sqrt(arrived / exposure.quanta)
    shown = -np.log(np.maximum(counted, 1e-3)) / exposure.white
    shown = np.sign(shown) * np.abs(shown) ** exposure.gamma
    grey = exposure.open_grey + (250 - exposure.open_grey) * shown
    grey = _shoulder(grey) + _unevenness(grid, exposure, rng)
    grain = rng.standard_normal(grey.shape, dtype=np.float32)
    return grey + exposure.grain * ndimage.gaussian_filter(grain, 0.6) * 2


def _shoulder(grey: np.ndarray) -> np.ndarray:
    """The film's bright end is reached slowly: linear to 200, then bending towards 254."""
    over = np.maximum(grey - 200, 0)
    return np.where(grey > 200, 200 + 54 * (1 - np.exp(-over / 54)), grey)


def _wide_blur(field: np.ndarray, sigma: float) -> np.ndarray:
    from scipy import ndimage

    step = 8
    small = field[::step, ::step]
    wide = ndimage.gaussian_filter(small, sigma / step, mode="nearest")
    rows = np.arange(field.shape[0]) / step
    columns = np.arange(field.shape[1]) / step
    places = np.meshgrid(rows, columns, indexing="ij")
    return ndimage.map_coordinates(wide, places, order=1, mode="nearest").astype(np.float32)


def _unevenness(grid: Grid, exposure: Exposure, rng: np.random.Generator) -> np.ndarray:
    """Grey levels that the tube's heel effect and the scanner's bands add."""
    from scipy import ndimage

    x = np.linspace(-1, 1, grid.width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, grid.height, dtype=np.float32)[:, None]
    bands = ndimage.gaussian_filter1d(rng.standard_normal(grid.width), rng.uniform(1, 5))
    bands *= rng.uniform(0.0, 1.0) / bands.std()
    return exposure.tilt[0] * x + exposure.tilt[1] * y + bands[None, :].astype(np.float32)
