"""The rules of policy `refined`, each refusal in a clinician's words, weightiest first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.alignment import as_points
from engine.assess.assessment import Reason
from engine.assess.figures import beside_limit
from engine.assess.labelling import Labelling
from engine.assess.labelling_refined import label_refined
from engine.assess.marker_reasons import NOTHING_ELSE_WEIGHT, Case, Weighed, marker_reasons
from engine.assess.plausibility import Plausibility, measure
from engine.assess.prior import Prior
from engine.assess.shape_model import Match, no_match
from engine.assess.shape_statistics import MEASUREMENT_SIGMA
from engine.assess.verdict import Judged
from engine.heatmap import Candidates

MIRRORED = "mirrored"  # code of the reason
# A group out of place explains what strays or lacks a marker around it.
_GROUP_WEIGHT = 8.0
_NO_DISTANCE = 1e-6  # mm
# A group of which fewer are known has not been shifted but lacks markers.
_MOST = 0.6


def judge_refined(
    candidates: Sequence[Candidates],
    labellings: Sequence[Labelling],
    prior: Prior,
    anatomy: Anatomy,
    mirrored: bool | None = None,
) -> list[Judged]:
    """Judge a batch of labelled pairs.

    The match is where the other landmarks expect every landmark. Reasons are markers missing,
    shared or too many; a landmark displaced; a bone or finger too long or short; a group shifted;
    the whole shape unlike the training shapes; a mirrored anatomy.

    Args:
        mirrored: whether the markers are those of the anatomy turned over; None to find out.
    """
    if not labellings:
        return []
    statistics = prior.require_statistics()
    measured = measure(np.stack([one.landmarks for one in labellings]), statistics, anatomy)
    judged = []
    for row, (peaks, labelling) in enumerate(zip(candidates, labellings, strict=True)):
        case = Case(peaks, labelling, _row(measured, row), statistics, anatomy)
        reasons = [*marker_reasons(case)]
        if case.measured.alignment.found[0]:
            reasons += _measured(case)
        if _gross(case) and (_is_mirrored(peaks, prior, anatomy) if mirrored is None else mirrored):
            reasons.append(_mirrored(anatomy))
        reasons.sort(key=lambda weighed: -weighed.weight)
        texts = tuple(weighed.reason for weighed in reasons)
        judged.append(Judged(_match(case), _limits(case), texts))
    return judged


def _row(measured: Plausibility, row: int) -> Plausibility:
    part = slice(row, row + 1)
    arrays = {
        name: value[part] for name, value in vars(measured).items() if isinstance(value, np.ndarray)
    }
    alignment, prediction = measured.alignment, measured.prediction
    return replace(
        measured,
        **arrays,
        alignment=type(alignment)(*(value[part] for value in vars(alignment).values())),
        prediction=type(prediction)(*(value[part] for value in vars(prediction).values())),
    )


def _measured(case: Case) -> Iterator[Weighed]:
    landmark_limit, bone_limit, group_limit, shift_limit, shape_limit = case.statistics.limits
    yield from _displaced(case, landmark_limit)
    yield from _bones(case, bone_limit)
    yield from _chains(case, group_limit)
    yield from _shifted(case, shift_limit)
    value = float(case.measured.shape[0])
    if value > shape_limit:
        told, allowed = beside_limit(value, float(shape_limit))
        text = (
            f"the shape as a whole strays {told} times as far from the mean as a training "
            f"shape does (limit {allowed})"
        )
        reason = Reason("implausible-shape", text, (), value, float(shape_limit))
        yield Weighed(value / shape_limit / 2, reason)


def _displaced(case: Case, limit: float) -> Iterator[Weighed]:
    standard = np.nan_to_num(case.measured.landmarks[0])
    distances, limits = _residuals(case), _limits(case)
    for landmark in np.flatnonzero(standard > limit).tolist():
        excess, distance = standard[landmark] / limit, float(distances[landmark])
        allowed = float(limits[landmark])
        told, most = beside_limit(distance, allowed)
        text = (
            f"{case.anatomy.landmark_names[landmark]} lies {told} mm from where the other "
            f"landmarks expect it (limit {most} mm)"
        )
        yield Weighed(excess, Reason("landmark-displaced", text, (landmark,), distance, allowed))


def _bones(case: Case, limit: float) -> Iterator[Weighed]:
    standard, spreads = case.measured.bones[0], case.statistics.bone_lengths[:, 1]
    for bone in np.flatnonzero(np.abs(np.nan_to_num(standard)) > limit).tolist():
        ends = case.statistics.bones[bone].tolist()
        first, second = (case.anatomy.landmark_names[landmark] for landmark in ends)
        ratio = float(case.measured.bone_ratios[0, bone])
        what = f"the distance from {first} to {second}"
        reason = _length_reason("bone-length", what, tuple(ends), ratio, limit * spreads[bone])
        yield Weighed(abs(standard[bone]) / limit, reason)


def _chains(case: Case, limit: float) -> Iterator[Weighed]:
    standard, spreads = case.measured.groups[0], case.statistics.group_lengths[:, 1]
    chains = [group for group in case.anatomy.groups if group.chain]
    for row in np.flatnonzero(np.abs(np.nan_to_num(standard)) > limit).tolist():
        ratio = float(case.measured.group_ratios[0, row])
        reason = _length_reason(
            "group-length",
            f"{chains[row].title.lower()}",
            chains[row].landmarks,
            ratio,
            limit * spreads[row],
        )
        yield Weighed(_GROUP_WEIGHT * abs(standard[row]) / limit, reason)


def _length_reason(
    code: str, what: str, landmarks: tuple[int, ...], ratio: float, log_limit: float
) -> Reason:
    longer = ratio > 1
    value = 100 * abs(ratio - 1)
    limit = 100 * abs(np.exp(log_limit if longer else -log_limit) - 1)
    word = "longer" if longer else "shorter"
    told, most = beside_limit(float(value), float(limit), decimals=0)
    text = f"{what} {told} % {word} than the mean of training (limit {most} %)"
    return Reason(code, text, landmarks, float(value), float(limit))


def _shifted(case: Case, limit: float) -> Iterator[Weighed]:
    """Groups out of place; first the one without which the rest is most like a training shape."""
    standard = np.nan_to_num(case.measured.shifts[0])
    if not (standard.max() > limit or case.measured.shape[0] > case.statistics.limits[4]):
        return
    groups = case.anatomy.groups
    without = np.repeat(case.labelling.landmarks[None], len(groups), axis=0)
    for row, group in enumerate(groups):
        without[row, list(group.landmarks)] = np.nan
    rest = measure(without, case.statistics, case.anatomy)
    culprit = int(rest.shape.argmin())
    explains = rest.shape[culprit] <= case.statistics.limits[4] and not groups[culprit].chain
    places = rest.alignment.to_millimetres(
        np.repeat(case.labelling.landmarks[None], len(rest.shape), 0)
    )
    for row, group in enumerate(groups):
        own = list(group.landmarks)
        moved = (places[row] - rest.prediction.expected[row])[own]
        known = np.isfinite(moved).all(axis=1)
        # A group's shift is that of most of it; a few strays are reasons of their own.
        if known.mean() < _MOST or not (standard[row] > limit or (explains and row == culprit)):
            continue
        value = float(np.linalg.norm(moved[known].mean(axis=0)))
        excess = max(standard[row] / limit, 1.0)
        told, most = beside_limit(value, value / excess)
        # What is within its own limit is named for making the whole shape stray.
        why = f" (limit {most} mm)" if excess > 1 else ", which without it are a plausible shape"
        text = f"{group.title.lower()} shifted by {told} mm against the other landmarks{why}"
        reason = Reason(f"{group.name}-displaced", text, group.landmarks, value, value / excess)
        yield Weighed(_GROUP_WEIGHT * excess if row == culprit else excess, reason)


def _gross(case: Case) -> bool:
    """Whether so much is wrong that the hand may be another one."""
    lost = np.mean(case.labelling.chosen < 0)
    return bool(lost > 0.25 or case.measured.shape[0] > 2 * case.statistics.limits[4])


def _is_mirrored(candidates: Candidates, prior: Prior, anatomy: Anatomy) -> bool:
    """Whether the markers seen from behind are a plausible shape with nothing missing."""
    turned = Candidates(candidates.positions * [-1.0, 1.0], candidates.values)
    labelling = label_refined([turned], prior, anatomy)[0]
    statistics = prior.require_statistics()
    if (labelling.chosen < 0).any():
        return False
    shape = measure(labelling.landmarks[None], statistics, anatomy).shape[0]
    return bool(shape < statistics.limits[4])


def _mirrored(anatomy: Anatomy) -> Weighed:
    text = f"mirrored: the markers are those of a {anatomy.title.split(',')[0].lower()} turned over"
    return Weighed(NOTHING_ELSE_WEIGHT, Reason(MIRRORED, text))


def _match(case: Case) -> Match:
    alignment, prediction = case.measured.alignment, case.measured.prediction
    if not alignment.found[0]:
        return no_match(case.anatomy.landmark_count)
    a, b = alignment.turn[0], as_points(alignment.shift)[0]
    transform = np.array([[a.real, -a.imag, b[0]], [a.imag, a.real, b[1]], [0.0, 0.0, 1.0]])
    inliers = np.nan_to_num(case.measured.landmarks[0], nan=np.inf) <= case.statistics.limits[0]
    return Match(alignment.to_canvas(prediction.expected)[0], _residuals(case), inliers, transform)


def _limits(case: Case) -> np.ndarray:
    """(L,) mm each landmark may stray in the direction it does, NaN without a place or a match."""
    limit, distances = case.statistics.limits[0], _residuals(case)
    if not case.measured.alignment.found[0]:
        return np.full(len(distances), np.nan)
    spread = case.measured.prediction.covariances[0] + MEASUREMENT_SIGMA**2 * np.eye(2)
    # A landmark right where it is expected strays in no direction: the mean radius of the ellipse.
    round_about = limit * np.linalg.det(spread) ** 0.25
    nowhere = distances < _NO_DISTANCE
    standard = np.where(nowhere, 1.0, case.measured.landmarks[0])
    return np.where(nowhere, round_about, limit * distances / standard)


def _residuals(case: Case) -> np.ndarray:
    places = case.measured.alignment.to_millimetres(case.labelling.landmarks[None])
    return np.linalg.norm(places - case.measured.prediction.expected, axis=-1)[0]
