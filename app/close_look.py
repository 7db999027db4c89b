"""A close look at the pair that the sheet is at: the viewer, what stands beside, corrections."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.actions import Actions
from app.compare_view import Comparison
from app.contact_sheet import ContactSheet
from app.correction import Correcting
from app.correction_draft import Subject
from app.introduction import Introduction
from app.pair_reader import PairReader
from app.settings import WindowSettings
from app.viewer import Viewer
from engine.assess.assessment import Assessment
from engine.review.project import ReviewProject

_LOOK_AHEAD_MILLISECONDS = 30  # once the pair that is looked at has been drawn


class CloseLook(QObject):
    """Shows pairs of a project in a viewer of its own.

    judged: the verdict on landmarks while they are being corrected. corrected: the pairs whose
    correction was kept or taken back. given_up: the pair that stays as it was. ended: a correction
    is over. failed: one line.
    """

    judged = Signal(object)
    corrected = Signal(list)
    given_up = Signal(str)
    ended = Signal()
    failed = Signal(str)

    def __init__(
        self,
        project: ReviewProject,
        sheet: ContactSheet,
        actions: Actions,
        settings: WindowSettings,
        introduction: Introduction,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._sheet = project, sheet
        self.viewer = Viewer(project.anatomy, actions, settings)
        self.reader = PairReader(project, self)
        self.comparison = Comparison(
            project, sheet, self.viewer, self.reader, actions, settings, self
        )
        self.correcting = Correcting(project, self.viewer, actions, settings, introduction, self)
        self._look_ahead = QTimer(self)
        self._look_ahead.setSingleShot(True)
        self._look_ahead.setInterval(_LOOK_AHEAD_MILLISECONDS)
        self._look_ahead.timeout.connect(self._read_ahead)
        self.comparison.failed.connect(self.failed)
        self.correcting.failed.connect(self.failed)
        self.correcting.judged.connect(self.judged)
        self.correcting.given_up.connect(self._on_given_up)
        self.correcting.ended.connect(self.ended)
        self.correcting.kept.connect(self._on_kept)

    def show_pair(self, identifier: str) -> Assessment:
        """Show a pair, as it was corrected if it was.

        Returns:
            The assessment that counts.

        Raises:
            ProjectError: no such pair, or its files are damaged.
        """
        gate = self._project.assessment(identifier)
        pairs = self._sheet.pairs
        correction = pairs.sight.correction(self._project, pairs.row_of(identifier))
        found = gate if correction is None else correction.assessment
        self._look_ahead.start()
        self.correcting.look_at(Subject(identifier, gate, found.landmarks))
        if not self.correcting.active:
            before = None if correction is None else gate.landmarks
            self.viewer.show_pair(self.reader.get(identifier), found, before)
        return found

    def show_nothing(self) -> None:
        """Show an empty stage."""
        self.correcting.look_at(None)
        self.viewer.show_pair(None, None)

    def enable(self, active: bool) -> None:
        """Take the keys of looking closely while the page is shown."""
        self.viewer.enable(active)
        self.comparison.enable(active)
        self.correcting.enable(active)
        self.comparison.refresh()

    def let_go(self) -> None:
        """Keep what was corrected; let go of the project's files and of the window's actions."""
        self.correcting.let_go()
        self.comparison.let_go()
        self._look_ahead.stop()
        self.reader.close()
        self.viewer.let_go()

    @Slot(str)
    def _on_kept(self, identifier: str) -> None:
        self.corrected.emit([identifier])

    @Slot(str)
    def _on_given_up(self, identifier: str) -> None:
        current = self._sheet.current
        if current is not None and current.identifier == identifier:
            self.given_up.emit(identifier)

    @Slot()
    def _read_ahead(self) -> None:
        pairs, place = self._sheet.pairs, self._sheet.place
        near = (*range(place + 1, place + 1 + self.comparison.near), place - 1)
        self.reader.expect(
            [pairs.row_at(one).identifier for one in near if 0 <= one < pairs.rowCount()]
        )
