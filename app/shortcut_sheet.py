"""The sheet of shortcuts, made from the table of actions: to look a key up, and to change it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app.actions import SPECS, Actions, ActionSpec
from app.instant_dialog import InstantDialog
from app.settings import WindowSettings
from app.shortcuts import FIXED_KEYS, Keys, resolved_keys, why_not, with_keys
from app.widgets import column, label, restyle, row

_DEFAULTS = {spec.name: spec.keys for spec in SPECS}
_TEXTS = {spec.name: spec.text for spec in SPECS}
_HELD = "Always"
_LONG = 24  # characters; longer names may take two lines
_HOW = (
    "To change a key, press it here and then the new one. "
    "Backspace takes a key away, Delete gives the first one back, Esc changes nothing."
)
_NO_KEYS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta,
            Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock, Qt.Key.Key_unknown)  # fmt: skip


class ShortcutTable(QWidget):
    """Every key under its group's heading, in columns of about the same height."""

    def __init__(self, actions: Actions, settings: WindowSettings, columns: int) -> None:
        super().__init__()
        self._actions = actions
        self._settings = settings
        self.buttons = {spec.name: KeyButton(spec) for spec in SPECS}
        self.message = label(_HOW, "muted", name="About changing keys")
        self.message.setWordWrap(True)
        self.reset = QPushButton("Reset all keys")
        self.reset.setToolTip("Give every action the key that it came with")
        self.reset.clicked.connect(self._reset)
        for button in self.buttons.values():
            button.key_pressed.connect(self._take)
            button.first_asked.connect(self._give_first)
        body = QWidget()
        body.setLayout(self._in_columns(columns))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        foot = row(self.message, self.reset, spacing=16)
        foot.setStretch(0, 1)
        layout = column(scroll, spacing=10)
        layout.addLayout(foot)
        self.setLayout(layout)
        self._show_keys()

    def _in_columns(self, count: int) -> QHBoxLayout:
        groups = _groups()
        height = sum(len(rows) + 2 for _, rows in groups) / count
        sides = row(spacing=28)
        side, filled = column(spacing=0), 0.0
        sides.addLayout(side, 1)
        for title, rows in groups:
            if filled and filled + (len(rows) + 2) / 2 > height and sides.count() < count:
                side.addStretch(1)
                side, filled = column(spacing=0), 0.0
                sides.addLayout(side, 1)
            side.addWidget(label(title.upper(), "section"))
            side.addSpacing(4)
            side.addLayout(self._group(rows))
            side.addSpacing(18)
            filled += len(rows) + 2
        side.addStretch(1)
        return sides

    def _group(self, rows: list[ActionSpec | tuple[str, str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(2)
        for place, one in enumerate(rows):
            if isinstance(one, ActionSpec):
                text = label(one.text)
                text.setWordWrap(len(one.text) > _LONG)
                text.setToolTip(one.tip)
                key: QWidget = self.buttons[one.name]
            else:
                text, key = label(one[1], "muted"), label(one[0], "key", name=one[1])
            grid.addWidget(text, place, 0)
            grid.addWidget(key, place, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    @Slot(str, str)
    def _take(self, name: str, key: str) -> None:
        """Give an action a key ("" for none), unless it belongs to another."""
        changed = self._settings.shortcuts
        problem = why_not(key, name, resolved_keys(_DEFAULTS, changed), _TEXTS)
        if problem:
            self._say(problem, "warning")
        else:
            self._give(name, (key,) if key else ())

    @Slot(str)
    def _give_first(self, name: str) -> None:
        """Give an action its first keys back, as far as they are still free."""
        self._give(name, _DEFAULTS[name])

    def _give(self, name: str, keys: Keys) -> None:
        settings = self._settings
        settings.shortcuts = with_keys(name, keys, _DEFAULTS, settings.shortcuts)
        self._show_keys()
        self._say(f"“{_TEXTS[name]}” has {self.buttons[name].text()} now", "muted")

    @Slot()
    def _reset(self) -> None:
        self._settings.shortcuts = {}
        self._say("Every action has the key that it came with", "muted")
        self._show_keys()

    def _say(self, text: str, role: str) -> None:
        self.message.setText(text)
        restyle(self.message, "role", role)

    def _show_keys(self) -> None:
        changed = self._settings.shortcuts
        self._actions.set_keys(changed)
        for name, keys in resolved_keys(_DEFAULTS, changed).items():
            self.buttons[name].show_keys(keys, changed=keys != _DEFAULTS[name])
        self.reset.setEnabled(bool(changed))


class KeyButton(QPushButton):
    """The keys of one action. Pressed, it takes the next key that is pressed as the new one."""

    key_pressed = Signal(str, str)
    first_asked = Signal(str)

    def __init__(self, spec: ActionSpec) -> None:
        super().__init__()
        self._spec = spec
        self._shown = ""
        self.listening = False
        self.setProperty("role", "key")
        self.setAutoDefault(True)  # Return presses it too
        self.setToolTip(spec.tip)
        self.clicked.connect(self._listen)

    def show_keys(self, keys: tuple[str, ...], changed: bool) -> None:
        """Show the keys that the action has; those that were changed stand out."""
        self._shown = "  or  ".join(_native(key) for key in keys) or "no key"
        restyle(self, "changed", "yes" if changed else "no")
        self._stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.listening:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._stop()
        elif event.key() not in _NO_KEYS:
            self._stop()
            key = key_name(event)
            if key == "Del":
                self.first_asked.emit(self._spec.name)
            else:
                self.key_pressed.emit(self._spec.name, "" if key == "Backspace" else key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._stop()
        super().focusOutEvent(event)

    @Slot()
    def _listen(self) -> None:
        self.listening = True
        self.setText("Press a key")
        self.setAccessibleName(f"{self._spec.text}: press the new key")

    def _stop(self) -> None:
        self.listening = False
        self.setText(self._shown)
        self.setAccessibleName(f"{self._spec.text}: {self._shown}")


class ShortcutDialog(InstantDialog):
    """The sheet that F1 opens."""

    def __init__(self, actions: Actions, settings: WindowSettings, parent: QWidget) -> None:
        super().__init__("Keyboard shortcuts", parent)
        self.table = ShortcutTable(actions, settings, columns=3)
        layout = column(self.table, margins=20, spacing=12)
        layout.addLayout(row(None, self.close_button))
        self.setLayout(layout)
        self.resize(1060, 720)
        self.close_button.setFocus()


def key_name(event: QKeyEvent) -> str:
    """A key with its modifiers as the table of actions writes it, for example ``Ctrl+Shift+Z``."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    text = event.text()
    if text and not text.isalpha() and text.isprintable() and not text.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # it is in the sign already, as in “?”
    return QKeySequence(modifiers.value | event.key()).toString()


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _groups() -> list[tuple[str, list[ActionSpec | tuple[str, str]]]]:
    """The actions under their groups' titles, in the table's order, and the keys that stay."""
    groups: dict[str, list[ActionSpec | tuple[str, str]]] = {}
    for spec in SPECS:
        groups.setdefault(spec.group, []).append(spec)
    return [*groups.items(), (_HELD, list(FIXED_KEYS))]
