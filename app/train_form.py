"""The form that starts a training: on which radiographs, beginning with what, by which preset."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Slot

from app import jobs
from app.first_look import why_no_first_look
from app.form import Form, combo, spin
from app.job_state import Job
from app.preset_words import preset_purpose, preset_title
from app.settings import WindowSettings
from app.widgets import PathField, label
from engine.generate.settings import PRESETS

_OWN_WEIGHTS = "weights"


class TrainForm(Form):
    """Radiographs in, a generator out."""

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__("Train on radiographs", "Start training", "train", settings)
        self.data = PathField("Folder with radiographs", "Images and all.csv")
        self.out = PathField("Folder of the run", "New, or one to go on with", "new-folder")
        self.preset = combo("Preset", [(name, preset_title(name)) for name in PRESETS])
        self.about = label(role="legend", name="What the preset is for")
        self.about.setWordWrap(True)
        self.preset.currentIndexChanged.connect(self._follow_preset)
        for place, name in enumerate(PRESETS):
            self.preset.setItemData(place, preset_purpose(name), Qt.ItemDataRole.ToolTipRole)
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
        self._add("Preset", self.preset)
        self._add("", self.about)
        self._add("At most", self.minutes)
        self._follow_preset()
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
    def _follow_preset(self) -> None:
        self.about.setText(preset_purpose(self.preset.currentData()))

    @Slot()
    def _follow_beginning(self) -> None:
        own = self.begin_with.currentData() == _OWN_WEIGHTS
        self._fields.setRowVisible(self.weights, own)


def _beginnings() -> Iterator[tuple[str | None, str]]:
    """What a training can begin with here."""
    yield None, "nothing"
    if not why_no_first_look():
        yield "builtin", "the built-in generator"
    yield _OWN_WEIGHTS, "weights of another run …"
