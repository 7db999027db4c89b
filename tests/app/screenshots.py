"""Every picture of the guide, and of every page, from the real window on phantom hands.

``QT_QPA_PLATFORM=offscreen python -m tests.app.screenshots FOLDER [--pages triage export]
[--sizes 1280x800 2560x1440] [--themes dark light]``

``--guide`` makes the guide's: those that it shows, dark, 1280 × 800, in few colours.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

SIZES, THEMES = ("1280x800", "2560x1440"), ("dark", "light")
PAIRS = 48
_GUIDE = Path(__file__).parents[2] / "resources" / "guide"


def main() -> None:
    """Make the pictures that the arguments ask for."""
    asked = _arguments()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "OSSA_CACHE"):
            os.environ[name] = scratch
        weights = home / "weights.safetensors"
        weights.touch()  # so that the start page offers a first look
        os.environ["OSSA_WEIGHTS"] = str(weights)
        _shoot_all(asked, home)


def _arguments() -> argparse.Namespace:
    from tests.app.screenshot_pages import PAGES

    parser = argparse.ArgumentParser(description="Pictures of every page, from the real window.")
    parser.add_argument("folder", type=Path, nargs="?", default=_GUIDE)
    parser.add_argument("--pages", nargs="+", choices=[*PAGES], default=[*PAGES])
    parser.add_argument("--sizes", nargs="+", default=SIZES, help="WIDTHxHEIGHT")
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--guide", action="store_true", help="the pictures of the guide")
    asked = parser.parse_args()
    if asked.guide:
        asked.sizes, asked.themes = SIZES[:1], THEMES[:1]
        text = (_GUIDE / "guide.md").read_text(encoding="utf-8")
        asked.pages = [page for page in asked.pages if f"({page}.png)" in text]
    return asked


def _shoot_all(asked: argparse.Namespace, home: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from app.settings import WindowSettings
    from app.theme import apply_theme
    from tests.app.phantom_hands import draw_radiographs, make_phantom_project

    application = QApplication.instance() or QApplication([])
    radiographs = draw_radiographs(home / "hands")
    make_phantom_project(home / "first", radiographs, PAIRS)
    asked.folder.mkdir(parents=True, exist_ok=True)
    for theme in asked.themes:
        apply_theme(application, theme)
        WindowSettings().set_value("theme", theme)
        for size in asked.sizes:
            for page in asked.pages:
                project = Path(shutil.copytree(home / "first", home / "demo"))
                name = page if asked.guide else f"{page}-{size}-{theme}"
                picture = asked.folder / f"{name}.png"
                _shoot(page, size, project, radiographs, picture, asked.guide)
                shutil.rmtree(project)


def _shoot(
    page: str, size: str, project: Path, radiographs: Path, picture: Path, small: bool
) -> None:
    from tests.app.few_colours import reduce_colours
    from tests.app.screenshot_pages import PAGES, WITHOUT_PROJECT
    from tests.app.screenshot_stage import Stage

    width, height = map(int, size.split("x"))
    stage = Stage(radiographs, width, height)
    if page not in WITHOUT_PROJECT:
        stage.open(project)
    PAGES[page](stage)
    stage.shoot(picture)
    stage.close()
    if small:
        reduce_colours(picture)
    print(f"{picture} {picture.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
