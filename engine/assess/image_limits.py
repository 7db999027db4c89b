"""How far a localiser's points may lie from right labels, from its errors on held-out radiographs.

Four figures are compared with a limit: how far each landmark lies off, the mean shift of each
group, and of all landmarks their mean shift and their mean distance. Of each kind, what counts in a
radiograph is the largest after division by how large it usually is there, as the other radiographs
have it. Its logarithm is close to normal, so the limit is the upper prediction limit of one more
radiograph, by Student's t: with mean m and standard deviation s over n radiographs,
exp(m + t s sqrt(1 + 1/n)). The four share the refusals allowed (Bonferroni). The order statistics
of conformal prediction would need more than a hundred held-out radiographs for the same promise.

A localiser errs along a bone more than across it, at the wrist twice as much, so what is usual of a
landmark is an ellipse (its mean squared errors, drawn towards a circle) and not a distance.

The localiser's own sigma of a radiograph is left out: it says which landmarks are hard, which the
measured errors say as well, and hardly (r = 0.1 on the Digital Hand Atlas) in which picture.
"""

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.image_sight import ImageLimits
from engine.errors import WeightsError

REFUSED = 0.03  # of pairs whose image and labels agree, at most
FEWEST = 5  # radiographs without which no limit is worth its name
# One landmark's usual error counts as much as that of all after so many radiographs, and the shape
# of its ellipse as much as a circle.
_SHARED, _ROUND = 20, 10
_FINEST = 0.05  # mm: nobody annotates finer
# Of the refusals allowed: a single landmark off is the hardest to find, three means are found
# easily. A tenth is kept back, for the logarithm is a little less even than normal.
_SHARE_LANDMARK, _SHARE_MEAN = 0.6, 0.1


def fit_image_limits(errors: np.ndarray, anatomy: Anatomy, refused: float = REFUSED) -> ImageLimits:
    """The limits that a localiser's errors set.

    Args:
        errors: (n, L, 2) found minus annotated in mm, on radiographs it was not trained on.
        refused: the share of right pairs that may be refused, over all figures together.

    Raises:
        WeightsError: too few radiographs, errors that are no numbers, or another landmark set.
    """
    errors = np.asarray(errors, dtype=np.float64)
    expected = (anatomy.landmark_count, 2)
    if errors.ndim != 3 or errors.shape[1:] != expected or not np.isfinite(errors).all():
        raise WeightsError(f"the localiser's errors are not those of anatomy '{anatomy.name}'")
    if len(errors) < FEWEST:
        raise WeightsError(
            f"the localiser was measured on {len(errors)} held-out radiographs, at least {FEWEST} "
            "are needed to judge images by it"
        )
    distances = np.linalg.norm(errors, axis=2)
    shift = np.linalg.norm(errors.mean(axis=1), axis=1)
    risk, risk_of_mean = refused * _SHARE_LANDMARK, refused * _SHARE_MEAN
    return ImageLimits(
        ellipses=_ellipses(errors, risk),
        group=_limits(group_shifts(errors, anatomy), risk_of_mean),
        shift=float(_limits(shift[:, None], risk_of_mean)[0]),
        distance=float(_limits(distances.mean(axis=1, keepdims=True), risk_of_mean)[0]),
    )


def group_shifts(errors: np.ndarray, anatomy: Anatomy) -> np.ndarray:
    """(…, G) length of the mean of each group's errors (…, L, 2); NaN landmarks do not count."""
    shifts = [mean_shift(errors[..., list(group.landmarks), :]) for group in anatomy.groups]
    return np.stack(shifts, axis=-1)


def mean_shift(errors: np.ndarray) -> np.ndarray:
    """(…) length of the mean of errors (…, K, 2), NaN ones left out; NaN where all are."""
    known = np.isfinite(errors).all(axis=-1, keepdims=True)
    count = known.sum(axis=-2)
    total = np.where(known, errors, 0.0).sum(axis=-2)
    return np.linalg.norm(np.where(count > 0, total / np.maximum(count, 1), np.nan), axis=-1)


def _limits(figures: np.ndarray, risk: float) -> np.ndarray:
    """(K,) limits of figures (n, K) in mm: one of all K beyond its limit has a chance of `risk`."""
    count = len(figures)
    squares = np.maximum(figures, _FINEST) ** 2
    others = (squares.sum(axis=0) - squares) / (count - 1)
    scores = np.log(squares / _shared(others, count - 1)).max(axis=1) / 2
    return np.sqrt(_shared(squares.mean(axis=0), count)) * _widest(scores, risk)


def _ellipses(errors: np.ndarray, risk: float) -> np.ndarray:
    """(K, 2, 2) limits of errors (n, K, 2) in mm, as `ImageLimits.ellipses` has them: one of all K
    beyond its limit has a chance of `risk`."""
    count = len(errors)
    squares = errors[..., :, None] * errors[..., None, :] + _FINEST**2 / 2 * np.eye(2)
    others = (squares.sum(axis=0) - squares) / (count - 1)
    inverse = np.linalg.inv(_usual(others, count - 1))
    scores = np.log(np.einsum("nkij,nkji->nk", inverse, squares)).max(axis=1) / 2
    return np.linalg.inv(_usual(squares.mean(axis=0), count)) / _widest(scores, risk) ** 2


def _widest(scores: np.ndarray, risk: float) -> float:
    """Beyond which one more radiograph's figure lies with a chance of `risk`, from the logarithms
    of n figures."""
    from scipy import stats

    count = len(scores)
    width = stats.t.ppf(1 - risk, count - 1) * np.sqrt(1 + 1 / count)
    return float(np.exp(scores.mean() + width * scores.std(ddof=1)))


def _usual(squares: np.ndarray, count: int) -> np.ndarray:
    """(…, K, 2, 2) what is usual of K landmarks, from the means of `count` outer products."""
    sizes = np.trace(squares, axis1=-2, axis2=-1)[..., None, None]
    shapes = (count * squares / sizes + _ROUND * np.eye(2) / 2) / (count + _ROUND)
    return _shared(sizes[..., 0, 0], count)[..., None, None] * shapes


def _shared(squares: np.ndarray, count: int) -> np.ndarray:
    """Mean squares (…, K) of `count` radiographs, drawn towards the mean of all K."""
    overall = squares.mean(axis=-1, keepdims=True)
    return (count * squares + _SHARED * overall) / (count + _SHARED)
