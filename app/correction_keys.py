"""The keys of a correction: which it takes, and which landmark or step they stand for."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_STEP, _STRIDE = 0.5, 4.0  # canvas pixels
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_ALONE = {
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Tab,
}
_DIGITS = range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)
_TYPING_MILLISECONDS = 1200  # within which a second digit joins the first
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class LandmarkKeys:
    """Reads key presses; remembers the digits of a number that is being typed."""

    def __init__(self, landmarks: int) -> None:
        self._count = landmarks
        self._typed: int | None = None
        self._typed_at = 0

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a correction takes this key, beside that of undo."""
        held = event.modifiers() & ~_KEYPAD
        key = event.key()
        if held == _SHIFT:
            return key in _ARROWS or key == Qt.Key.Key_Backtab
        plain = held == Qt.KeyboardModifier.NoModifier
        return plain and (key in _ARROWS or key in _ALONE or key in _DIGITS)

    def step_of(self, event: QKeyEvent) -> np.ndarray | None:
        """How far an arrow key moves a landmark, (2,) canvas pixels; None for other keys."""
        if event.key() not in _ARROWS:
            return None
        size = _STRIDE if event.modifiers() & _SHIFT else _STEP
        return size * np.array(_ARROWS[Qt.Key(event.key())])

    def chosen_by(self, event: QKeyEvent, landmark: int) -> int:
        """The landmark chosen after this key: by Tab the next, by digits the one of that number."""
        key = event.key()
        if key not in _DIGITS:
            self._typed = None
            by = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(Qt.Key(key), 0)
            return (landmark + by) % self._count
        digit = key - Qt.Key.Key_0
        joins = (
            self._typed is not None and event.timestamp() - self._typed_at < _TYPING_MILLISECONDS
        )
        number = 10 * (self._typed or 0) + digit if joins else digit
        number = number if number < self._count else digit
        self._typed, self._typed_at = number, event.timestamp()
        return number if number < self._count else landmark
