"""The two forms of the run panel: what to train on, and what to generate."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QPushButton,
    QSpinBox,
    QWidget,
)

from app import jobs
from app.first_look import why_no_first_look
from app.icons import icon
from app.job_state import Job, grouped
from app.settings import WindowSettings
from app.widgets import PathField, column, label, row
from engine.generate.settings import PRESETS, SAMPLERS
from engine.jobs.device import PRECISIONS

_POLICIES = (("refined", "refined"), ("paper", "paper"))
_LARGEST_SEED = 2**31 - 1
_OWN_WEIGHTS = "weights"


class _Form(QFrame):
    """A card with fields and one button that asks for a job."""

    job_requested = Signal(object)

    def __init__(self, title: str, button: str, icon_name: str, settings: WindowSettings) -> None:
        super().__init__()
        self.setObjectName("card")
        self._settings = settings
        self._fields = QFormLayout()
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setHorizontalSpacing(12)
        self._fields.setVerticalSpacing(8)
        self._fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.problem = label(role="warning", name="What is missing")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._button = button
        self.start = QPushButton(icon(icon_name), button)
        self.start.setProperty("role", "primary")
        self.start.setAccessibleName(button)
        self.start.clicked.connect(self._on_start)
        self.device = combo("Device", [("auto", "Automatic")])
        self.precision = combo("Precision", [(name, name) for name in PRECISIONS])
        layout = column(label(title, "title"), margins=16, spacing=10)
        layout.addLayout(self._fields)
        layout.addWidget(self.problem)
        layout.addWidget(self.start)
        layout.addStretch(1)
        self.setLayout(layout)

    def set_devices(self, devices: Iterable[tuple[str, str]]) -> None:
        """Offer these devices; the choice stays if it is among them."""
        chosen = self.device.currentData()
        self.device.clear()
        for name, title in devices:
            self.device.addItem(title, name)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    def set_busy(self, busy: bool) -> None:
        """Whether a job runs, so that the next one waits; the button says so."""
        text = "Add to the queue" if busy else self._button
        if self.start.text() != text:
            self.start.setText(text)
            self.start.setAccessibleName(text)

    def job(self) -> Job:
        """The job the fields describe.

        Raises:
            ValueError: something is missing; the text says what.
        """
        raise ValueError("this form asks for nothing")

    @Slot()
    def _on_start(self) -> None:
        try:
            job = self.job()
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.problem.hide()
        self.job_requested.emit(job)

    def _add(self, title: str, *fields: QWidget) -> None:
        if len(fields) == 1:
            self._fields.addRow(label(title, "muted"), fields[0])
            return
        side_by_side = row(*fields)
        for place in range(len(fields)):
            side_by_side.setStretch(place, 1)
        self._fields.addRow(label(title, "muted"), side_by_side)


class TrainForm(_Form):
    """Radiographs in, a generator out."""

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__("Train on radiographs", "Start training", "train", settings)
        self.data = PathField("Folder with radiographs", "Images and all.csv")
        self.out = PathField("Folder of the run", "New, or one to go on with", "new-folder")
        self.preset = combo("Preset", [(name, name) for name in PRESETS])
        self.begin_with = combo("Begin with", list(_beginnings()))
        self.begin_with.setToolTip("What a new run begins with; one that goes on has its own")
        self.weights = PathField("Weights to begin with", "Folder of another run", "weights")
        self.begin_with.currentIndexChanged.connect(self._follow_beginning)
        self.minutes = spin("Minutes at most", 0, 100_000, 60, suffix=" min", zero="no limit")
        self.data.set_default(settings.text("data"))
        self.out.set_default(settings.text("run"))
        self._add("Radiographs", self.data)
        self._add("Run", self.out)
        self._add("Begin with", self.begin_with)
        self._add("", self.weights)
        self._follow_beginning()
        self._add("Preset, time", self.preset, self.minutes)
        self._add("Device", self.device, self.precision)

    def job(self) -> Job:
        if self.data.path is None:
            raise ValueError("Choose the folder that holds the radiographs")
        if self.out.path is None:
            raise ValueError("Choose a folder for the run; its weights are kept there")
        if self.begin_with.currentData() == _OWN_WEIGHTS and self.weights.path is None:
            raise ValueError("Choose the weights to begin with, or begin with nothing")
        self._settings.set_text("data", str(self.data.path))
        self._settings.set_text("run", str(self.out.path))
        minutes = self.minutes.value()
        return jobs.train(
            data=self.data.path,
            out=self.out.path,
            preset=self.preset.currentData(),
            max_seconds=60.0 * minutes if minutes else None,
            device=self.device.currentData(),
            precision=self.precision.currentData(),
            start_from=self._start_from(),
        )

    def _start_from(self) -> str | None:
        """As `engine.jobs.train.TrainRequest` names weights."""
        chosen = self.begin_with.currentData()
        return str(self.weights.path) if chosen == _OWN_WEIGHTS else chosen

    @Slot()
    def _follow_beginning(self) -> None:
        own = self.begin_with.currentData() == _OWN_WEIGHTS
        self._fields.setRowVisible(self.weights, own)


class GenerateForm(_Form):
    """Weights in, pairs in the open project out."""

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__("Generate pairs", "Generate", "generate", settings)
        self._project: Path | None = None
        self.weights = PathField(
            "Folder with trained weights",
            "Folder of a run" if why_no_first_look() else "Built-in generator",
        )
        self.weights.set_default(settings.text("weights"))
        self.count = spin("How many", 1, 1_000_000, 24)
        self.wanted = combo("Of what", [("pairs", "pairs"), ("accepted", "accepted pairs")])
        self.seed = spin("Seed", 0, _LARGEST_SEED, 0, prefix="seed ")
        self.policy = combo("Policy of the gate", _POLICIES)
        self.sampler = combo(
            "Sampler", [(None, "usual sampler"), *((name, name) for name in SAMPLERS)]
        )
        self.steps = spin("Sampling steps", 0, 1000, 0, suffix=" steps", zero="usual steps")
        self._target = label(role="muted", name="Project the pairs go into")
        self._rest = label(role="legend", name="When generation pauses by itself")
        self._rest.setWordWrap(True)
        self._add("Weights", self.weights)
        self._add("How many", self.count, self.wanted)
        self._add("Seed, gate", self.seed, self.policy)
        self._add("Sampling", self.sampler, self.steps)
        self._add("Device", self.device, self.precision)
        self._add("Into", self._target)
        self._add("", self._rest)
        self.set_project(None)
        self.follow_settings()

    def follow_settings(self) -> None:
        """Say at how many undecided pairs generation pauses, as the settings have it."""
        limit = self._settings.pause_at_undecided
        self._rest.setText(f"Pauses by itself while {grouped(limit)} pairs wait for a decision")
        self._fields.setRowVisible(self._rest, limit > 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.follow_settings()

    def set_project(self, folder: Path | None) -> None:
        """Where the pairs will go."""
        self._project = folder
        self._target.setText("no project is open" if folder is None else folder.name)
        self._target.setToolTip("" if folder is None else str(folder))

    def job(self) -> Job:
        if self._project is None:
            raise ValueError("Open or start a project first: the pairs go there")
        if self.weights.path is None and why_no_first_look():
            raise ValueError("Choose the folder of a trained run")
        self._settings.set_text("weights", str(self.weights.path or ""))
        accepted = self.wanted.currentData() == "accepted"
        return jobs.generate(
            weights=self.weights.path,
            project=self._project,
            count=None if accepted else self.count.value(),
            until_accepted=self.count.value() if accepted else None,
            seed=self.seed.value(),
            sampler=self.sampler.currentData(),
            steps=self.steps.value() or None,
            policy=self.policy.currentData(),
            device=self.device.currentData(),
            precision=self.precision.currentData(),
            pause_at_undecided=self._settings.pause_at_undecided or None,
        )


def _beginnings() -> Iterator[tuple[str | None, str]]:
    """What a training can begin with here."""
    yield None, "nothing"
    if not why_no_first_look():
        yield "builtin", "the built-in generator"
    yield _OWN_WEIGHTS, "weights of another run …"


def combo(name: str, options: Sequence[tuple[str | None, str]]) -> QComboBox:
    """A choice among (value, text)."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setMinimumContentsLength(6)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for value, text in options:
        made.addItem(text, value)
    return made


def spin(
    name: str, low: int, high: int, value: int, prefix: str = "", suffix: str = "", zero: str = ""
) -> QSpinBox:
    """A whole number; `zero` is what its lowest value is called."""
    made = QSpinBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setRange(low, high)
    made.setValue(value)
    made.setPrefix(prefix)
    made.setSuffix(suffix)
    made.setSpecialValueText(zero)
    made.lineEdit().setTextMargins(6, 0, 6, 0)  # the stylesheet's padding does not reach it
    return made
