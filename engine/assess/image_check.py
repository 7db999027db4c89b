"""Whether the image shows the landmarks where the heatmap's labels are, in a clinician's words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment, Reason
from engine.assess.figures import beside_limit
from engine.assess.image_limits import group_shifts, mean_shift
from engine.assess.image_sight import ImageSight

IMAGE_DISAGREES = "image-disagrees"


def with_image_sight(
    assessment: Assessment, sight: ImageSight | None, anatomy: Anatomy
) -> Assessment:
    """The assessment with what the image shows, and refused if that is elsewhere; what an earlier
    look at the image found no longer counts. Without a sight, the image counts as not looked at."""
    told = image_reasons(sight, assessment.landmarks, assessment.millimetres_per_pixel, anatomy)
    others = (one for one in assessment.reasons if one.code != IMAGE_DISAGREES)
    reasons = (*others, *told)
    return replace(assessment, image=sight, reasons=reasons, accepted=not reasons)


def disagrees(assessment: Assessment) -> bool:
    """Whether the image was looked at and shows something else than the labels."""
    return any(reason.code == IMAGE_DISAGREES for reason in assessment.reasons)


def image_reasons(
    sight: ImageSight | None,
    landmarks: np.ndarray,
    millimetres_per_pixel: float,
    anatomy: Anatomy,
) -> tuple[Reason, ...]:
    """Why an image and labels do not belong together, as few words as say it; none if they may.

    All landmarks are blamed where they are off even without the group that is off most, a group
    where it is off even without its worst landmark, else the landmarks one by one.

    Args:
        landmarks: (L, 2) canvas pixels, NaN for a landmark without a place: nothing is said of it.
    """
    if sight is None or not np.isfinite(landmarks).all(axis=1).any():
        return ()
    case = _Case(sight, (landmarks - sight.points) * millimetres_per_pixel, anatomy)
    if (whole := case.whole()) is not None:
        return (whole,)
    groups = case.groups()
    blamed = {landmark for reason in groups for landmark in reason.landmarks}
    alone = (one for one in case.landmarks() if one.landmarks[0] not in blamed)
    return (*groups, *alone)


@dataclass(frozen=True)
class _Case:
    """errors: (L, 2) mm from where the image shows a landmark to its label, NaN for none."""

    sight: ImageSight
    errors: np.ndarray
    anatomy: Anatomy

    @property
    def distances(self) -> np.ndarray:
        return np.linalg.norm(self.errors, axis=1)

    def whole(self) -> Reason | None:
        worst = np.argsort(np.nan_to_num(self._group_excess()))[-1]
        left = np.delete(self.errors, list(self.anatomy.groups[worst].landmarks), axis=0)
        finer = bool(self._beyond().any() or (self._group_excess() > 1).any())
        limits = self.sight.limits
        shift, distance = _figures(self.errors)
        shift_left, distance_left = _figures(left)
        if shift > limits.shift and (shift_left > limits.shift or not finer):
            where = "all landmarks together lie {} mm from where the image shows them"
            return self._reason(where, shift, limits.shift)
        if distance > limits.distance and (distance_left > limits.distance or not finer):
            where = "the landmarks lie {} mm from where the image shows them, on average"
            return self._reason(where, distance, limits.distance)
        return None

    def groups(self) -> list[Reason]:
        shifts, limits = group_shifts(self.errors, self.anatomy), self.sight.limits.group
        excess = self._group_excess()
        found = []
        for index in np.argsort(-np.nan_to_num(excess), kind="stable").tolist():
            group = self.anatomy.groups[index]
            members = list(group.landmarks)
            if not excess[index] > 1 or self._one_is_to_blame(members, limits[index]):
                continue
            where = f"{group.title.lower()} lies {{}} mm from where the image shows it"
            landmarks = tuple(int(i) for i in members if np.isfinite(self.distances[i]))
            found.append(_worded(where, shifts[index], limits[index], landmarks))
        return found

    def landmarks(self) -> Iterator[Reason]:
        excess = self._excess()
        beyond = np.flatnonzero(excess > 1)
        for index in beyond[np.argsort(-excess[beyond], kind="stable")].tolist():
            name = self.anatomy.landmark_names[index]
            where = f"{name} lies {{}} mm from where the image shows it"
            limit = self.distances[index] / excess[index]
            yield _worded(where, self.distances[index], limit, (index,))

    def _reason(self, where: str, value: float, limit: float) -> Reason:
        """Of all landmarks; it points at those that are off by themselves, if any are."""
        beyond = self._beyond()
        known = np.isfinite(self.distances)
        concerned = np.flatnonzero(beyond if beyond.any() else known)
        return _worded(where, value, limit, tuple(concerned.tolist()))

    def _beyond(self) -> np.ndarray:
        return self._excess() > 1

    def _excess(self) -> np.ndarray:
        return np.nan_to_num(self.sight.limits.excess(self.errors))

    def _group_excess(self) -> np.ndarray:
        return group_shifts(self.errors, self.anatomy) / self.sight.limits.group

    def _one_is_to_blame(self, members: list[int], limit: float) -> bool:
        worst = max(members, key=lambda landmark: np.nan_to_num(self.distances[landmark]))
        if not self._beyond()[worst]:
            return False
        others = [landmark for landmark in members if landmark != worst]
        return not mean_shift(self.errors[others]) > limit


def _figures(errors: np.ndarray) -> tuple[float, float]:
    """Mean shift and mean distance of errors (K, 2), NaN ones left out; NaN where all are."""
    distances = np.linalg.norm(errors, axis=1)
    known = distances[np.isfinite(distances)]
    return float(mean_shift(errors)), float(known.mean()) if known.size else float("nan")


def _worded(where: str, value: float, limit: float, landmarks: tuple[int, ...]) -> Reason:
    told, allowed = beside_limit(float(value), float(limit))
    text = f"{where.format(told)} (limit {allowed} mm)"
    return Reason(IMAGE_DISAGREES, text, landmarks, float(value), float(limit))
