"""Draw the icon as PNG for Windows and macOS: ``python packaging/draw_icon.py OUT.png [SIZE]``."""

import os
import sys
from pathlib import Path

ICON = Path(__file__).resolve().parent.parent / "resources" / "icons" / "ossa.svg"


def draw_icon(out: Path, size: int = 1024) -> None:
    """Write the icon, `size` × `size` pixels on a transparent ground.

    Raises:
        OSError: `out` cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICON)).render(painter)
    painter.end()
    if not image.save(str(out), "PNG"):
        raise OSError(f"{out} cannot be written")


if __name__ == "__main__":
    draw_icon(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
