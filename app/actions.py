"""Every action of the window in one table: name, key, icon and tip come from here alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from app.icons import icon
from app.theme import DARK


@dataclass(frozen=True)
class ActionSpec:
    """One action. A `switch` is on or off, and starts as `on` says."""

    name: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    colour: str = DARK.text
    switch: bool = False
    on: bool = False


_SPECS = (
    ActionSpec("accept", "Accept", "Accept this pair and go to the next", ("A",), "accept"),
    ActionSpec("reject", "Reject", "Reject this pair and go to the next", ("R",), "reject"),
    ActionSpec("clear", "Clear", "Leave this pair to the gate's verdict again", ("C",), "clear"),
    ActionSpec("undo", "Undo", "Take back the last decision", ("Ctrl+Z",), "undo"),
    ActionSpec("redo", "Redo", "Bring it back", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec("previous", "Previous", "The pair before", ("Left", "Shift+Space"), "previous"),
    ActionSpec("next", "Next", "The pair after", ("Right", "Space"), "next"),
    ActionSpec("next_undecided", "Next undecided", "Next pair without a reviewer's decision",
               ("N",), "undecided"),
    ActionSpec("heatmap", "Heatmap", "Show the heatmap over the radiograph", ("1",), "heatmap",
               switch=True),
    ActionSpec("landmarks", "Landmarks", "Show the labelled landmarks", ("2",), "landmarks",
               switch=True, on=True),
    ActionSpec("labels", "Numbers", "Show the landmarks' numbers", ("3",), "labels",
               switch=True, on=True),
    ActionSpec("edges", "Topology", "Show the edges the labelling used", ("4",), "edges",
               switch=True),
    ActionSpec("shape", "Mean shape", "Show the matched mean shape", ("5",), "shape", switch=True),
    ActionSpec("residuals", "Residuals", "Show how far each landmark lies from the mean shape, "
               "in millimetres", ("6",), "residuals", switch=True),
    ActionSpec("fit", "Fit", "Show the whole radiograph", ("F",), "fit"),
    ActionSpec("try_now", "Try it now", "Generate and judge some hands with the built-in generator",
               ("Ctrl+T",), "generate", DARK.accent),
    ActionSpec("home", "Start page", "Open or start a project", ("Ctrl+H",), "home"),
    ActionSpec("open", "Open project", "Open a review project", ("Ctrl+O",), "open"),
    ActionSpec("new", "New project", "Start a review project", ("Ctrl+N",), "new"),
    ActionSpec("show_review", "Review", "Look at the pairs and decide", ("F2",), "review"),
    ActionSpec("show_run", "Train and generate", "Train a generator or let one generate",
               ("F3",), "generate"),
    ActionSpec("export", "Export", "Export what counts as accepted", ("Ctrl+E",), "export"),
    ActionSpec("quit", "Quit", "Close the window", ("Ctrl+Q",), "reject"),
)  # fmt: skip


class Actions:
    """The actions as `QAction` objects by name, belonging to one window."""

    def __init__(self, parent: QObject) -> None:
        self._actions = {spec.name: _make(spec, parent) for spec in _SPECS}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def enable(self, names: tuple[str, ...], enabled: bool) -> None:
        """Enable or disable several at once."""
        for name in names:
            self._actions[name].setEnabled(enabled)


def _make(spec: ActionSpec, parent: QObject) -> QAction:
    action = QAction(icon(spec.icon, spec.colour), spec.text, parent)
    action.setObjectName(spec.name)
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setCheckable(spec.switch)
    action.setChecked(spec.on)
    key = QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{spec.tip} ({key})")
    return action
