"""The acceptance study's table, figures and sentences."""

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.anatomy import Anatomy
from engine.events import Notice
from engine.localise.metrics import bootstrap_interval
from engine.study.acceptance import POLICIES, Accepted, run_step
from engine.study.paper_results import TABLE_1

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine.study.folder import StudyFolder

_COLOURS = {"paper": "#E69F00", "refined": "#0072B2"}
_MARKERS = {"paper": "s", "refined": "o"}


def write_report(
    folder: "StudyFolder", found: list[Accepted], anatomy: Anatomy
) -> Generator[Notice, None, list[str]]:
    """Write ``table1``, ``acceptance``, a contact sheet per generator and ``report.md``.

    Returns:
        what was found, in sentences.
    """
    table = folder.write_table(
        "table1", [_row(one, policy) for one in found for policy in POLICIES]
    )
    yield from folder.write_figure("acceptance", lambda: draw_acceptance(found))
    for one in found:
        sheet = folder.arrays(run_step(one.share, one.source, 0))
        name = f"sheet-{one.share.slug}-{one.source}"
        yield from folder.write_figure(name, partial(draw_sheet, sheet, one))
    sentences = [_sentence(one) for one in found]
    folder.write_report(
        "\n\n".join(
            [
                "# Acceptance",
                f"Anatomy: {anatomy.title}. Every pair was judged under both policies; the paper's "
                "figures are of its own gate, which is policy `paper`.",
                table,
                *sentences,
            ]
        )
    )
    return sentences


def _row(one: Accepted, policy: str) -> dict[str, Any]:
    shares = 100 * one.shares[policy]
    low, high = bootstrap_interval(shares)
    paper = TABLE_1.get((one.share.paper or "", one.source)) if policy == "paper" else None
    return {
        "radiographs": one.share.title,
        "generator": one.source,
        "policy": policy,
        "accepted, %": f"{shares.mean():.1f}",
        "SD of runs": f"{shares.std():.1f}",
        "95 %": f"{low:.1f} … {high:.1f}",
        "runs": len(shares),
        "pairs": one.pairs,
        "paper, %": f"{paper[0]} ± {paper[1]}" if paper else "",
    }


def _sentence(one: Accepted) -> str:
    found = " and ".join(
        f"{100 * one.shares[p].mean():.1f} ± {100 * one.shares[p].std():.1f} % under `{p}`"
        for p in POLICIES
    )
    return f"Of {one.pairs} pairs of {one.source} beside {one.share.title}, {found} were accepted."


def draw_acceptance(found: list[Accepted]) -> "Figure":
    """Accepted share per generator and data share, a point with its interval per policy."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.8 + 1.3 * len(found), 3.8), layout="constrained")
    axes = figure.subplots()
    for number, policy in enumerate(POLICIES):
        places = np.arange(len(found)) + 0.16 * (number - 0.5)
        shares = [100 * one.shares[policy] for one in found]
        means = np.array([one.mean() for one in shares])
        bounds = np.array([bootstrap_interval(one) for one in shares])
        axes.errorbar(
            places,
            means,
            yerr=np.abs(bounds.T - means),
            fmt=_MARKERS[policy],
            color=_COLOURS[policy],
            capsize=3,
            label=f"policy {policy}",
        )
    named = [f"{one.source}\n{one.share.title}" for one in found]
    axes.set_xticks(range(len(found)), labels=named)
    axes.set_xlim(-0.5, len(found) - 0.5)
    axes.set_ylim(0, 100)
    axes.set_ylabel("pairs accepted, %")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def draw_sheet(sheet: dict[str, np.ndarray], one: Accepted) -> "Figure":
    """The first accepted and the first refused pairs of a run (policy refined), image above
    heatmap; as Figs. 2 and 5 - 7 of the paper."""
    from matplotlib.figure import Figure

    columns = max(1, *(len(pairs) for pairs in sheet.values()))
    figure = Figure(figsize=(1.5 * columns + 0.6, 6.6), layout="constrained")
    panels = figure.subplots(4, columns, squeeze=False)
    for row, (name, pairs) in enumerate(sheet.items()):
        for column in range(columns):
            for channel in range(2):
                panel = panels[2 * row + channel, column]
                panel.set_axis_off()
                if column < len(pairs):
                    panel.imshow(pairs[column, channel], cmap="gray", vmin=0, vmax=255)
        count = f"{name}" if len(pairs) else f"none {name}"
        panels[2 * row, 0].set_title(count, loc="left", fontsize=9)
    figure.suptitle(f"{one.source}, {one.share.title} · synthetic, research use only", fontsize=9)
    return figure
