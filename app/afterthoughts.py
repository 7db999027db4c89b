"""What a reviewer adds to a decision or a pair: the reason by one key, and a note."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.actions import Actions
from app.inspector import Inspector
from app.note_drafts import NoteDrafts
from app.settings import WindowSettings
from app.trail_words import DONE
from app.why_strip import REASON_ACTIONS, WhyStrip
from engine.errors import OssaError
from engine.review.decisions import Verdict
from engine.review.project import PairRow, ReviewProject
from engine.review.reviewer_reasons import ReviewerReason, reasons_for


class Afterthoughts(QObject):
    """Asks for the reason of the decision just taken, wherever the sheet has gone since.

    The question stays until it is answered, and the answer can be changed until the next decision.
    changed: the pairs that a reason or a note was added to; failed: what could not be kept.
    """

    changed = Signal(list)
    failed = Signal(str)

    def __init__(
        self,
        project: ReviewProject,
        actions: Actions,
        settings: WindowSettings,
        inspector: Inspector,
        strip: WhyStrip,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._actions, self._settings = project, actions, settings
        self._note, self._strip = inspector.note, strip
        self._concerned: list[str] = []
        self._question = ""
        self._reasons: tuple[ReviewerReason, ...] = ()
        self._slots: dict[str, Callable[[], None]] = {
            **dict.fromkeys(REASON_ACTIONS, self._give_by_key),
            "note": inspector.write_note,
        }
        for name, slot in self._slots.items():
            actions[name].triggered.connect(slot)
        strip.given.connect(self._give)
        self._drafts = NoteDrafts(settings, project.folder)
        self._note.written.connect(self._keep_note)
        self._note.drafted.connect(self._keep_draft)
        self._note.undrafted.connect(self._drop_draft)
        self._recover_drafts()

    def enable(self, active: bool, noting: bool) -> None:
        """Take the keys while the page is shown; a note needs a pair."""
        self._actions.enable(REASON_ACTIONS, active and bool(self._reasons))
        note = self._actions["note"]
        note.setEnabled(active and noting)
        self._note.say_key(note.shortcut().toString())

    def let_go(self) -> None:
        """Keep what is being written, and leave the window's actions alone."""
        self._note.flush()
        for name, slot in self._slots.items():
            self._actions[name].triggered.disconnect(slot)
        self._actions.enable(tuple(self._slots), False)

    def ask(self, decided: Sequence[PairRow], verdict: Verdict | None) -> None:
        """Ask why the reviewer decided so on these pairs; of those that need a reason."""
        concerned = [] if verdict is None else [r for r in decided if reasons_for(r, verdict)]
        self._concerned = [one.identifier for one in concerned]
        self._reasons, self._question = (), ""
        if verdict is not None and concerned:
            self._reasons = reasons_for(concerned[0], verdict)
            one = f"Pair {concerned[0].ordinal}"
            pairs = one if len(concerned) == 1 else f"{len(concerned)} pairs"
            self._question = f"{pairs} {DONE[verdict]}. Why?"
        self._strip.ask(self._question, self._reasons)

    @Slot(str)
    def _give(self, code: str) -> None:
        try:
            self._project.give_reason(self._concerned, code, self._settings.reviewer)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self._strip.ask(self._question, self._reasons, code)
        self.changed.emit(list(self._concerned))

    @Slot()
    def _give_by_key(self) -> None:
        place = REASON_ACTIONS.index(self.sender().objectName())
        if place < len(self._reasons):
            self._give(self._reasons[place].code)

    @Slot(str, str)
    def _keep_note(self, identifier: str, text: str) -> None:
        try:
            self._project.write_note(identifier, text, self._settings.reviewer)
        except OssaError as error:
            self.failed.emit(str(error))
            return
        self._drafts.drop(self._settings.reviewer, identifier)
        self._note.keep(identifier, text)
        self.changed.emit([identifier])

    @Slot(str, str)
    def _keep_draft(self, identifier: str, text: str) -> None:
        self._drafts.put(self._settings.reviewer, identifier, text)

    @Slot(str)
    def _drop_draft(self, identifier: str) -> None:
        self._drafts.drop(self._settings.reviewer, identifier)

    def _recover_drafts(self) -> None:
        """Make a note of what was being written when the window was killed."""
        who = self._settings.reviewer
        for identifier, text in self._drafts.left_by(who).items():
            try:
                self._project.write_note(identifier, text, who)
            except OssaError:
                continue  # such a pair is gone, or the disk is full: the draft stays
            self._drafts.drop(who, identifier)
