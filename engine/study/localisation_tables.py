"""The localisation study in tables and sentences, from the errors of its localisers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.study.arms import Arm, source_title
from engine.study.comparison import Estimate, helped, mean_with_interval, paired_difference
from engine.study.paper_results import RADII, TABLE_2, TEST_LANDMARKS
from engine.study.shares import Share
from engine.study.synthetic import Joining


@dataclass(frozen=True)
class Results:
    """What the study measured.

    errors: by arm, (seeds, test radiographs, L) point errors in mm.
    joinings: what became of the pairs generated for the experiment, by share and generator's name.
    trainings: what is said of every training (`engine.study.localisers.Trained.values`).
    """

    errors: Mapping[Arm, np.ndarray] = field(repr=False)
    joinings: Mapping[tuple[Share, str], Joining]
    trainings: Sequence[Mapping[str, Any]] = field(repr=False)

    @property
    def base_arms(self) -> tuple[Arm, ...]:
        """Real alone, every generator's experiment and their controls, without the other points of
        the curve."""
        own = [Arm(share, name, j.joined) for (share, name), j in self.joinings.items()]
        wanted = {arm for one in own for arm in (one, one.control, one.real_alone)}
        return tuple(arm for arm in self.errors if arm in wanted)

    def difference(self, arm: Arm, other: Arm) -> Estimate:
        """Mean point error of `arm` minus that of `other` in mm, by radiograph and seed."""
        return paired_difference(
            per_radiograph(self.errors[arm]), per_radiograph(self.errors[other])
        )


def per_radiograph(errors: np.ndarray) -> np.ndarray:
    """(seeds, radiographs, L) errors as their means (seeds, radiographs)."""
    return errors.mean(axis=2)


def outliers(errors: np.ndarray, radius: float) -> float:
    """Landmarks further off than `radius` mm, the mean of the localisers."""
    return float((errors > radius).sum(axis=(1, 2)).mean())


def main_table(results: Results) -> list[dict[str, Any]]:
    """The paper's Table 2 with ours beside it, one row per arm."""
    return [_main_row(arm, results.errors[arm]) for arm in results.base_arms]


def _main_row(arm: Arm, errors: np.ndarray) -> dict[str, Any]:
    mean = mean_with_interval(per_radiograph(errors))
    landmarks = errors[0].size
    row: dict[str, Any] = {
        "training data": arm.title,
        "images": arm.share.count + arm.added,
        "localisers": len(errors),
        "PE mm": f"{mean.mean:.2f} ± {errors.std():.2f}",
        "95 % interval": _between(mean, 2),
    }
    for radius in RADII:
        count = outliers(errors, radius)
        row[f"> {radius} mm of {landmarks}"] = f"{count:.1f} ({100 * count / landmarks:.2f} %)"
    known = TABLE_2.get((arm.share.paper or "", arm.source))
    row["paper PE mm"] = f"{known.mean:.2f} ± {known.sd:.2f}" if known else "–"
    for index, radius in enumerate(RADII):
        row[f"paper > {radius} mm"] = (
            f"{known.outliers[index]} ({100 * known.outliers[index] / TEST_LANDMARKS:.2f} %)"
            if known
            else "–"
        )
    return row


def difference_table(results: Results) -> list[dict[str, Any]]:
    """What synthetic images change, against the control and against real alone."""
    rows = []
    for arm in results.errors:
        for other in (arm.control, arm.real_alone):
            if arm.is_synthetic:
                rows.append(_difference_row(results, arm, other))
    return rows


def _difference_row(results: Results, arm: Arm, other: Arm) -> dict[str, Any]:
    found = results.difference(arm, other)
    first, second = results.errors[arm], results.errors[other]
    row = {
        "training data": arm.title,
        "compared with": other.title,
        "difference of PE mm": f"{found.mean:+.3f}",
        "95 % interval": _between(found, 3, sign=True),
        "synthetic images": helped(found),
    }
    for radius in RADII:
        row[f"more > {radius} mm"] = f"{outliers(first, radius) - outliers(second, radius):+.1f}"
    return row


