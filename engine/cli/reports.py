"""Results as text on standard output."""

from typing import Any


def print_table(facts: dict[str, Any]) -> None:
    """One fact a line, names aligned."""
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {count}" for key, count in value.items()) or "none"
        elif isinstance(value, list):
            value = "; ".join(map(str, value)) or "none"
        elif isinstance(value, float):
            value = f"{value:.4g}"
        print(f"{name.replace('_', ' '):<{width}}  {value}")


def print_assessments(summary: dict[str, Any]) -> None:
    """Every refused case with its reasons, then the sums."""
    for row in summary["assessments"]:
        if not row["accepted"]:
            print(f"{row['id']}: " + "; ".join(reason["text"] for reason in row["reasons"]))
        if row.get("slips"):
            print(f"{row['id']}: slip of annotation? " + "; ".join(row["slips"]))
    if not summary["count"]:
        print("Nothing to assess.")
        return
    print(
        f"{summary['accepted']} of {summary['count']} accepted "
        f"({summary['acceptance']:.1%}) under policy {summary['policy']}"
    )
    if "landmarks_right" in summary:
        print(
            f"{summary['landmarks_right']:.2%} of landmarks labelled right (within 2 mm), "
            f"{summary['wholly_right']} of {summary['count']} wholly"
        )
    if summary.get("copy_checked"):
        print(f"{copy_line(summary)}, {summary['suspects']} suspect")
    if "images_checked" in summary:
        print(image_line(summary))
    if "same_as_exact" in summary:
        print(
            "belief propagation labels as the exact solution of its field does in "
            f"{summary['same_as_exact']} of {summary['count']}; "
            f"its log-score is short of it by {summary['largest_gap_to_exact']:.3f} at most"
        )


def copy_line(summary: dict[str, Any]) -> str:
    """How many of the pairs checked are copies, or that none was checked."""
    if not summary["copy_checked"]:
        return "copies not checked"
    return (
        f"{summary['copies']} of {summary['copy_checked']} copy a training radiograph "
        f"({summary['copy_rate']:.1%})"
    )


def image_line(summary: dict[str, Any]) -> str:
    """How many of the images show something else than their labels, or that none was checked."""
    if not summary["images_checked"]:
        return "images not checked"
    return (
        f"{summary['images_disagree']} of {summary['images_checked']} images disagree with their "
        f"labels ({summary['images_disagree'] / summary['images_checked']:.1%})"
    )


def print_topology(summary: dict[str, Any]) -> None:
    """The learned graph, an edge a line, the relatively steadiest first."""
    edges = summary["edges"]
    names = [
        "{} {} - {} {}".format(e["first"], e["names"][0], e["second"], e["names"][1]) for e in edges
    ]
    width = max(map(len, names), default=0)
    print(f"{'edge':<{width}}  {'mean, mm':>9}  {'SD, mm':>7}  {'SD/mean':>7}")
    for name, edge in zip(names, edges, strict=True):
        spread, variation = edge["standard_deviation"], edge["variation"]
        told = "unbounded" if spread is None else f"{spread:7.2f}  {variation:7.3f}"
        print(f"{name:<{width}}  {edge['mean']:9.1f}  {told}")
    print(f"{len(edges)} edges, learned from {summary['shapes']} shapes")
