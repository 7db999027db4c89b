"""The run panel: start a training or a generation, watch it, and see what waits behind it."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from app.acceptance_plot import AcceptancePlot
from app.figure_card import FigureCard
from app.generate_form import GenerateForm
from app.icons import icon
from app.job_figures import IDLE, figures, machine_text
from app.job_state import JobState, Stage
from app.job_words import ended_text
from app.jobs import TrainJob
from app.loss_curve import LossCurve
from app.preview_strip import PreviewStrip
from app.queue_card import QueueCard
from app.settings import WindowSettings
from app.train_form import TrainForm
from app.widgets import SYNTHETIC, column, label, row
from engine.events import CheckpointSaved, Notice, PairAssessed, PreviewReady, TrainingStep

_NOTICES = 500
_ACCEPTANCE = "ACCEPTED BY THE GATE, SO FAR"
_ACCEPTANCE_LEGEND = "line: share · band: 95 % interval (Wilson)"
_LOSS = "LOSS"
_LOSS_LEGEND = "faint: measured · bright: running mean"


class RunPanel(QWidget):
    """A form and the queue on the left, what the engine is doing on the right."""

    job_requested = Signal(object)

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__()
        self.setObjectName("page")
        self.generate_form = GenerateForm(settings)
        self.train_form = TrainForm(settings)
        for form in (self.generate_form, self.train_form):
            form.job_requested.connect(self.job_requested)
        self.queue = QueueCard()
        self.figures = [FigureCard(title) for title, *_ in IDLE]
        self.acceptance = AcceptancePlot()
        self.curve = LossCurve()
        self._plots = QStackedWidget()
        self._plot_title = label(_ACCEPTANCE, "section")
        self._plot_legend = label(_ACCEPTANCE_LEGEND, "legend")
        self._machine = label("", "legend", "What the job computes with")
        self.previews = PreviewStrip()
        self._preview_title = label("NEWEST PAIRS", "section")
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_NOTICES)
        self.log.setAccessibleName("What the engine said")
        self.log.setFixedHeight(92)
        self.log.setPlaceholderText("What the engine has to say appears here")
        self.log.setTabChangesFocus(True)
        layout = row(self._left(), self._right(), margins=(18, 14, 18, 18), spacing=18)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_form(self, name: str) -> None:
        """Show one of the forms: ``generate`` or ``train``."""
        self._tabs[name].setChecked(True)
        if any(tab.hasFocus() for tab in self._tabs.values()):
            self._tabs[name].setFocus()  # or the frame of the other would look like the choice
        self._forms.setCurrentWidget(self.train_form if name == "train" else self.generate_form)

    def set_devices(self, devices: Iterable[tuple[str, str]]) -> None:
        """Offer these devices, as (name, title), in both forms."""
        devices = list(devices)
        self.train_form.set_devices(devices)
        self.generate_form.set_devices(devices)

    def set_busy(self, busy: bool) -> None:
        """Whether what is started now would wait."""
        self.train_form.set_busy(busy)
        self.generate_form.set_busy(busy)

    def begin(self, state: JobState) -> None:
        """A job began."""
        kind = state.job.kind
        if kind != "export":
            self.previews.clear_pictures()
        if kind == "train":
            self._show_plot(self.curve)
            self.curve.begin()
        elif kind != "export":
            self._show_plot(self.acceptance)
            self.acceptance.begin()
        self.show_state(state)

    def take(self, event: Any) -> None:
        """Show what an event brings; figures follow with `show_state`."""
        if isinstance(event, TrainingStep):
            self.curve.add(event)
        elif isinstance(event, PreviewReady):
            self._preview_title.setText(f"PREVIEWS AT STEP {event.step}")
            for pair in event.pairs[::-1]:
                self.previews.add(pair[0])
        elif isinstance(event, PairAssessed):
            self.acceptance.add(bool(event.assessment.accepted))
            self._preview_title.setText("NEWEST PAIRS")
            self.previews.add(event.pair.image)
        elif isinstance(event, Notice):
            self.log.appendPlainText(event.text)
        elif isinstance(event, CheckpointSaved):
            self.log.appendPlainText(f"Saved up to step {event.step}")

    def show_state(self, state: JobState) -> None:
        """Bring the figures up to date."""
        for card, figure in zip(self.figures, figures(state), strict=True):
            card.show_figure(*figure)
        self._machine.setText(machine_text(state))

    def finish(self, state: JobState) -> None:
        """A job ended."""
        self.curve.finish()
        self.acceptance.finish()
        self.show_state(state)
        self.figures[-1].show_figure("TIME LEFT", "–")
        self.log.appendPlainText(ended_text(state))
        kept = state.stage in (Stage.FINISHED, Stage.STOPPED)
        if isinstance(state.job, TrainJob) and kept:
            self.generate_form.weights.path = state.job.out

    def let_go(self) -> None:
        """Take the plots apart while Qt still lives."""
        self.curve.let_go()
        self.acceptance.let_go()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.previews.fit_into(self.height())

    def _show_plot(self, plot: QWidget) -> None:
        self._plots.setCurrentWidget(plot)
        loss = plot is self.curve
        self._plot_title.setText(_LOSS if loss else _ACCEPTANCE)
        self._plot_legend.setText(_LOSS_LEGEND if loss else _ACCEPTANCE_LEGEND)

    def _left(self) -> QWidget:
        self._tabs = {
            "generate": _tab("Generate", "generate"),
            "train": _tab("Train", "train"),
        }
        self._tabs["generate"].clicked.connect(self._show_generate)
        self._tabs["train"].clicked.connect(self._show_train)
        group = QButtonGroup(self)
        tabs = QWidget()
        tabs.setLayout(row(*self._tabs.values(), None, spacing=4))
        for tab in self._tabs.values():
            group.addButton(tab)
        self._forms = QStackedWidget()
        self._forms.addWidget(self.generate_form)
        self._forms.addWidget(self.train_form)
        self.show_form("generate")
        left = QWidget()
        layout = column(tabs, self._forms, self.queue, spacing=10)
        layout.setStretch(2, 1)
        left.setLayout(layout)
        left.setFixedWidth(410)
        return left

    def _right(self) -> QWidget:
        cards = QWidget()
        cards.setLayout(row(*self.figures, spacing=12))
        plot_head = QWidget()
        plot_head.setLayout(row(self._plot_title, None, self._plot_legend))
        self._plots.addWidget(self.acceptance)
        self._plots.addWidget(self.curve)
        plot_card = QFrame()
        plot_card.setObjectName("card")
        plot_card.setLayout(column(plot_head, self._plots, margins=12))
        head = QWidget()
        head.setLayout(row(self._preview_title, None, label(SYNTHETIC, "synthetic")))
        right = QWidget()
        layout = column(cards, plot_card, self._machine, head, self.previews, self.log, spacing=10)
        layout.setStretch(1, 1)
        right.setLayout(layout)
        return right

    @Slot()
    def _show_generate(self) -> None:
        self.show_form("generate")

    @Slot()
    def _show_train(self) -> None:
        self.show_form("train")


def _tab(text: str, icon_name: str) -> QPushButton:
    made = QPushButton(icon(icon_name), text)
    made.setProperty("role", "page")
    made.setCheckable(True)
    made.setAutoDefault(True)
    made.setAccessibleName(text)
    return made
