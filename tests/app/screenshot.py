"""The README's picture, from the real window on made-up hands.

``QT_QPA_PLATFORM=offscreen python -m tests.app.screenshot packaging/screenshot.png``
"""

import os
import sys
import tempfile
from pathlib import Path


def main() -> None:
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        _shoot(Path(folder) / "demo", Path(sys.argv[1]))


def _shoot(project: Path, picture: Path) -> None:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow
    from app.theme import apply_theme
    from tests.app.stick_hands import make_project

    application = QApplication([])
    apply_theme(application)
    make_project(project, 24).close()
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    window.open_project(project)
    assert window.review is not None
    for name in ("accept", "accept", "reject", "accept"):
        window.actions_by_name[name].trigger()
    window.review.sheet.go_to(5)
    for name in ("edges", "residuals"):
        window.actions_by_name[name].setChecked(True)
    window.review.inspector.reason_buttons[0].click()
    loop = QEventLoop()
    QTimer.singleShot(3000, loop.quit)  # by then every thumbnail is decoded
    loop.exec()
    window.grab().save(str(picture))
    window.close()


if __name__ == "__main__":
    main()
