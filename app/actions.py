"""Every action of the window in one table: name, key, icon and tip come from here alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from app.icons import icon
from app.shortcuts import resolved_keys
from engine.review.reviewer_reasons import OVERRULING, REJECTING

DECIDE, GO, SHOW = "Decide", "Go through the pairs", "Look at a pair"
PROJECT, WINDOW = "Project", "Window"


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    colour: of the icon, a name in `app.theme.Colours`. group: its heading in the sheet of
    shortcuts. A `switch` is on or off, and starts as `on` says. One that `waits` is disabled until
    there is something that it does.
    """

    name: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    colour: str = "text"
    switch: bool = False
    on: bool = False
    group: str = WINDOW
    waits: bool = False


# The five keys, and for each what it says after a rejection and after overruling the gate.
_REASONS = [
    (key, tuple(dict.fromkeys((rejecting.words, overruling.words))))
    for key, rejecting, overruling in zip("YUIOP", REJECTING, OVERRULING, strict=True)
]


def _because(words: tuple[str, ...]) -> str:
    """What a reason's key does."""
    if len(words) == 1:
        return f"Give the decision just taken {words[0]}"
    return f"Reason of the decision just taken. Rejected: {words[0]}. Gate overruled: {words[1]}"


SPECS = (
    ActionSpec("accept", "Accept", "Accept this pair and go to the next", ("A",), "accept",
               group=DECIDE, waits=True),
    ActionSpec("reject", "Reject", "Reject this pair and go to the next", ("R",), "reject",
               group=DECIDE, waits=True),
    ActionSpec("clear", "Clear", "Leave this pair to the gate's verdict again", ("C",), "clear",
               group=DECIDE, waits=True),
    ActionSpec("undo", "Undo", "Take back the last decision", ("Ctrl+Z",), "undo",
               group=DECIDE, waits=True),
    ActionSpec("redo", "Redo", "Bring it back", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
               group=DECIDE, waits=True),
    *(ActionSpec(f"reason_{i + 1}", " / ".join(words).capitalize(), _because(words), (key,),
                 "note", group=DECIDE, waits=True) for i, (key, words) in enumerate(_REASONS)),
    ActionSpec("note", "Note", "Write a note on this pair", ("M",), "note",
               group=DECIDE, waits=True),
    ActionSpec("correct", "Correct landmarks", "Drag landmarks to where they belong", ("D",),
               "correct", group=DECIDE, switch=True, waits=True),
    ActionSpec("previous", "Previous", "The pair before", ("Left", "Shift+Space"), "previous",
               group=GO, waits=True),
    ActionSpec("next", "Next", "The pair after", ("Right", "Space"), "next",
               group=GO, waits=True),
    ActionSpec("next_undecided", "Next undecided", "Next pair without a reviewer's decision",
               ("N",), "undecided", group=GO, waits=True),
    ActionSpec("select_all", "Select all", "Select every pair that is shown", ("Ctrl+A",),
               "review", group=GO, waits=True),
    ActionSpec("filter_focus", "Filter", "Choose which pairs are shown", ("Ctrl+F",), "filter",
               group=GO, waits=True),
    ActionSpec("filter_clear", "Show all pairs", "Show every pair, in the order made",
               ("Ctrl+Shift+F",), "clear", group=GO, waits=True),
    ActionSpec("filter_again", "Apply the filter again", "Greyed pairs no longer fit the filter: "
               "they keep their places until it is applied again or the page is left",
               ("F5",), "filter", group=GO, waits=True),
    ActionSpec("heatmap", "Heatmap", "Show the heatmap over the radiograph", ("1",), "heatmap",
               group=SHOW, switch=True),
    ActionSpec("landmarks", "Landmarks", "Show the labelled landmarks", ("2",), "landmarks",
               group=SHOW, switch=True, on=True),
    ActionSpec("labels", "Numbers", "Show the landmarks' numbers", ("3",), "labels",
               group=SHOW, switch=True, on=True),
    ActionSpec("edges", "Topology", "Show the edges the labelling used", ("4",), "edges",
               group=SHOW, switch=True),
    ActionSpec("shape", "Mean shape", "Show the matched mean shape", ("5",), "shape",
               group=SHOW, switch=True),
    ActionSpec("residuals", "Residuals", "Show how far each landmark lies from the mean shape, "
               "in millimetres", ("6",), "residuals", group=SHOW, switch=True),
    ActionSpec("candidates", "Candidates", "Show the candidates that the labelling did not choose",
               ("7",), "candidates", group=SHOW, switch=True),
    ActionSpec("fit", "Fit", "Show the whole radiograph", ("F",), "fit", group=SHOW),
    ActionSpec("window_preset", "Grey window", "The next preset of window and level", ("W",),
               "window", group=SHOW, waits=True),
    ActionSpec("compare_2", "Compare two", "Two pairs side by side with linked view",
               ("Ctrl+2",), "compare_2", group=SHOW, switch=True, waits=True),
    ActionSpec("compare_4", "Compare four", "Four pairs side by side with linked view",
               ("Ctrl+4",), "compare_4", group=SHOW, switch=True, waits=True),
    ActionSpec("compare_training", "Compare with training", "This pair beside its nearest training "
               "radiograph", ("Ctrl+3",), "compare_training", group=SHOW, switch=True, waits=True),
    ActionSpec("try_now", "Try it now", "Generate and judge some hands with the built-in generator",
               ("Ctrl+T",), "generate", "accent", group=PROJECT),
    ActionSpec("open", "Open project", "Open a review project", ("Ctrl+O",), "open",
               group=PROJECT),
    ActionSpec("new", "New project", "Start a review project", ("Ctrl+N",), "new", group=PROJECT),
    ActionSpec("pause", "Pause", "Let the running job wait after its present step", ("Ctrl+P",),
               "pause", group=PROJECT, waits=True),
    ActionSpec("reassess", "Judge again", "Judge all pairs under another policy or other limits; "
               "the difference is shown before it is applied", ("Ctrl+R",), "reassess",
               group=PROJECT, waits=True),
    ActionSpec("export", "Export", "Export what counts as accepted", ("Ctrl+E",), "export",
               group=PROJECT, waits=True),
    ActionSpec("home", "Start page", "Open or start a project", ("Ctrl+H",), "home",
               group=WINDOW),
    ActionSpec("show_review", "Review", "Look at the pairs and decide", ("F2",), "review",
               group=WINDOW, waits=True),
    ActionSpec("show_run", "Train and generate", "Train a generator or let one generate",
               ("F3",), "generate", group=WINDOW),
    ActionSpec("show_reading", "Blinded reading", "Tell generated from real radiographs, blinded",
               ("F6",), "reading", group=WINDOW, waits=True),
    ActionSpec("show_agreement", "Agreement", "How far reviewers and the gate agree", ("F7",),
               "agreement", group=WINDOW, waits=True),
    ActionSpec("shortcuts", "Keyboard shortcuts", "Every key in one sheet, to look up and change",
               ("F1",), "keyboard", group=WINDOW),
    ActionSpec("guide", "Guide", "Ten minutes from first start to export, with pictures",
               ("Shift+F1",), "guide", group=WINDOW),
    ActionSpec("settings", "Settings", "Reviewer's name, theme, generation, keys", ("Ctrl+,",),
               "settings", group=WINDOW),
    ActionSpec("quit", "Quit", "Close the window", ("Ctrl+Q",), "cancel", group=WINDOW),
)  # fmt: skip


