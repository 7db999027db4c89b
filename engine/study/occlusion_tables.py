"""The occlusion study in tables and sentences: how far landmarks go when a finger tip is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.anatomy import Anatomy
from engine.study.comparison import helped, mean_with_interval, paired_difference

RADII = (10, 20)


@dataclass(frozen=True)
class Occluded:
    """Errors of the localisers of one name, in mm.

    whole: (seeds, n, L) on the test radiographs as they are; hidden: (seeds, n, F, L) with the tip
    of each of F fingers hidden in turn; points: (n, F, L, 2) where the first localiser sees the
    landmarks then, canvas pixels of the radiographs it looked at.
    """

    whole: np.ndarray = field(repr=False)
    hidden: np.ndarray = field(repr=False)
    points: np.ndarray = field(repr=False)

    def outliers(self, radius: float) -> np.ndarray:
        """(seeds, n) landmarks further off than `radius` mm per hidden tip, mean of the fingers."""
        return (self.hidden > radius).sum(axis=3).mean(axis=2)


@dataclass(frozen=True)
class Occlusions:
    """What the study measured: the localisers by name, which of them is compared with which, and
    the fingers whose tips were hidden."""

    localisers: Mapping[str, Occluded]
    compared: tuple[tuple[str, str], ...]
    fingers: tuple[str, ...]

    @property
    def radiographs(self) -> int:
        """Test radiographs."""
        return next(iter(self.localisers.values())).hidden.shape[1]

    @property
    def hidden_tips(self) -> int:
        """Hidden finger tips per localiser: test radiographs times fingers."""
        return self.radiographs * len(self.fingers)


def finger_table(study: Occlusions, anatomy: Anatomy) -> list[dict[str, Any]]:
    """Outliers per finger, with its tip hidden and without; counts are means of the localisers."""
    rows = []
    for name, found in study.localisers.items():
        rows += [
            _finger_row(name, anatomy.group(finger).title, found, index, anatomy, finger)
            for index, finger in enumerate(study.fingers)
        ]
        rows.append(_all_fingers(name, found))
    return rows


def _finger_row(
    name: str, title: str, found: Occluded, index: int, anatomy: Anatomy, finger: str
) -> dict[str, Any]:
    hidden, own = found.hidden[:, :, index], list(anatomy.group(finger).landmarks)
    row: dict[str, Any] = {
        "localiser": name,
        "hidden tip": title,
        "hidden": hidden.shape[1],
        "PE of the tip mm": f"{hidden[:, :, own[-1]].mean():.1f}",
        "as it is": f"{found.whole[:, :, own[-1]].mean():.1f}",
        "PE of the finger mm": f"{hidden[:, :, own].mean():.1f}",
    }
    return row | _counts(hidden, found.whole)


def _all_fingers(name: str, found: Occluded) -> dict[str, Any]:
    tips = found.hidden.shape[2]
    row: dict[str, Any] = {
        "localiser": name,
        "hidden tip": "all",
        "hidden": found.hidden.shape[1] * tips,
        "PE of the tip mm": "",
        "as it is": "",
        "PE of the finger mm": "",
    }
    return row | _counts(found.hidden, np.repeat(found.whole[:, :, None], tips, axis=2))


def _counts(hidden: np.ndarray, whole: np.ndarray) -> dict[str, str]:
    """Landmarks of the whole hand beyond each radius, and how many without anything hidden."""
    counts = {}
    seeds = len(hidden)
    for radius in RADII:
        counts[f"> {radius} mm"] = f"{(hidden > radius).sum() / seeds:.1f}"
        counts[f"> {radius} mm as it is"] = f"{(whole > radius).sum() / seeds:.1f}"
    return counts


def comparison_table(study: Occlusions) -> list[dict[str, Any]]:
    """What one localiser's training data change against another's when a tip is hidden."""
    return [
        _comparison_row(study, name, other, radius)
        for name, other in study.compared
        for radius in RADII
    ]


def _comparison_row(study: Occlusions, name: str, other: str, radius: int) -> dict[str, Any]:
    first, second = (
        study.localisers[name].outliers(radius),
        study.localisers[other].outliers(radius),
    )
    change = paired_difference(first, second)
    own = mean_with_interval(first)
    return {
        "localiser": name,
        "compared with": other,
        "radius mm": radius,
        "landmarks per hidden tip": f"{own.mean:.3f}",
        "of the other": f"{second.mean():.3f}",
        "difference": f"{change.mean:+.3f}",
        "95 % interval": f"{change.low:+.3f} to {change.high:+.3f}",
        "it": helped(change),
    }


def sentences(study: Occlusions) -> list[str]:
    """One honest sentence per comparison and radius."""
    return [
        _sentence(study, name, other, radius) for name, other in study.compared for radius in RADII
    ]


def _sentence(study: Occlusions, name: str, other: str, radius: int) -> str:
    first, second = (
        study.localisers[name].outliers(radius),
        study.localisers[other].outliers(radius),
    )
    change, tips = paired_difference(first, second), study.hidden_tips
    conclusion = {
        "helped": "it helped",
        "did not help": "it did not help, it made things worse",
        "cannot be told": "whether it helped cannot be told",
    }[helped(change)]
    return (
        f"With {tips} finger tips hidden one at a time, the localiser of {name} sees "
        f"{first.mean() * tips:.1f} landmarks more than {radius} mm off, that of {other} "
        f"{second.mean() * tips:.1f}; per hidden tip {change.mean:+.3f} "
        f"(95 % interval {change.low:+.3f} to {change.high:+.3f}): {conclusion}."
    )
