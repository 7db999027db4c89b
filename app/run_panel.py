"""The run panel: start a training or a generation, and watch it."""

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QWidget

from app.engine_thread import JobEnd, Outcome
from app.job_state import JobState
from app.jobs import TrainJob
from app.loss_curve import LossCurve
from app.progress import duration_text
from app.run_forms import GenerateForm, TrainForm
from app.settings import WindowSettings
from app.widgets import SYNTHETIC, column, label, row
from engine.events import CheckpointSaved, Notice, PairAssessed, PreviewReady, TrainingStep

_PREVIEWS = 6
_PREVIEW_PIXELS = 118
_NOTICES = 500
_TRAINING_TITLES = ("STEP", "LOSS", "PAIRS PER SECOND", "TIME LEFT")


class RunPanel(QWidget):
    """Forms on the left, what the engine is doing on the right."""

    job_requested = Signal(object)

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__()
        self.setObjectName("page")
        self.train_form = TrainForm(settings)
        self.generate_form = GenerateForm(settings)
        for form in (self.train_form, self.generate_form):
            form.job_requested.connect(self.job_requested)
        self.curve = LossCurve()
        self._figures = [_Figure(title) for title in _TRAINING_TITLES]
        self._previews = [_preview() for _ in range(_PREVIEWS)]
        self._preview_title = label("PREVIEWS", "section")
        self._newest = 0
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_NOTICES)
        self.log.setAccessibleName("What the engine said")
        self.log.setFixedHeight(92)
        self.log.setPlaceholderText("What the engine has to say appears here")
        self._forms = self._left()
        layout = row(self._forms, self._right(), margins=18, spacing=18)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def begin(self, state: JobState) -> None:
        """A job began."""
        self._newest = 0
        self._show_figures(state)
        self.train_form.start.setEnabled(False)
        self.generate_form.start.setEnabled(False)
        if state.job.kind in ("train", "generate"):
            for preview in self._previews:
                preview.clear()
        if state.job.kind == "train":
            self.curve.clear_curve()

    def take(self, event: Any, state: JobState) -> None:
        """Show what an event says."""
        if isinstance(event, TrainingStep):
            self.curve.add(event)
        elif isinstance(event, PreviewReady):
            self._preview_title.setText(f"PREVIEWS AT STEP {event.step}")
            for preview, pair in zip(self._previews, event.pairs, strict=False):
                _draw(preview, pair[0])
        elif isinstance(event, PairAssessed):
            self._preview_title.setText("NEWEST PAIRS")
            _draw(self._previews[self._newest % _PREVIEWS], event.pair.image)
            self._newest += 1
        elif isinstance(event, Notice):
            self.log.appendPlainText(event.text)
        elif isinstance(event, CheckpointSaved):
            self.log.appendPlainText(f"Saved up to step {event.step}")
        self._show_figures(state)

    def finish(self, end: JobEnd) -> None:
        """A job ended."""
        self.curve.finish()
        self._figures[-1].show_figure("TIME LEFT", "–")
        self.train_form.start.setEnabled(True)
        self.generate_form.start.setEnabled(True)
        self.log.appendPlainText(f"{end.job.title} {end.outcome}. {end.message}".strip())
        kept = end.outcome in (Outcome.FINISHED, Outcome.STOPPED)
        if isinstance(end.job, TrainJob) and kept:
            self.generate_form.weights.path = end.job.out

    def _show_figures(self, state: JobState) -> None:
        figures = _training_figures(state) if state.job.kind == "train" else _pair_figures(state)
        for figure, (title, text) in zip(self._figures, figures, strict=True):
            figure.show_figure(title, text)

    def _left(self) -> QWidget:
        left = QWidget()
        left.setLayout(column(self.train_form, self.generate_form, None, spacing=14))
        left.setFixedWidth(410)
        return left

    def _right(self) -> QWidget:
        figures = QWidget()
        figures.setLayout(row(*self._figures, spacing=12))
        strip = QWidget()
        strip.setLayout(row(*self._previews, None, spacing=8))
        head = QWidget()
        head.setLayout(row(self._preview_title, None, label(SYNTHETIC, "synthetic")))
        curve_card = QFrame()
        curve_card.setObjectName("card")
        curve_card.setLayout(column(label("LOSS", "section"), self.curve, margins=12))
        right = QWidget()
        layout = column(figures, curve_card, head, strip, self.log, spacing=12)
        layout.setStretch(1, 1)
        right.setLayout(layout)
        return right


class _Figure(QFrame):
    """A number with its name above it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._title = label(title, "section")
        self._text = label("–", "figure")
        self.setLayout(column(self._title, self._text, margins=12, spacing=2))

    def show_figure(self, title: str, text: str) -> None:
        """Set name and number."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(f"{title}: {text}")


def _training_figures(state: JobState) -> list[tuple[str, str]]:
    step = state.step
    texts = ("–", "–", "–")
    if step is not None:
        loss = step.losses.get("total", float("nan"))
        texts = (f"{step.step}", f"{loss:.4f}", f"{step.pairs_per_second:.1f}")
    return [*zip(_TRAINING_TITLES[:3], texts, strict=True), _time_left(state)]


def _pair_figures(state: JobState) -> list[tuple[str, str]]:
    share = f"{100 * state.accepted / state.assessed:.0f} %" if state.assessed else "–"
    rate = state.pace.rate
    return [
        ("PAIRS", f"{state.assessed}"),
        ("ACCEPTED BY THE GATE", share),
        ("SECONDS PER PAIR", f"{1 / rate:.1f}" if rate else "–"),
        _time_left(state),
    ]


def _time_left(state: JobState) -> tuple[str, str]:
    left = state.pace.seconds_left
    return ("TIME LEFT", "–" if left is None else duration_text(left))


def _preview() -> QLabel:
    made = QLabel()
    made.setObjectName("stage")
    made.setFixedSize(_PREVIEW_PIXELS, _PREVIEW_PIXELS)
    made.setAccessibleName("Synthetic radiograph, research use only")
    return made


def _draw(preview: QLabel, image: np.ndarray) -> None:
    """Show a (height, width) image in [-1, 1]."""
    grey = np.ascontiguousarray(np.clip((image + 1) * 127.5, 0, 255).astype(np.uint8))
    height, width = grey.shape
    drawn = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
    ratio = preview.devicePixelRatioF()
    pixmap = QPixmap.fromImage(drawn).scaled(
        round(_PREVIEW_PIXELS * ratio),
        round(_PREVIEW_PIXELS * ratio),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap.setDevicePixelRatio(ratio)
    preview.setPixmap(pixmap)