def joined_table(results: Results) -> list[dict[str, Any]]:
    """How many pairs were generated, accepted and joined, per share and generator."""
    return [
        {
            "real radiographs": share.count,
            "generator": source_title(name),
            "generated": found.generated,
            "accepted": found.accepted,
            "accepted share": f"{100 * found.accepted / max(found.generated, 1):.1f} %",
            "held out as copies": found.copies,
            "held out, landmark missing": found.lacking,
            "joined": found.joined,
        }
        for (share, name), found in results.joinings.items()
    ]


def trainings_table(results: Results) -> list[dict[str, Any]]:
    """Every training: all of a share take the same number of steps, each arm and its control the
    same number of images, and no test radiograph is among them."""
    return [
        {
            "training data": one["arm"],
            "seed": one["seed"],
            "real": len(one["real_ids"]),
            "duplicated": len(one["duplicated_ids"]),
            "synthetic": len(one["synthetic_ids"]),
            "images": one["images"],
            "test radiographs among them": one["test_radiographs_among_them"],
            "steps": one["steps"],
            "PE mm": f"{one['mean_error']:.3f}",
        }
        for one in results.trainings
    ]


def curve_table(results: Results) -> list[dict[str, Any]]:
    """Point error against the number of images that join, synthetic and duplicated."""
    rows = []
    for arm, errors in results.errors.items():
        mean = mean_with_interval(per_radiograph(errors))
        rows.append(
            {
                "real radiographs": arm.share.count,
                "joined by": arm.source if not arm.is_synthetic else source_title(arm.source),
                "joined": arm.added,
                "PE mm": f"{mean.mean:.3f}",
                "low": f"{mean.low:.3f}",
                "high": f"{mean.high:.3f}",
            }
        )
    return sorted(rows, key=lambda row: (row["real radiographs"], row["joined by"], row["joined"]))


def verdicts(results: Results) -> list[str]:
    """One honest sentence per experiment."""
    return [
        _verdict(results, share, name, found) for (share, name), found in results.joinings.items()
    ]


def _verdict(results: Results, share: Share, name: str, found: Joining) -> str:
    arm = Arm(share, name, found.joined)
    title = source_title(name)
    if not found.joined:
        return (
            f"{title} beside {share.count} real radiographs: none of {found.generated} pairs "
            "joined, so there is nothing to compare."
        )
    control = results.difference(arm, arm.control)
    real = results.difference(arm, arm.real_alone)
    seeds = len(results.errors[arm])
    return (
        f"{found.joined} synthetic radiographs by {title} beside {share.count} real ones: "
        f"{_CONCLUSION[helped(control)]}. The point error is {control.mean:+.3f} mm "
        f"(95 % interval {_between(control, 3, sign=True)}) against as many duplicated real ones, "
        f"and {real.mean:+.3f} mm ({_between(real, 3, sign=True)}) against the real ones alone"
        + (f"; {seeds} localisers per arm." if seeds > 1 else _ONE_SEED)
    )


_CONCLUSION = {
    "helped": "they helped the localiser",
    "did not help": "they did not help the localiser, they made it worse",
    "cannot be told": "whether they helped the localiser cannot be told",
}
_ONE_SEED = "; one localiser per arm, so the intervals know nothing of chance in training."


def _between(found: Estimate, digits: int, sign: bool = False) -> str:
    form = f"{'+' if sign else ''}.{digits}f"
    return f"{found.low:{form}} to {found.high:{form}}"


def paper_table() -> Sequence[dict[str, Any]]:
    """The paper's Table 2 as it stands."""
    return [
        {
            "training data": f"{share} real" + ("" if source == "real" else f" + {source.upper()}"),
            "PE mm": f"{row.mean:.2f} ± {row.sd:.2f}",
            **{
                f"> {radius} mm of {TEST_LANDMARKS}": count
                for radius, count in zip(RADII, row.outliers, strict=True)
            },
        }
        for (share, source), row in TABLE_2.items()
    ]
