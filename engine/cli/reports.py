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
    if "same_as_exact" in summary:
        print(
            f"{summary['same_as_exact']} of {summary['count']} labelled as the exact solution does"
        )
