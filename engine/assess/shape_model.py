"""The statistical shape model x = x_m + P b, and how its mean is matched to landmarks.

The model lives in millimetres; a shape's size and pose are kept out of it by similarity alignment
(generalised Procrustes analysis), so that modes speak of form alone.
Source: Cootes et al., "Active shape models: their training and application", 1995.
"""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.assess.alignment import as_complex

if TYPE_CHECKING:
    from engine.assess.prior import Prior

_EXPLAINED_VARIANCE = 0.98
_SAMPLE = 3
_TRIALS = 200
_CONFIDENCE = 0.999
# A hand half or twice the size of the training hands is not one, and collapsed points fit scale 0.
_PLAUSIBLE_SCALE = (0.5, 2.0)


@dataclass(frozen=True)
class ShapeModel:
    """mean_shape: (L, 2) mm, centred; modes: (t, 2L) orthonormal; variances: (t,) mm²."""

    mean_shape: np.ndarray
    modes: np.ndarray
    variances: np.ndarray


@dataclass(frozen=True)
class Match:
    """The mean shape laid onto landmarks by a similarity transform.

    expected: (L, 2) canvas pixels, NaN when no match was found.
    residuals: (L,) mm from landmark to its expected place, NaN where either is unknown.
    inliers: (L,) bool, the landmarks the transform was fitted on; none without a match.
    transform: (3, 3) from mean shape (mm) to canvas (pixels), None without a match.
    """

    expected: np.ndarray
    residuals: np.ndarray
    inliers: np.ndarray
    transform: np.ndarray | None


def fit_shape_model(points_mm: np.ndarray) -> ShapeModel:
    """Mean and principal modes (98 % of the variance) of shapes (n, L, 2) in mm."""
    aligned, size = align_shapes(points_mm)
    mean = aligned.mean(axis=0)
    flat = (aligned - mean).reshape(len(aligned), -1) * size
    _, singular, modes = np.linalg.svd(flat, full_matrices=False)
    variances = singular**2 / max(len(flat) - 1, 1)
    total = variances.sum()
    explained = np.cumsum(variances) / total if total > 0 else np.ones(len(variances))
    kept = int(np.searchsorted(explained, _EXPLAINED_VARIANCE)) + 1
    return ShapeModel(mean * size, modes[:kept], variances[:kept])


def align_shapes(points: np.ndarray, rounds: int = 50) -> tuple[np.ndarray, float]:
    """Generalised Procrustes alignment in the plane, never mirroring.

    Args:
        points: (n, L, 2), any unit.
        rounds: most often the mean is estimated anew.

    Returns:
        (n, L, 2) shapes centred, of centroid size 1 and turned onto their mean, which keeps the
        mean direction of the shapes as given; and their mean centroid size in the unit of `points`.
    """
    complex_points = points[..., 0] + 1j * points[..., 1]
    centred = complex_points - complex_points.mean(axis=1, keepdims=True)
    sizes = np.linalg.norm(centred, axis=1)
    shapes = centred / np.where(sizes > 0, sizes, 1)[:, None]
    mean = _unit(shapes.mean(axis=0))
    for _ in range(rounds):
        # In the plane the best rotation is the phase of the complex inner product.
        phase = np.exp(-1j * np.angle(shapes @ mean.conj()))
        updated = _unit((shapes * phase[:, None]).mean(axis=0))
        settled = np.abs(updated - mean).max() < 1e-12
        mean = updated
        if settled:
            break
    aligned = shapes * np.exp(-1j * np.angle(shapes @ mean.conj()))[:, None]
    return np.stack([aligned.real, aligned.imag], axis=-1), float(sizes.mean())


def match_mean_shape(
    landmarks: np.ndarray, prior: "Prior", threshold_mm: float, seed: int = 0
) -> Match:
    """Lay the mean shape onto labelled landmarks: RANSAC, then a fit on all inliers.

    Millimetres come from the prior's mean scale.

    Args:
        landmarks: (L, 2) canvas pixels; NaN rows take no part.
        threshold_mm: a landmark nearer than this to its place is an inlier.
        seed: makes the random samples those of this pair.
    """
    scale = prior.millimetres_per_pixel
    known = np.isfinite(landmarks).all(axis=1)
    found = None
    if known.sum() > _SAMPLE:
        found = _ransac(prior.mean_shape[known], landmarks[known] * scale, threshold_mm, seed)
    if found is None:
        return no_match(len(landmarks))
    to_canvas, inliers_of_known = found
    inliers = np.zeros(len(landmarks), dtype=bool)
    inliers[known] = inliers_of_known
    return _matched(landmarks, prior, to_canvas, inliers)


