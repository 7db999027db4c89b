"""The quality study's table, figure and sentences."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.assess.copy_statistics import nearer_than_held_out
from engine.events import Notice
from engine.study.fidelity import coverage, density, neighbour_radii
from engine.study.quality import ACCEPTED, DISTURBED, GENERATED, HELD_OUT, Compared, References
from engine.study.shares import Share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine.study.folder import StudyFolder

SPACES = ("shapes", "looks")
_TITLES = {"shapes": "landmarks", "looks": "picture"}


def write_report(
    folder: "StudyFolder", found: list[Compared], references: dict[Share, References]
) -> Generator[Notice, None, list[str]]:
    """Write ``quality``, its figure and ``report.md``.

    Returns:
        what was found, in sentences.
    """
    rows = [row for one in found for row in _rows(one, references[one.share], found)]
    table = folder.write_table("quality", rows)
    yield from folder.write_figure("quality", lambda: draw_quality(rows))
    sentences = [
        "Fidelity, coverage and copying are told apart: a generator that repeats one good hand is "
        "faithful and covers nothing, one that repeats its training radiographs covers all and "
        "copies. Compare each with the real radiographs that were held out.",
        *(_sentence(one, found) for one in found if one.source not in (HELD_OUT, DISTURBED)),
    ]
    folder.write_report("\n\n".join(["# Quality", table, *sentences]))
    return sentences


def _rows(one: Compared, references: References, found: list[Compared]) -> list[dict[str, Any]]:
    real = one.source in (HELD_OUT, DISTURBED)
    everything = np.ones(len(one.accepted), dtype=bool)
    parts = {"real" if real else GENERATED: everything}
    if not real:
        parts[ACCEPTED] = one.accepted.astype(bool)
    return [_row(one, name, part, references, found) for name, part in parts.items()]


def _row(
    one: Compared, name: str, part: np.ndarray, references: References, found: list[Compared]
) -> dict[str, Any]:
    count = _count_to_compare_at(one, found)
    row: dict[str, Any] = {
        "radiographs": one.share.title,
        "of": one.source,
        "which": name,
        "pairs": int(part.sum()),
    }
    for space in SPACES:
        radii = neighbour_radii(getattr(references, space))
        distances = getattr(one, space)[part]
        title = _TITLES[space]
        empty = not len(distances)
        row[f"density of {title}"] = "" if empty else f"{density(distances, radii):.2f}"
        covered = "" if empty else f"{coverage(distances, radii, count):.2f}"
        row[f"coverage of {title}"] = covered
    row["coverage at"] = min(count, int(part.sum()))
    whole = name != ACCEPTED
    row["copies"] = one.copies if whole else ""
    row["suspects"] = one.suspects if whole else ""
    row["d1/d2, median"] = f"{np.median(one.ratios):.2f}" if whole and len(one.ratios) else ""
    row["p nearer than held out"] = _p_value(one, found) if whole else ""
    return row


def _count_to_compare_at(one: Compared, found: list[Compared]) -> int:
    """As many as there are held-out radiographs: coverage rises with the number of samples."""
    return max(1, len(_held_out(one, found).accepted))


def _held_out(one: Compared, found: list[Compared]) -> Compared:
    return next(o for o in found if o.share == one.share and o.source == HELD_OUT)


def _p_value(one: Compared, found: list[Compared]) -> str:
    if one.source in (HELD_OUT, DISTURBED):
        return ""
    p = nearer_than_held_out(one.nearest.tolist(), _held_out(one, found).nearest)
    return "" if p is None else f"{p:.3f}"


def _sentence(one: Compared, found: list[Compared]) -> str:
    p = _p_value(one, found)
    nearer = f"; they come nearer to them than held-out real ones do with p = {p}" if p else ""
    return (
        f"{one.source} beside {one.share.title}: {one.copies} of {len(one.accepted)} pairs copy a "
        f"training radiograph and {one.suspects} are suspect{nearer}."
    )


def draw_quality(rows: list[dict[str, Any]]) -> "Figure":
    """Fidelity against coverage, landmarks and pictures apart, every set with its name."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 4.4), layout="constrained")
    panels = figure.subplots(1, len(SPACES))
    for panel, space in zip(panels, SPACES, strict=True):
        title = _TITLES[space]
        named: dict[tuple[float, float], list[str]] = {}
        for row in rows:
            if not row[f"density of {title}"]:
                continue
            place = float(row[f"coverage of {title}"]), float(row[f"density of {title}"])
            real = row["which"] == "real"
            panel.plot(*place, "D" if real else "o", color="#555555" if real else "#0072B2")
            named.setdefault(place, []).append(
                row["of"] if real else f"{row['of']}, {row['which']}"
            )
        for place, names in named.items():
            left = place[0] > 0.7  # no room to the right
            panel.annotate(
                " and ".join(names),
                place,
                xytext=(-6 if left else 6, 4),
                ha="right" if left else "left",
                textcoords="offset points",
                fontsize=8,
            )
        panel.set_xlim(-0.02, 1.05)
        panel.set_ylim(bottom=0)
        panel.margins(y=0.15)
        panel.set_title(title)
        panel.set_xlabel(f"coverage at {rows[0]['coverage at']} samples")
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(color="#DDDDDD", linewidth=0.6)
        panel.set_axisbelow(True)
    panels[0].set_ylabel("density (fidelity)")
    return figure
