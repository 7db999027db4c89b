"""How a correction looks: handles on the stage, the verdict and the landmark in the legend."""

import numpy as np
from PySide6.QtCore import QObject, Qt

from app.correction_draft import Draft
from app.correction_words import KEYS, WAYS, landmark_words, verdict_words
from app.viewer import Viewer
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment

_FORCED = ("landmarks", "labels", "shape", "residuals")


class CorrectionView:
    """Shows one correction in the viewer, for as long as it lasts."""

    def __init__(self, viewer: Viewer, anatomy: Anatomy) -> None:
        self._viewer, self._anatomy = viewer, anatomy

    def begin(self, keys: QObject) -> None:
        """Give the stage the keyboard; keys: the event filter that takes what is pressed."""
        self._viewer.force(_FORCED)
        stage = self._viewer.stage
        stage.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        stage.setAccessibleDescription(WAYS)
        stage.setCursor(Qt.CursorShape.CrossCursor)
        stage.installEventFilter(keys)
        stage.setFocus()

    def end(self, keys: QObject) -> None:
        """Make the stage what it was."""
        stage = self._viewer.stage
        stage.removeEventFilter(keys)
        stage.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        stage.unsetCursor()
        stage.setAccessibleDescription("")
        stage.show_choice(None, np.empty((0, 2)))
        self._viewer.view.handles = None
        self._viewer.force(())
        self._viewer.legend.show_correction("", "")

    def show(self, found: Assessment, draft: Draft, landmark: int) -> None:
        """Show the landmarks as they are now, what the gate says, and which one keys move."""
        places = self.places(found)
        missing = ~np.isfinite(draft.landmarks).all(axis=1)
        self._viewer.view.handles = places
        stage = self._viewer.stage
        stage.show_assessment(found, draft.gate, landmark)
        stage.show_choice(places[landmark], places[missing])
        self._viewer.legend.show_correction(
            verdict_words(found),
            landmark_words(landmark, found, draft.gate, self._anatomy),
            KEYS,
            WAYS,
        )

    def places(self, found: Assessment) -> np.ndarray:
        """(L, 2) where each landmark may be taken hold of: a missing one where it is expected, or
        in the middle of what is seen."""
        seen = self._viewer.view.viewRect().center()
        places = np.where(np.isfinite(found.landmarks), found.landmarks, found.expected)
        return np.where(np.isfinite(places), places, (seen.x(), seen.y()))
