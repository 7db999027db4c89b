"""The export dialog of the open project."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.export_dialog import ExportDialog
from app.open_project import OpenProject
from app.settings import WindowSettings
from engine.errors import OssaError


class Exporting(QObject):
    """Opens the dialog, kept as `dialog`. job_requested: a `Job`; failed: one line."""

    job_requested = Signal(object)
    failed = Signal(str)

    def __init__(self, opened: OpenProject, settings: WindowSettings, window: QWidget) -> None:
        super().__init__(window)
        self._opened, self._settings, self._window = opened, settings, window
        self.dialog: ExportDialog | None = None

    @Slot()
    def show(self) -> None:
        """Open the dialog for the project that is open."""
        project = self._opened.project
        if project is None:
            return
        try:
            dialog = ExportDialog(project, self._settings.reviewer, self._settings, self._window)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.job_requested.connect(self.job_requested)
        dialog.open()
