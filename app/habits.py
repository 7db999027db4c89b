"""What makes the window one's own: settings and keys, applied at once, and news of a crash."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from app.actions import Actions
from app.crash_offer import CrashOffer
from app.settings import WindowSettings
from app.theme import set_theme


class Habits(QObject):
    """Opens the dialogs of a window's habits. setting_changed: a setting's name."""

    setting_changed = Signal(str)

    def __init__(self, window: QWidget, actions: Actions, settings: WindowSettings) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._settings = settings
        self.crash_offer = CrashOffer()
        self.dialog: QDialog | None = None
        self.guide: QDialog | None = None
        actions["settings"].triggered.connect(self.show_settings)
        actions["shortcuts"].triggered.connect(self.show_shortcuts)
        actions["guide"].triggered.connect(self.show_guide)

    @Slot()
    def show_settings(self) -> None:
        """Open the settings."""
        from app.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._actions, self._settings, self._window)
        dialog.changed.connect(self._on_changed)
        self._open(dialog)

    @Slot()
    def show_shortcuts(self) -> None:
        """Open the sheet of shortcuts."""
        from app.shortcut_sheet import ShortcutDialog

        self._open(ShortcutDialog(self._actions, self._settings, self._window))

    @Slot()
    def show_guide(self) -> None:
        """Open the guide beside the window, or bring it to the front."""
        from app.guide_window import GuideWindow

        if self.guide is None:
            self.guide = GuideWindow(self._window)
            self.guide.finished.connect(self._forget_guide)
            self.guide.show()
        self.guide.raise_()
        self.guide.activateWindow()

    def let_go(self) -> None:
        """Close the guide with the window."""
        if self.guide is not None:
            self.guide.close()

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None

    @Slot()
    def _forget_guide(self) -> None:
        self.guide = None

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        if name == "theme":
            set_theme(self._settings.theme)
        self.setting_changed.emit(name)
