"""The form that starts a generation: with which weights, how many pairs, how they are drawn."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent

from app import jobs
from app.first_look import why_no_first_look
from app.form import Form, combo, spin
from app.job_state import Job, grouped
from app.settings import WindowSettings
from app.widgets import PathField, label
from engine.generate.settings import SAMPLERS, Family
from engine.jobs.resting import RestLimit

_POLICIES = (("refined", "refined"), ("paper", "paper"))
_LARGEST_SEED = 2**31 - 1
_ONE_STEP = "These weights draw a pair in one step, without a sampler to choose"


class GenerateForm(Form):
    """Weights in, pairs in the open project out."""

    def __init__(self, settings: WindowSettings) -> None:
        super().__init__("Generate pairs", "Generate", "generate", settings)
        self._project: Path | None = None
        self._limit = RestLimit()  # of every job from here, also while it runs
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
        self.weights.changed.connect(self._follow_weights)
        self.localiser = PathField("Folder with a trained localiser", "Images are not checked")
        self._target = label(role="muted", name="Project the pairs go into")
        self._rest = label(role="legend", name="When generation pauses by itself")
        self._rest.setWordWrap(True)
        self._add("Weights", self.weights)
        self._add("How many", self.count, self.wanted)
        self._add("Seed, gate", self.seed, self.policy)
        self._add("Sampling", self.sampler, self.steps)
        self._add("Image check", self.localiser)
        self._add("Device", self.device, self.precision)
        self._add("Into", self._target)
        self._add("", self._rest)
        self.set_project(None)
        self.follow_settings()

    def follow_settings(self) -> None:
        """Let generation pause at as many undecided pairs as the settings have it, also the one
        that runs, and say so."""
        limit = self._settings.pause_at_undecided
        self._limit.pairs = limit or None
        self._rest.setText(f"Pauses by itself while {grouped(limit)} pairs wait for a decision")
        self._fields.setRowVisible(self._rest, limit > 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.follow_settings()
        self._follow_weights()

    @Slot()
    def _follow_weights(self) -> None:
        """Sampler and steps are to be chosen for diffusion models alone."""
        chosen = _family_of(self.weights.path) in ("diffusion", None)
        for field in (self.sampler, self.steps):
            field.setEnabled(chosen)
            field.setToolTip(field.accessibleName() if chosen else _ONE_STEP)
        if not chosen:
            self.sampler.setCurrentIndex(0)
            self.steps.setValue(0)

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
        self.follow_settings()
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
            localiser=self.localiser.path,
            device=self.device.currentData(),
            precision=self.precision.currentData(),
            pause_at_undecided=self._limit,
        )


def _family_of(weights: Path | None) -> Family | None:
    """What kind of generator the weights hold, None where there are none to be read."""
    from engine.errors import WeightsError
    from engine.generate.weights import read_weights_settings

    try:
        return None if weights is None else read_weights_settings(weights).family
    except WeightsError:
        return None
