"""Tables of a study, as CSV for programs and as Markdown for people."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def as_csv(rows: Rows, note: str) -> str:
    """The rows as CSV: a first line ``# note``, then the columns of the first row."""
    stream = io.StringIO()
    stream.write(f"# {note}\n")
    writer = csv.DictWriter(stream, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def as_markdown(rows: Rows) -> str:
    """The rows as a Markdown table whose columns line up; numbers stand to the right."""
    if not rows:
        return "(nothing to list)\n"
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(row[i]) for row in [names, *cells]) for i in range(len(names))]
    right = [all(_is_figure(row[i]) for row in cells) for i in range(len(names))]
    lines = [_line(names, widths, right)]
    rules = ["-" * (w - 1) + (":" if r else "-") for w, r in zip(widths, right, strict=True)]
    lines.append(_line(rules, widths, right))
    return "\n".join([*lines, *(_line(row, widths, right) for row in cells)]) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    )
    return f"| {' | '.join(padded)} |"


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _is_figure(cell: str) -> bool:
    return not any(letter.isalpha() for letter in cell)
