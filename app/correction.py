"""Correcting a pair's landmarks instead of rejecting it: drag, and see what the gate says.

The gate's own landmarks stay on record; a correction is an act of the reviewer, undone and redone
in one order with the decisions.
"""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.actions import Actions
from app.correction_draft import Draft, Subject
from app.correction_judge import ProjectJudge
from app.correction_keys import LandmarkKeys
from app.correction_view import CorrectionView
from app.introduction import Introduction
from app.settings import WindowSettings
from app.viewer import Viewer
from engine.assess.assessment import Assessment
from engine.assess.correction import LandmarkJudge
from engine.errors import OssaError
from engine.review.project import ReviewProject


class Correcting(QObject):
    """One reviewer's correction of the pair that is looked at.

    judged: the verdict on the landmarks as they are now. kept: the pair whose correction was kept
    or taken back. given_up: the pair that is as it was. ended: neither goes on. failed: one line.
    """

    judged = Signal(object)
    kept = Signal(str)
    given_up = Signal(str)
    ended = Signal()
    failed = Signal(str)

    def __init__(
        self,
        project: ReviewProject,
        viewer: Viewer,
        actions: Actions,
        settings: WindowSettings,
        introduction: Introduction,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._settings = project, settings
        self._view = CorrectionView(viewer, project.anatomy)
        self._judges = ProjectJudge(project)
        self._action = actions["correct"]
        self._introduction = introduction
        self._subject: Subject | None = None
        self._draft: Draft | None = None
        self._judge: LandmarkJudge | None = None
        self._found: Assessment | None = None
        self._landmark = 0
        self._keys = LandmarkKeys(len(project.anatomy.landmark_names))
        self._action.toggled.connect(self._on_toggled)
        view = viewer.view
        view.landmark_chosen.connect(self.choose)
        view.landmark_dragged.connect(self._drag)
        view.spot_chosen.connect(self._put_chosen)

    @property
    def active(self) -> bool:
        """Whether landmarks are being corrected."""
        return self._draft is not None

    @property
    def landmark(self) -> int:
        """The landmark that keys move."""
        return self._landmark

    def holds(self, identifier: str) -> bool:
        """Whether that pair is being corrected, so that the viewer shows it as it is being made."""
        return self.active and self._subject is not None and self._subject.identifier == identifier

    def look_at(self, subject: Subject | None) -> None:
        """Follow the viewer to a pair, or to none; what was corrected on another is kept."""
        if self.active and (subject is None or not self.holds(subject.identifier)):
            self.finish()
        self._subject = subject

    def enable(self, active: bool) -> None:
        """Take the key while the page is shown and a pair is looked at."""
        if self.active and not active:
            self.finish()
        self._action.setEnabled(active and self._subject is not None)

    def let_go(self) -> None:
        """Keep what was corrected, and leave the window's action alone."""
        self.finish()
        self._action.toggled.disconnect(self._on_toggled)
        self._action.setEnabled(False)

    @Slot()
    def finish(self) -> None:
        """Keep the correction, if anything was moved."""
        draft, found, subject = self._draft, self._found, self._subject
        if draft is None or found is None or subject is None:
            return
        self._end()
        if not draft.changed:
            self.given_up.emit(subject.identifier)
            return
        try:
            self._keep(subject.identifier, draft, found)
        except OssaError as error:
            self.failed.emit(str(error))
            self.given_up.emit(subject.identifier)
            return
        self.kept.emit(subject.identifier)

    @Slot()
    def give_up(self) -> None:
        """Leave the pair as it was."""
        if self.active and self._subject is not None:
            self._end()
            self.given_up.emit(self._subject.identifier)

    @Slot(int)
    def choose(self, landmark: int) -> None:
        """Choose the landmark that keys move."""
        if self.active:
            self._landmark = landmark
            self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of a correction, also those that are shortcuts elsewhere."""
        if self.active and isinstance(event, QKeyEvent):
            wanted = self._wants(event)
            if wanted and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if wanted and event.type() == QEvent.Type.KeyPress:
                self._press(event)
                return True
        return super().eventFilter(watched, event)

    def _wants(self, event: QKeyEvent) -> bool:
        """An undo without a step to take back is one of the acts before."""
        if event.matches(QKeySequence.StandardKey.Undo):
            return self._draft is not None and bool(self._draft.earlier)
        return self._keys.wants(event)

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        if not on:
            self.finish()
        elif not self._settings.reviewer_known:
            self._set_checked(False)
            self._introduction.first(self._action.toggle)
        else:
            self._begin()

    def _begin(self) -> None:
        subject = self._subject
        if subject is None:
            self._set_checked(False)
            return
        try:
            self._judge = self._judges.by(subject.gate.policy)
        except OssaError as error:
            self._set_checked(False)
            self.failed.emit(str(error))
            return
        self._draft = Draft.of(subject.gate.landmarks, subject.landmarks)
        self._landmark = subject.doubtful
        self._view.begin(self)
        self._show()

    def _end(self) -> None:
        self._draft = self._found = None
        self._view.end(self)
        self._set_checked(False)
        self.ended.emit()

    def _set_checked(self, checked: bool) -> None:
        with QSignalBlocker(self._action):
            self._action.setChecked(checked)
        self._action.changed.emit()  # buttons follow this signal

    def _keep(self, identifier: str, draft: Draft, found: Assessment) -> None:
        reviewer = self._settings.reviewer
        standing = self._project.correction(identifier)
        if draft.as_the_gate and standing is not None and standing.who == reviewer:
            self._project.uncorrect(identifier, reviewer)
        else:
            self._project.correct(identifier, draft.landmarks, found, reviewer)

    def _show(self) -> None:
        """Judge the landmarks as they are now, and show what comes of it."""
        draft, subject, judge = self._draft, self._subject, self._judge
        if draft is None or subject is None or judge is None:
            return
        found = self._found = judge.judge(subject.gate, draft.landmarks)
        self._view.show(found, draft, self._landmark)
        self.judged.emit(found)

    @Slot(int, float, float, bool)
    def _drag(self, landmark: int, x: float, y: float, goes_on: bool) -> None:
        if self._draft is not None:
            self._landmark = landmark
            self._draft = self._draft.put(landmark, np.array([x, y]), goes_on)
            self._show()

    @Slot(float, float)
    def _put_chosen(self, x: float, y: float) -> None:
        self._drag(self._landmark, x, y, False)

    def _press(self, event: QKeyEvent) -> None:
        draft, found = self._draft, self._found
        if draft is None or found is None:
            return
        key, landmark = event.key(), self._landmark
        step = self._keys.step_of(event)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
            return
        if key == Qt.Key.Key_Escape:
            self.give_up()
            return
        if step is not None:
            self._draft = draft.put(landmark, self._view.places(found)[landmark] + step)
        elif key == Qt.Key.Key_Backspace:
            self._draft = draft.put_back(landmark)
        elif key == Qt.Key.Key_Delete:
            self._draft = draft.take_away(landmark)
        elif key == Qt.Key.Key_Z:
            self._draft = draft.step_back()
        else:
            self._landmark = self._keys.chosen_by(event, landmark)
        self._show()
