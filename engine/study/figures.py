"""Figures of a study, as PNG and SVG, drawn by matplotlib where it is installed."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from engine.files import replace_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 160


def can_draw() -> bool:
    """Whether matplotlib is installed; a GPU server may go without."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def save_figure(figure: "Figure", stem: Path, note: str) -> None:
    """Write ``<stem>.png`` and ``<stem>.svg``, each with `note` among its metadata.

    The same figure is the same SVG, byte by byte.

    Raises:
        OSError: the folder cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "ossa", "svg.fonttype": "none"}):
        for kind in ("png", "svg"):
            stream = BytesIO()
            metadata = {"Description": note} | ({"Date": None} if kind == "svg" else {})
            figure.savefig(stream, format=kind, dpi=DOTS_PER_INCH, metadata=metadata)
            replace_file(stem.with_name(f"{stem.name}.{kind}"), stream.getvalue())
