"""Deciding on pairs: what the decision keys, undo and redo do, and where one goes next."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.actions import Actions
from app.contact_sheet import ContactSheet
from app.introduction import Introduction
from engine.errors import OssaError
from engine.review.decisions import Verdict
from engine.review.project import ReviewProject

_DECIDING = ("accept", "reject", "clear")
_MOVING = ("previous", "next", "next_undecided", "select_all")
_TEXTS = {"accept": "Accept", "reject": "Reject", "clear": "Clear"}


class Triage(QObject):
    """One reviewer's acts on the pairs that are chosen on the sheet.

    acted: the pairs an act has changed; decided: those of a decision just taken and its verdict,
    none and None once something is undone or redone; failed: an act that could not be done, in one
    line; said: something the reviewer should know. acting: an act is about to be done, so that what
    was begun before it can be kept first.
    """

    acting = Signal()
    acted = Signal(list)
    decided = Signal(list, object)
    failed = Signal(str)
    said = Signal(str)

    def __init__(
        self,
        project: ReviewProject,
        sheet: ContactSheet,
        actions: Actions,
        introduction: Introduction,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._sheet, self._actions = project, sheet, actions
        self._introduction = introduction
        self._reviewer, self._hide_others = "", False
        self._can_undo = self._can_redo = False
        self._slots: dict[str, Callable[[], None]] = {
            "accept": self._accept,
            "reject": self._reject,
            "clear": self._clear,
            "undo": self._undo,
            "redo": self._redo,
            "previous": self._go_previous,
            "next": self._go_next,
            "next_undecided": self._go_next_undecided,
            "select_all": sheet.selectAll,
        }
        for name, slot in self._slots.items():
            actions[name].triggered.connect(slot)

    def set_reviewer(self, reviewer: str, hide_others: bool) -> None:
        """Who decides, and whether others' decisions are hidden until there is an own."""
        self._reviewer, self._hide_others = reviewer, hide_others
        self.look_back()

    def look_back(self) -> None:
        """Ask the project what there is to undo and to redo."""
        self._can_undo = self._project.can_undo(self._reviewer)
        self._can_redo = self._project.can_redo(self._reviewer)

    def let_go(self) -> None:
        """Leave the window's actions alone."""
        for name, slot in self._slots.items():
            self._actions[name].triggered.disconnect(slot)
        self._actions.enable(tuple(self._slots), False)
        self._say_how_many(1)

    def enable(self, active: bool) -> None:
        """Enable the actions that would do something now, and let them say to how many pairs."""
        chosen = self._sheet.chosen if active else []
        self._actions.enable((*_DECIDING, *_MOVING), bool(chosen))
        decided = any(row.decision_of(self._reviewer) is not None for row in chosen)
        self._actions["clear"].setEnabled(decided)
        self._actions["undo"].setEnabled(active and self._can_undo)
        self._actions["redo"].setEnabled(active and self._can_redo)
        self._say_how_many(len(chosen))

    def _say_how_many(self, count: int) -> None:
        for name, text in _TEXTS.items():
            self._actions[name].setText(f"{text} {count}" if count > 1 else text)

    @Slot()
    def _accept(self) -> None:
        self._decide(Verdict.ACCEPT)

    @Slot()
    def _reject(self) -> None:
        self._decide(Verdict.REJECT)

    @Slot()
    def _clear(self) -> None:
        self._decide(None)

    def _decide(self, verdict: Verdict | None) -> None:
        """Decide on what is chosen, in one act, and go on to the pair after it."""
        self.acting.emit()
        chosen = [row.identifier for row in self._sheet.chosen]
        if chosen:
            self._introduction.first(partial(self._record, chosen, verdict))

    def _record(self, chosen: list[str], verdict: Verdict | None) -> None:
        sheet = self._sheet
        after = max(sheet.pairs.place_of(name) or 0 for name in chosen) + 1
        try:
            self._project.decide(chosen, verdict, self._reviewer, others_hidden=self._hide_others)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self._can_undo, self._can_redo = True, False
        sheet.pairs.reread(chosen)
        if verdict is not None:
            sheet.go_to(after if after < sheet.pairs.rowCount() else sheet.place)
        self.decided.emit(chosen, verdict)
        self.acted.emit(chosen)

    @Slot()
    def _undo(self) -> None:
        self._step(self._project.undo, "undone")

    @Slot()
    def _redo(self) -> None:
        self._step(self._project.redo, "redone")

    def _step(self, step: Callable[[str], Sequence[str]], done: str) -> None:
        self.acting.emit()
        try:
            changed = list(step(self._reviewer))
            self.look_back()
        except OssaError as error:
            self.failed.emit(str(error))
            return
        sheet = self._sheet
        sheet.pairs.reread(changed)
        shown = [name for name in changed if sheet.pairs.place_of(name) is not None]
        sheet.select_pairs(shown)
        hidden = len(changed) - len(shown)
        if hidden:
            pairs = "a pair" if hidden == 1 else f"{hidden} pairs"
            self.said.emit(f"A decision was {done} on {pairs} that the filter does not show")
        self.decided.emit([], None)
        self.acted.emit(changed)

    @Slot()
    def _go_previous(self) -> None:
        self._sheet.go_to(self._sheet.place - 1)

    @Slot()
    def _go_next(self) -> None:
        self._sheet.go_to(self._sheet.place + 1)

    @Slot()
    def _go_next_undecided(self) -> None:
        place = self._sheet.pairs.next_undecided(self._sheet.place)
        if place is not None:
            self._sheet.go_to(place)
