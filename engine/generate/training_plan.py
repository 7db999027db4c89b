"""What a training is asked to do: settings, data, ends, and the learning rate of each step."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.data.canvas_set import CanvasSet
from engine.generate.copy_watch import CopyWatch
from engine.generate.settings import GeneratorSettings
from engine.generate.weights import WeightsInfo


@dataclass(frozen=True)
class TrainingPlan:
    """What to train, where it is kept and when it ends.

    settings: the generator's; data: the training radiographs on the canvas; out: the run's folder.
    companions: arrays that travel with the weights (the prior), by name; metadata: likewise, JSON.
    max_steps, max_seconds: of the whole run, resumptions included; None for no limit but the
    settings' epochs.
    accelerator, devices, precision: as Lightning Fabric names them.
    copy_watch: None to look for no copies.
    start_from: weights that a new run begins with, None to begin from nothing.
    """

    settings: GeneratorSettings
    data: CanvasSet
    out: Path
    companions: dict[str, np.ndarray] = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    max_steps: int | None = None
    max_seconds: float | None = None
    accelerator: str = "cpu"
    devices: int | list[int] = 1
    nodes: int = 1
    precision: str = "32-true"
    log_every: int = 10
    checkpoint_seconds: float = 120.0
    preview_seconds: float = 300.0
    copy_watch: CopyWatch | None = None
    start_from: WeightsInfo | None = None


def learning_rate(settings: GeneratorSettings, step: int) -> float:
    """Linear warm-up, then constant, then falling with the inverse square root of the step."""
    training = settings.training
    rate = training.learning_rate
    if training.warm_up_steps:
        rate *= min(1.0, (step + 1) / training.warm_up_steps)
    if training.decay_after_steps:
        rate *= min(1.0, (training.decay_after_steps / (step + 1)) ** 0.5)
    return rate
