"""What stands beside the pair that is looked at: other pairs, or its nearest in training."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Signal, Slot

from app.actions import Actions
from app.contact_sheet import ContactSheet
from app.pair_reader import PairReader
from app.settings import WindowSettings
from app.trail_words import DONE, MARK
from app.training_radiographs import Decoded, TrainingRadiographs
from app.viewer import Beside, Viewer
from app.widgets import REAL, SYNTHETIC, choose_folder
from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.errors import OssaError
from engine.review.project import PairRow, ReviewProject

_PAIRS = {"compare_2": 2, "compare_4": 4}
_TRAINING = "compare_training"
_WAYS = (*_PAIRS, _TRAINING)
NOT_CHECKED = "This pair was not compared with training radiographs"
NO_DATA = "The nearest training radiograph is {nearest}. It is kept with the training data."
OFFER = "Choose the training data…"
_ALIKE = {
    CopyLevel.COPY: " · copied",
    CopyLevel.SUSPECT: " · suspiciously near",
    CopyLevel.NONE: "",
}


def others_beside(
    current: str, chosen: Sequence[str], after: Sequence[str], count: int
) -> list[str]:
    """The pairs beside the current one, `count` with it: the other selected ones if several are
    selected, else those that come after it on the sheet."""
    pool = chosen if len(chosen) > 1 else after
    return [name for name in pool if name != current][: count - 1]


def pair_caption(row: PairRow) -> str:
    """A pair and what it counts as, in a few words."""
    return f"Pair {row.ordinal} · {MARK[row.counts_as]} {DONE[row.counts_as]}"


class Comparison(QObject):
    """Keeps what stands beside the current pair up to date. failed: one line."""

    failed = Signal(str)

    def __init__(
        self,
        project: ReviewProject,
        sheet: ContactSheet,
        viewer: Viewer,
        reader: PairReader,
        actions: Actions,
        settings: WindowSettings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._sheet, self._viewer, self._reader = project, sheet, viewer, reader
        self._actions, self._settings = actions, settings
        self._shown: tuple = ()
        self._training = TrainingRadiographs(self)
        self._training.arrived.connect(self._on_arrived)
        viewer.offer_taken.connect(self._choose_data)
        for name in _WAYS:
            actions[name].toggled.connect(self._on_toggled)

    def enable(self, active: bool) -> None:
        """Take the keys while the page is shown and there is something to compare."""
        there = active and self._sheet.current is not None
        several = there and self._sheet.pairs.rowCount() > 1
        self._actions.enable(tuple(_PAIRS), several or self._is_on(*_PAIRS))
        self._actions.enable((_TRAINING,), there or self._is_on(_TRAINING))

    def let_go(self) -> None:
        """Compare no longer, and leave the window's actions alone."""
        for name in _WAYS:
            self._actions[name].toggled.disconnect(self._on_toggled)
            self._actions[name].setChecked(False)
        self._actions.enable(_WAYS, False)
        self._training.close()

    @Slot()
    def refresh(self) -> None:
        """Show beside the current pair what belongs there now."""
        current = self._sheet.current
        if current is None or not self._is_on(*_WAYS):
            self._show((), "", [])
        elif self._is_on(_TRAINING):
            self._show_training(current)
        else:
            self._show_pairs(current)

    @property
    def near(self) -> int:
        """How many pairs after the current one will be looked at next."""
        return max((count for name, count in _PAIRS.items() if self._is_on(name)), default=2)

    def _is_on(self, *names: str) -> bool:
        return any(self._actions[name].isChecked() for name in names)

    def _show_pairs(self, current: PairRow) -> None:
        count = next(count for name, count in _PAIRS.items() if self._is_on(name))
        pairs, place = self._sheet.pairs, self._sheet.place
        after = [
            pairs.row_at(one).identifier
            for one in range(place + 1, min(place + count, pairs.rowCount()))
        ]
        chosen = [row.identifier for row in self._sheet.chosen[: count + 1]]
        names = others_beside(current.identifier, chosen, after, count)
        rows = [pairs.row_of(name) for name in names]
        state = (count, current, *rows)
        if state != self._shown:
            self._show(state, f"{pair_caption(current)} · current", map(self._beside, rows))

    def _beside(self, row: PairRow) -> Beside:
        caption, source = pair_caption(row), REAL if row.is_real else SYNTHETIC
        try:
            pair = self._reader.get(row.identifier)
            found = self._sheet.pairs.sight.assessment(self._project, row)
        except OssaError as error:
            return Beside(caption, source, message=str(error))
        return Beside(caption, source, pair, found)

    def _show_training(self, current: PairRow) -> None:
        try:
            risk = self._project.assessment(current.identifier).copy_risk
        except OssaError as error:
            self.failed.emit(str(error))
            return
        data = self._settings.text("data")
        decoded = self._training.get(Path(data), risk.nearest) if risk and data else None
        state = (_TRAINING, current, data, decoded)
        if state != self._shown:
            beside = self._nearest(risk, data, decoded)
            self._show(state, f"{pair_caption(current)} · current", [beside])

    def _nearest(self, risk: CopyRisk | None, data: str, decoded: Decoded | None) -> Beside:
        if risk is None:
            return Beside("Nearest training radiograph", message=NOT_CHECKED)
        caption = f"Nearest in training: {risk.nearest}{_ALIKE[risk.level]}"
        if not data:
            message = NO_DATA.format(nearest=risk.nearest)
            return Beside(caption, message=message, offer=OFFER)
        if decoded is None:
            return Beside(caption, message=f"Radiograph {risk.nearest} is being read")
        if decoded.image is None:
            return Beside(caption, message=decoded.problem, offer=OFFER)
        return Beside(caption, REAL, image=decoded.image)

    def _show(self, state: tuple, caption: str, others: Iterable[Beside]) -> None:
        self._shown = state
        self._viewer.show_beside(caption, list(others))

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        """Of the ways to compare one is in force at most."""
        if on:
            for name in _WAYS:
                if self._actions[name] is not self.sender():
                    with QSignalBlocker(self._actions[name]):
                        self._actions[name].setChecked(False)
                    self._actions[name].changed.emit()
        self.refresh()

    @Slot(object)
    def _on_arrived(self, _decoded: Decoded) -> None:
        if self._is_on(_TRAINING):
            self.refresh()

    @Slot()
    def _choose_data(self) -> None:
        chosen = choose_folder(self._viewer, "Folder of the training data (Images and all.csv)")
        if chosen is not None:
            self._settings.set_text("data", str(chosen))
            self.refresh()
