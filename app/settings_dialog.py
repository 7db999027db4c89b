"""The settings, as fields made from their schema. What is changed is kept and applied at once."""

from itertools import groupby

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.actions import Actions
from app.instant_dialog import InstantDialog
from app.settings import WindowSettings
from app.settings_schema import SETTINGS, Kind, Setting, Value
from app.shortcut_sheet import ShortcutTable
from app.widgets import column, label, row

_LABEL_WIDTH = 210


class SettingsDialog(InstantDialog):
    """One tab for the settings, one for the keys.

    changed: the name of a setting that has another value now.
    """

    changed = Signal(str)

    def __init__(self, actions: Actions, settings: WindowSettings, parent: QWidget) -> None:
        super().__init__("Settings", parent)
        self._settings = settings
        self.fields = {one.name: SettingField(one, settings.value(one.name)) for one in SETTINGS}
        for field in self.fields.values():
            field.changed.connect(self._keep)
        self.fields["reviewer"].suggest(settings.reviewer)
        self.shortcuts = ShortcutTable(actions, settings, columns=2)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Settings and shortcuts")
        self.tabs.addTab(self._general(), "General")
        keys = QWidget()
        keys.setLayout(column(self.shortcuts, margins=(4, 16, 4, 4)))
        self.tabs.addTab(keys, "Shortcuts")
        layout = column(self.tabs, margins=20, spacing=12)
        layout.addLayout(row(label("Changes apply at once", "muted"), None, self.close_button))
        self.setLayout(layout)
        self.resize(760, 640)

    def _general(self) -> QWidget:
        page = QWidget()
        layout = column(margins=(4, 16, 4, 4), spacing=14)
        for title, settings in groupby(SETTINGS, key=lambda one: one.group):
            layout.addWidget(label(title.upper(), "section"))
            for one in settings:
                layout.addWidget(self.fields[one.name])
            layout.addSpacing(10)
        layout.addStretch(1)
        page.setLayout(layout)
        return page

    @Slot(str, object)
    def _keep(self, name: str, value: Value) -> None:
        self._settings.set_value(name, value)
        self.changed.emit(name)


class SettingField(QWidget):
    """One setting: its name, what it is set with, and the note under it."""

    changed = Signal(str, object)

    def __init__(self, setting: Setting, value: Value) -> None:
        super().__init__()
        self._setting = setting
        self._value = value
        self.editor = self._editor()
        self.editor.setAccessibleName(setting.label)
        self.editor.setAccessibleDescription(setting.note)
        note = label(setting.note, "muted")
        note.setWordWrap(True)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.editor)
        right.addWidget(note)
        title = label("" if setting.kind is Kind.SWITCH else setting.label)
        title.setFixedWidth(_LABEL_WIDTH)
        title.setBuddy(self.editor)
        layout = row(spacing=12)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(right, 1)
        self.setLayout(layout)

    def suggest(self, text: str) -> None:
        """What counts while a line is empty."""
        if isinstance(self.editor, QLineEdit):
            self.editor.setPlaceholderText(text)

    def _editor(self) -> QWidget:
        setting = self._setting
        if setting.kind is Kind.SWITCH:
            box = QCheckBox(setting.label)
            box.setChecked(bool(self._value))
            box.toggled.connect(self._on_value)
            return box
        if setting.kind is Kind.NUMBER:
            number = QSpinBox()
            number.setRange(setting.low, setting.high)
            number.setSpecialValueText(setting.zero)
            number.setSuffix(setting.suffix)
            number.lineEdit().setTextMargins(6, 0, 6, 0)  # the stylesheet's padding stops short
            number.setKeyboardTracking(False)  # 200 is not 2 and 20 before
            number.setValue(int(self._value))
            number.valueChanged.connect(self._on_value)
            return number
        if setting.kind is Kind.CHOICE:
            choice = QComboBox()
            for value, words in setting.choices:
                choice.addItem(words, value)
            choice.setCurrentIndex(max(0, choice.findData(self._value)))
            choice.currentIndexChanged.connect(self._on_choice)
            return choice
        line = QLineEdit(str(self._value))
        line.editingFinished.connect(self._on_line)
        return line

    @Slot()
    def _on_choice(self) -> None:
        if isinstance(self.editor, QComboBox):
            self._on_value(self.editor.currentData())

    @Slot()
    def _on_line(self) -> None:
        if isinstance(self.editor, QLineEdit):
            self._on_value(self.editor.text().strip())

    @Slot(bool)
    @Slot(int)
    def _on_value(self, value: Value) -> None:
        if value != self._value:
            self._value = value
            self.changed.emit(self._setting.name, value)
