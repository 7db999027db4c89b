"""How the window looks: one table of colours, a palette and one stylesheet, for a dark room."""

from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from engine.review.decisions import Verdict


@dataclass(frozen=True)
class Colours:
    """The colours of the chrome; data colours (finger groups) come from the anatomy."""

    background: str = "#101316"
    surface: str = "#171b1f"
    raised: str = "#20262b"
    hover: str = "#2a3238"
    border: str = "#2e363d"
    text: str = "#e4e9ec"
    muted: str = "#9ba8b1"
    accent: str = "#6cb8d0"
    accent_dark: str = "#1d4552"
    accept: str = "#4fc39a"
    accept_dark: str = "#15493a"
    reject: str = "#f0816a"
    reject_dark: str = "#552a22"
    warning: str = "#e3b04b"


DARK = Colours()  # the stage stays dark in every theme: overlays take their colours from here


def colours() -> Colours:
    """The colours of the theme that is in use; ask while painting, a theme can change."""
    return DARK


def verdict_colour(verdict: Verdict) -> str:
    """The colour of a verdict; it never stands without a check mark or a cross."""
    return colours().accept if verdict is Verdict.ACCEPT else colours().reject


def apply_theme(application: QApplication) -> None:
    """Give the application its style, palette and stylesheet."""
    application.setStyle("Fusion")
    application.setPalette(_palette(DARK))
    application.setStyleSheet(stylesheet(DARK))


def stylesheet(colours: Colours) -> str:
    """The stylesheet with every ``@name`` replaced by that colour, ``@icons`` by their folder."""
    sheet = (resources.files("resources") / "styles" / "window.qss").read_text(encoding="utf-8")
    sheet = sheet.replace("@icons", Path(str(resources.files("resources"))).as_posix() + "/icons")
    for name, colour in sorted(asdict(colours).items(), key=lambda item: -len(item[0])):
        sheet = sheet.replace(f"@{name}", colour)
    return sheet


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, colour in {
        role.Window: colours.background,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent_dark,
        role.HighlightedText: colours.text,
        role.Link: colours.accent,
    }.items():
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor("#5f6b74"))
    return palette