def match_again(
    landmarks: np.ndarray,
    prior: "Prior",
    threshold_mm: float,
    inliers: np.ndarray,
    moved: np.ndarray,
) -> Match:
    """A match whose landmarks were moved: the fit of the rest, and of the moved that agree with it.

    It does not sample, so the match of unmoved landmarks stays what it was, and follows a drag
    without jumping. Where landmarks were moved and too few are left of what the match relied on, it
    is sought anew.

    Args:
        landmarks: (L, 2) canvas pixels; NaN rows take no part.
        inliers: (L,) landmarks the match relied on and that are where they were.
        moved: (L,) landmarks that are not.
    """
    scale = prior.millimetres_per_pixel
    rest = _fit_all(prior.mean_shape[inliers], landmarks[inliers] * scale)
    if rest is None:
        anew = moved.any()
        return match_mean_shape(landmarks, prior, threshold_mm) if anew else no_match(len(moved))
    near = _matched(landmarks, prior, rest, inliers).residuals < threshold_mm
    relied_on = inliers | (moved & near)
    to_canvas = _fit_all(prior.mean_shape[relied_on], landmarks[relied_on] * scale)
    return _matched(landmarks, prior, rest if to_canvas is None else to_canvas, relied_on)


def no_match(count: int) -> Match:
    """What there is to say about `count` landmarks that no pose of the mean shape fits."""
    nothing = np.full(count, np.nan)
    return Match(np.full((count, 2), np.nan), nothing, np.zeros(count, dtype=bool), None)


def _matched(
    landmarks: np.ndarray, prior: "Prior", to_canvas: np.ndarray, inliers: np.ndarray
) -> Match:
    scale = prior.millimetres_per_pixel
    transform = np.diag([1 / scale, 1 / scale, 1.0]) @ to_canvas
    expected = prior.mean_shape @ transform[:2, :2].T + transform[:2, 2]
    residuals = np.linalg.norm(landmarks - expected, axis=1) * scale
    return Match(expected, residuals, inliers, transform)


def _fit_all(source: np.ndarray, target: np.ndarray) -> np.ndarray | None:
    """(3, 3) similarity of least squares from `source` to `target`, None where none is plausible.

    In the plane a similarity is q = a·p + b with complex a and b, and one division finds the best.
    """
    if len(source) < _SAMPLE:
        return None
    p, q = as_complex(source), as_complex(target)
    centred = p - p.mean()
    extent = (np.abs(centred) ** 2).sum()
    a = (centred.conj() * (q - q.mean())).sum() / extent if extent > 0 else 0
    b = q.mean() - a * p.mean()
    if not _PLAUSIBLE_SCALE[0] <= abs(a) <= _PLAUSIBLE_SCALE[1]:
        return None
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag], [0.0, 0.0, 1.0]])


def _ransac(
    source: np.ndarray, target: np.ndarray, threshold: float, seed: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """(3, 3) similarity from `source` to `target` and its inliers, None when there is none."""
    from skimage.measure import ransac
    from skimage.transform import SimilarityTransform

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model, inliers = ransac(
            (source, target),
            SimilarityTransform,
            min_samples=_SAMPLE,
            residual_threshold=threshold,
            is_model_valid=_plausible,
            max_trials=_TRIALS,
            stop_probability=_CONFIDENCE,
            rng=seed,
        )
    if not _plausible(model):
        return None
    return np.asarray(model.params, dtype=np.float64), np.asarray(inliers, dtype=bool)


def _plausible(model: Any, *_: np.ndarray) -> bool:
    """Whether a fit may be used; one that failed is None, or an object that is false."""
    if not model:
        return False
    smallest, largest = _PLAUSIBLE_SCALE
    return bool(np.isfinite(model.params).all() and smallest <= model.scale <= largest)


def _unit(shape: np.ndarray) -> np.ndarray:
    return shape / max(np.linalg.norm(shape), np.finfo(float).tiny)