class Actions:
    """The actions as `QAction` objects by name, belonging to one window.

    changed: the keys that differ from the table's, by the action's name.
    """

    def __init__(
        self, parent: QObject, changed: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._actions = {spec.name: _make(spec, parent) for spec in SPECS}
        self.set_keys(changed or {})

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def enable(self, names: tuple[str, ...], enabled: bool) -> None:
        """Enable or disable several at once."""
        for name in names:
            self._actions[name].setEnabled(enabled)

    def set_keys(self, changed: Mapping[str, tuple[str, ...]]) -> None:
        """Give every action the keys that were chosen for it, else the table's."""
        defaults = {spec.name: spec.keys for spec in SPECS}
        keys = resolved_keys(defaults, changed)
        for spec in SPECS:
            action = self._actions[spec.name]
            action.setShortcuts([QKeySequence(key) for key in keys[spec.name]])
            action.setToolTip(_tip(spec, action))


def _make(spec: ActionSpec, parent: QObject) -> QAction:
    action = QAction(icon(spec.icon, spec.colour), spec.text, parent)
    action.setObjectName(spec.name)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setCheckable(spec.switch)
    action.setChecked(spec.on)
    action.setEnabled(not spec.waits)
    return action


def _tip(spec: ActionSpec, action: QAction) -> str:
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{spec.tip} ({key})" if key else spec.tip
