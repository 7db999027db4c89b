"""All that is told about the pair that is looked at: its picture, its verdict, its trail."""

from PySide6.QtCore import QObject, Signal, Slot

from app.close_look import CloseLook
from app.contact_sheet import ContactSheet
from app.exact_checks import ExactChecks
from app.inspector import Inspector
from app.settings import WindowSettings
from app.widgets import REAL, SYNTHETIC
from engine.errors import OssaError
from engine.review.project import ReviewProject, TrailEntry


class PairReport(QObject):
    """Brings viewer and inspector to the sheet's pair, with the reviewer's eyes.

    source_told: whether the pair is synthetic, in words; failed: one line.
    """

    source_told = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        project: ReviewProject,
        sheet: ContactSheet,
        close_look: CloseLook,
        inspector: Inspector,
        settings: WindowSettings,
        checks: ExactChecks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._sheet, self._settings = project, sheet, settings
        self._close_look, self._inspector, self._checks = close_look, inspector, checks
        close_look.judged.connect(inspector.show_correction)
        inspector.landmarks_chosen.connect(close_look.viewer.highlight)
        inspector.exact.asked.connect(self._check_exactly)
        checks.answered.connect(inspector.exact.show_answer)

    def show_pair(self, identifier: str) -> None:
        """Show a pair; one that is damaged is told, and nothing is shown."""
        row = self._sheet.pairs.row_of(identifier)
        self.source_told.emit(REAL if row.is_real else SYNTHETIC)
        try:
            assessment = self._close_look.show_pair(identifier)
            origin, trail = self._project.origin(identifier), self._trail(identifier)
            self._inspector.show_pair(row, assessment, origin, trail, self._settings.reviewer)
        except OssaError as error:
            self.show_nothing()
            self.failed.emit(str(error))

    def show_nothing(self) -> None:
        """Show an empty stage and an empty inspector."""
        self._close_look.show_nothing()
        self._inspector.show_pair(None, None, None, [])

    def show_trail(self) -> None:
        """Bring what was decided and noted up to date; what is looked at stays as it is."""
        current = self._sheet.current
        if current is not None:
            trail = self._trail(current.identifier)
            self._inspector.show_trail(current, trail, self._settings.reviewer)

    def let_go(self) -> None:
        """Wait for no answer any more."""
        self._checks.answered.disconnect(self._inspector.exact.show_answer)

    def _trail(self, identifier: str) -> list[TrailEntry]:
        """What of a pair's trail the reviewer may see."""
        pairs = self._sheet.pairs
        return pairs.sight.trail(self._project, pairs.row_of(identifier))

    @Slot()
    def _check_exactly(self) -> None:
        current = self._sheet.current
        if current is not None:
            self._checks.ask_about(self._project, current.identifier)
