"""How the window looks: two tables of colours (dark and light), a palette and one stylesheet.

Chrome asks `colours()` while it paints, and whatever keeps a colour (a plot's pen, rich text) takes
it anew on `theme_signals().changed`. What lies on the black stage takes its colours from `DARK` in
every theme.
"""

from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from engine.review.decisions import Verdict


@dataclass(frozen=True)
class Colours:
    """The colours of the chrome; data colours (finger groups) come from the anatomy.

    A ``_fill`` lies behind text or a mark of its meaning; a ``_hover`` is that fill under the
    mouse. ``outline`` is the edge of a ``field``, which is typed or ticked into; ``border`` only
    separates.
    """

    scheme: str
    background: str
    surface: str
    raised: str
    hover: str
    field: str
    border: str
    outline: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_fill: str
    accent_hover: str
    accept: str
    accept_fill: str
    accept_hover: str
    reject: str
    reject_fill: str
    reject_hover: str
    warning: str
    handle: str
    handle_hover: str


DARK = Colours(  # for reading rooms
    scheme="dark",
    background="#101316",
    surface="#171b1f",
    raised="#20262b",
    hover="#2a3238",
    field="#101316",
    border="#2e363d",
    outline="#6a7782",
    text="#e4e9ec",
    muted="#9ba8b1",
    disabled="#66727b",
    accent="#6cb8d0",
    accent_fill="#1d4552",
    accent_hover="#265a6b",
    accept="#45c8b0",
    accept_fill="#134a40",
    accept_hover="#1a6054",
    reject="#f4845a",
    reject_fill="#552a22",
    reject_hover="#6c362c",
    warning="#e3b04b",
    handle="#5f6b75",
    handle_hover="#7b8892",
)

LIGHT = Colours(
    scheme="light",
    background="#eceff1",
    surface="#f8f9fa",
    raised="#ffffff",
    hover="#dfe5e9",
    field="#ffffff",
    border="#cbd3d9",
    outline="#76838c",
    text="#161d22",
    muted="#4d5a63",
    disabled="#7a858d",
    accent="#0b6580",
    accent_fill="#cfe7ef",
    accent_hover="#bbdde8",
    accept="#006a5e",
    accept_fill="#cae9e2",
    accept_hover="#b2ddd4",
    reject="#b03000",
    reject_fill="#f8d9d2",
    reject_hover="#f2c6bc",
    warning="#7d5200",
    handle="#7d8992",
    handle_hover="#65727b",
)

THEMES = ("dark", "light", "system")


class ThemeSignals(QObject):
    """Tells whoever keeps a colour that the theme has changed."""

    changed = Signal()


class _Chosen(QObject):
    """The theme in use, and the system's wish when it follows the system."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "dark"
        self.colours = DARK
        self.signals = ThemeSignals()
        self.listening = False

    @Slot(Qt.ColorScheme)
    def follow_system(self, scheme: Qt.ColorScheme) -> None:
        if self.name == "system":
            _use(_scheme_colours(scheme))


@cache
def _chosen() -> _Chosen:
    return _Chosen()


def colours() -> Colours:
    """The colours of the theme that is in use; ask while painting, a theme can change."""
    return _chosen().colours


def theme_signals() -> ThemeSignals:
    """`changed` is sent once the new colours are in use everywhere."""
    return _chosen().signals


def verdict_colour(verdict: Verdict) -> str:
    """The colour of a verdict; it never stands without a check mark or a cross."""
    return colours().accept if verdict is Verdict.ACCEPT else colours().reject


def apply_theme(application: QApplication, theme: str = "dark") -> None:
    """Give the application its style, and a theme as `set_theme` does."""
    application.setStyle("Fusion")
    set_theme(theme)


def set_theme(theme: str) -> None:
    """Change the theme of the running application: ``dark``, ``light`` or ``system``."""
    chosen, hints = _chosen(), QGuiApplication.styleHints()
    chosen.name = theme if theme in THEMES else "dark"
    if not chosen.listening:
        hints.colorSchemeChanged.connect(chosen.follow_system)
        chosen.listening = True
    scheme = Qt.ColorScheme
    hints.setColorScheme({"dark": scheme.Dark, "light": scheme.Light}.get(theme, scheme.Unknown))
    _use({"light": LIGHT, "system": _scheme_colours(hints.colorScheme())}.get(theme, DARK))


def _scheme_colours(wanted: Qt.ColorScheme) -> Colours:
    """What the system asks for; dark where it does not say."""
    return LIGHT if wanted == Qt.ColorScheme.Light else DARK


def _use(wanted: Colours) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    chosen = _chosen()
    sheet = stylesheet(wanted)
    if chosen.colours is wanted and application.styleSheet() == sheet:
        return
    chosen.colours = wanted
    application.setPalette(_palette(wanted))
    application.setStyleSheet(sheet)
    chosen.signals.changed.emit()


def stylesheet(colours: Colours) -> str:
    """The stylesheet with every ``@name`` replaced by that colour, ``@icons`` by their folder."""
    sheet = (resources.files("resources") / "styles" / "window.qss").read_text(encoding="utf-8")
    sheet = sheet.replace("@icons", Path(str(resources.files("resources"))).as_posix() + "/icons")
    for name, colour in sorted(asdict(colours).items(), key=lambda item: -len(item[0])):
        sheet = sheet.replace(f"@{name}", colour)
    return sheet


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(colours.raised), QColor(colours.background))
    for target, colour in {
        role.Window: colours.background,
        role.WindowText: colours.text,
        role.Base: colours.field,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent_fill,
        role.HighlightedText: colours.text,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
    }.items():
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colours.disabled))
    return palette
