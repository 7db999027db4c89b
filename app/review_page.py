"""The review page: contact sheet, viewer, inspector and decision bar on one project."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.actions import Actions
from app.afterthoughts import Afterthoughts
from app.close_look import CloseLook
from app.contact_sheet import ContactSheet
from app.decision_bar import DecisionBar
from app.exact_checks import ExactChecks
from app.filter_bar import FilterBar
from app.inspector import Inspector
from app.introduction import Introduction
from app.pair_choice import PairChoice
from app.pair_report import PairReport
from app.review_layout import ReviewSplitter
from app.review_memory import recall, remember
from app.settings import WindowSettings
from app.theme import theme_signals
from app.triage import Triage
from engine.review.project import ReviewProject, Verdict


class ReviewPage(QWidget):
    """Shows one project and takes one reviewer's decisions on it."""

    failed = Signal(str)
    said = Signal(str)
    counts_changed = Signal()

    def __init__(
        self,
        project: ReviewProject,
        actions: Actions,
        settings: WindowSettings,
        checks: ExactChecks,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.project = project
        self._settings = settings
        self._active = True
        self._expecting = False
        self.sheet = ContactSheet()
        self.filter_bar = FilterBar(self.sheet.pairs, actions)
        self.introduction = Introduction(settings, self)
        self.triage = Triage(project, self.sheet, actions, self.introduction, self)
        self.close_look = CloseLook(project, self.sheet, actions, settings, self.introduction, self)
        self.viewer = self.close_look.viewer
        self.inspector = Inspector(project.anatomy)
        self.report = PairReport(
            project, self.sheet, self.close_look, self.inspector, settings, checks, self
        )
        self.bar = DecisionBar(actions)
        self.afterthoughts = Afterthoughts(
            project, actions, settings, self.inspector, self.bar.why, self
        )
        self.splitter = ReviewSplitter(self.filter_bar, self.sheet, self.viewer, self.inspector)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.bar)
        self._connect()
        self._open()

    def _open(self) -> None:
        """Show the project as it was left: same filter and order, same pair."""
        pair, choice = recall(self._settings, self.project.folder)
        self.sheet.pairs.choice = choice
        self.triage.set_reviewer(self._settings.reviewer, self._settings.hide_others)
        self.sheet.set_project(self.project, self._settings.reviewer, self._settings.hide_others)
        self.sheet.go_to(max(0, self.sheet.pairs.place_from(pair)))
        self.update_state()

    def append_new(self) -> None:
        """Show the pairs that joined the project; the one that is looked at stays."""
        if self.sheet.pairs.append_new():
            if self.sheet.place < 0:
                self.sheet.go_to(0)
            self.update_state()

    @Slot(list)
    def reread(self, identifiers: Sequence[str]) -> None:
        """Follow an act on pairs that was done elsewhere; every pair keeps its place."""
        self.triage.look_back()
        self.sheet.pairs.reread(identifiers)
        self._follow_act(list(identifiers))

    def reread_all(self) -> None:
        """Follow a change of many pairs; every pair keeps its place."""
        self.triage.look_back()
        self.sheet.pairs.reread_all()
        self._follow_act([] if self.sheet.current is None else [self.sheet.current.identifier])

    @Slot()
    def settings_changed(self) -> None:
        """Look with the eyes of the reviewer that the settings name now."""
        reviewer, hide_others = self._settings.reviewer, self._settings.hide_others
        current = self.sheet.current
        self.triage.set_reviewer(reviewer, hide_others)
        self.sheet.pairs.set_project(self.project, reviewer, hide_others)
        self.sheet.go_to(max(0, self.sheet.pairs.place_from(current.identifier if current else "")))
        self.update_state()

    def leave(self) -> None:
        """Let go of the project's files and of the window's actions."""
        current = self.sheet.current
        remember(
            self._settings,
            self.project.folder,
            "" if current is None else current.identifier,
            self.sheet.pairs.choice,
        )
        self.close_look.let_go()
        self.afterthoughts.let_go()
        self.triage.let_go()
        self.filter_bar.let_go()
        self.report.let_go()
        self.sheet.set_project(None)

    def set_active(self, active: bool) -> None:
        """Take decision keys only while the page is shown; coming back applies the filter anew."""
        returned = active and not self._active
        self._active = active
        if returned and self.sheet.pairs.stale:
            self.sheet.apply(self.sheet.pairs.choice)
        self.update_state()

    def set_expecting(self, expecting: bool) -> None:
        """Whether pairs are being made for this page; said for as long as there is none."""
        self._expecting = expecting
        self.update_state()

    @Slot()
    def update_state(self) -> None:
        """Bring the bar and the actions up to date."""
        sheet = self.sheet
        self.viewer.message.setText(self._nothing_to_see())
        self.bar.show_state(
            sheet.current,
            sheet.place,
            sheet.pairs.counts,
            self._expecting,
            chosen=sheet.chosen,
            shown=sheet.pairs.rowCount(),
            reviewer=self._settings.reviewer,
        )
        self.triage.enable(self._active)
        self.afterthoughts.enable(self._active, sheet.current is not None)
        self.filter_bar.enable(self._active)
        self.close_look.enable(self._active)
        self.counts_changed.emit()

    def _nothing_to_see(self) -> str:
        if self.sheet.current is not None:
            return ""
        if self.sheet.pairs.counts.total:
            return "No pair fits the filter"
        return "The first pair is on its way" if self._expecting else "No pairs yet"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._hold(event, hidden=True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._hold(event, hidden=False)

    def _hold(self, event: QKeyEvent, hidden: bool) -> None:
        if event.key() != Qt.Key.Key_H or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            event.ignore()
        elif not event.isAutoRepeat():
            self.viewer.hide_overlays(hidden)

    @Slot(str)
    def _show_pair(self, identifier: str) -> None:
        self.report.show_pair(identifier)
        self.update_state()

    @Slot(str)
    def _say_source(self, text: str) -> None:
        self.splitter.source.setText(text)
        self.viewer.source.setText(text)

    @Slot(list, object)
    def _on_decided(self, chosen: list[str], verdict: Verdict | None) -> None:
        self.afterthoughts.ask([self.sheet.pairs.row_of(name) for name in chosen], verdict)

    @Slot(list)
    def _follow_afterthought(self, changed: list[str]) -> None:
        """Take over a reason or note; what is looked at stays as it is."""
        self.sheet.pairs.reread(changed)
        current = self.sheet.current
        if current is not None and current.identifier in changed:
            self.report.show_trail()
        self.update_state()

    @Slot()
    def _go_on(self) -> None:
        self.sheet.setFocus()

    @Slot(list)
    def _follow_act(self, changed: list[str]) -> None:
        """Show what became of the pair that is looked at."""
        current = self.sheet.current
        if current is not None and current.identifier in changed:
            self._show_pair(current.identifier)
        else:
            self.update_state()

    @Slot(object)
    def _apply(self, choice: PairChoice) -> None:
        self.sheet.apply(choice)
        if self.sheet.current is None:
            self.report.show_nothing()
        self.update_state()

    def _connect(self) -> None:
        self.sheet.pair_chosen.connect(self._show_pair)
        self.report.source_told.connect(self._say_source)
        self.report.failed.connect(self.failed)
        self.sheet.selection_changed.connect(self.update_state)
        self.filter_bar.choice_asked.connect(self._apply)
        self.triage.acting.connect(self.close_look.correcting.finish)
        self.triage.acted.connect(self._follow_act)
        self.close_look.corrected.connect(self.reread)
        self.close_look.given_up.connect(self._show_pair)
        self.close_look.ended.connect(self._go_on)
        self.close_look.failed.connect(self.failed)
        self.triage.decided.connect(self._on_decided)
        self.afterthoughts.changed.connect(self._follow_afterthought)
        self.afterthoughts.failed.connect(self.failed)
        self.inspector.note.left.connect(self._go_on)
        self.triage.failed.connect(self.failed)
        self.introduction.introduced.connect(self.settings_changed)
        theme_signals().changed.connect(self.update_state)
        self.triage.said.connect(self.said)
