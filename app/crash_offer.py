"""The line that tells of a crash at the next start: its report can be copied, or looked for."""

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton

from app.banner import Banner
from app.crash_log import CrashReport


class CrashOffer(Banner):
    """Hidden unless the last run crashed."""

    def __init__(self) -> None:
        self.open_folder = QPushButton("Open folder")
        super().__init__(self.open_folder)
        self.open_folder.setToolTip("Show the reports of crashes")
        self.open_folder.clicked.connect(self._open_folder)
        self._folder = ""

    def offer(self, report: CrashReport) -> None:
        """Tell of a crash."""
        self._folder = str(report.file.parent)
        self.complain(
            f"Ossa ended unexpectedly on {report.when}. Every decision that was shown is kept. "
            "A report helps to find out why.",
            report.text(),
        )

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))
