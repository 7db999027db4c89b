"""The localisation study drawn: error against number of images, and differences with intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from engine.study.arms import DUPLICATED, Arm, source_title
from engine.study.comparison import Estimate, mean_with_interval
from engine.study.localisation_tables import Results, per_radiograph

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which stay apart for every kind of colour vision; shape and line differ
# as well.
_STYLES = {
    "ddpm": ("#0072B2", "o", "-"),
    "gan": ("#D55E00", "s", "-"),
    "vae": ("#009E73", "^", "-"),
    DUPLICATED: ("#555555", "D", "--"),
}
_OTHER = ("#CC79A7", "v", "-")
_INK = "#222222"


def draw_curve(results: Results) -> "Figure":
    """Point error against how many images joined, and its paired difference to as many duplicated
    real ones; one column per data share."""
    from matplotlib.figure import Figure

    shares = list(dict.fromkeys(arm.share for arm in results.errors))
    figure = Figure(figsize=(1.2 + 4.6 * len(shares), 6.2), layout="constrained")
    panels = figure.subplots(
        2, len(shares), squeeze=False, sharex="col", sharey="row", height_ratios=(3, 2)
    )
    named: dict[str, Any] = {}
    for column, share in enumerate(shares):
        arms = [arm for arm in results.errors if arm.share == share]
        above, below = panels[:, column]
        _draw_real(above, results, arms[0].real_alone)
        below.axhline(0, color=_INK, linewidth=0.8)
        sources = list(dict.fromkeys(arm.source for arm in arms if arm.added))
        for place, source in enumerate(sources):
            aside = 1 + 0.04 * (place - (len(sources) - 1) / 2)
            _draw_source(above, below, results, [a for a in arms if a.source == source], aside)
        _label_counts(below, sorted({arm.added for arm in arms if arm.added}))
        above.set_title(share.title)
        _calm(above)
        _calm(below)
        handles, labels = above.get_legend_handles_labels()
        named |= dict(zip(labels, handles, strict=True))
    panels[0, 0].set_ylabel("point error (mm)")
    panels[1, 0].set_ylabel("difference (mm) to as\nmany duplicated real")
    figure.supxlabel("images that joined the real ones; bars are 95 % intervals", fontsize=10)
    figure.legend(named.values(), named.keys(), loc="outside upper center", ncols=5, frameon=False)
    return figure


def draw_differences(results: Results) -> "Figure":
    """What every generator's pairs change, with its interval; left of zero is better."""
    from matplotlib.figure import Figure

    arms = [arm for arm in results.base_arms if arm.is_synthetic]
    figure = Figure(figsize=(7.2, 1.6 + 0.75 * max(1, len(arms))), layout="constrained")
    panel = figure.subplots()
    for place, arm in enumerate(arms):
        control = results.difference(arm, arm.control)
        real = results.difference(arm, arm.real_alone)
        _draw_difference(panel, control, place - 0.14, "o", _INK, "to as many duplicated real")
        _draw_difference(panel, real, place + 0.14, "D", "#8A8A8A", "to the real ones alone")
    panel.axvline(0, color=_INK, linewidth=0.8)
    panel.set_yticks(range(len(arms)), labels=[arm.title for arm in arms])
    panel.set_ylim(max(1, len(arms)) - 0.5, -0.5)
    panel.set_xlabel("difference of point error (mm), 95 % interval\n← better     worse →")
    _calm(panel, axis="x")
    handles, labels = panel.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    if named:
        figure.legend(named.values(), named.keys(), loc="outside upper right", ncols=2)
    else:
        panel.text(0.5, 0.5, "no pair joined: nothing to compare", transform=panel.transAxes)
    return figure


def _draw_real(panel: "Axes", results: Results, arm: Arm) -> None:
    mean = mean_with_interval(per_radiograph(results.errors[arm]))
    panel.axhspan(mean.low, mean.high, color="#BBBBBB", alpha=0.3, linewidth=0)
    panel.axhline(mean.mean, color=_INK, linewidth=1, label="real alone")


def _draw_source(
    above: "Axes", below: "Axes", results: Results, arms: Sequence[Arm], aside: float
) -> None:
    """One source's points, moved `aside` by a factor so that bars at one number stay apart."""
    ordered = sorted(arms, key=lambda arm: arm.added)
    source = ordered[0].source
    colour, marker, line = _STYLES.get(source, _OTHER)
    look: dict[str, Any] = {
        "color": colour,
        "marker": marker,
        "linestyle": line,
        "markersize": 5,
        "capsize": 3,
    }
    places = [arm.added * aside for arm in ordered]
    means = [mean_with_interval(per_radiograph(results.errors[arm])) for arm in ordered]
    label = "duplicated real" if source == DUPLICATED else source_title(source)
    above.errorbar(places, [m.mean for m in means], yerr=_arms_of_bar(means), label=label, **look)
    if source != DUPLICATED:
        gains = [results.difference(arm, arm.control) for arm in ordered]
        below.errorbar(places, [g.mean for g in gains], yerr=_arms_of_bar(gains), **look)


def _label_counts(panel: "Axes", counts: list[int]) -> None:
    if counts:
        panel.set_xscale("log")
        panel.set_xticks(_apart(counts), labels=[str(count) for count in _apart(counts)])
        panel.minorticks_off()


def _draw_difference(
    panel: "Axes", found: Estimate, place: float, marker: str, colour: str, label: str
) -> None:
    panel.errorbar(
        [found.mean],
        [place],
        xerr=_arms_of_bar([found]),
        color=colour,
        marker=marker,
        linestyle="none",
        capsize=3,
        label=label,
    )


def _arms_of_bar(means: list[Estimate]) -> Any:
    below = [max(0.0, mean.mean - mean.low) for mean in means]
    above = [max(0.0, mean.high - mean.mean) for mean in means]
    return [below, above]


def _apart(counts: list[int]) -> list[int]:
    """Counts whose labels do not run into each other on a logarithmic axis."""
    kept = [counts[-1]]
    for count in reversed(counts[:-1]):
        if count * 1.25 <= kept[-1]:
            kept.append(count)
    return kept[::-1]


def _calm(panel: "Axes", axis: Literal["x", "y"] = "y") -> None:
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(axis=axis, color="#DDDDDD", linewidth=0.6)
    panel.set_axisbelow(True)
