"""What a training is asked to do: settings, data, ends, and the learning rate of each step."""

from dataclasses import dataclass, field

import numpy as np

from engine.generate.copy_watch import CopyWatch
from engine.generate.run_plan import RunPlan
from engine.generate.settings import GeneratorSettings
from engine.generate.weights import WeightsInfo


@dataclass(frozen=True)
class TrainingPlan(RunPlan):
    """The training of a generator.

    companions: arrays that travel with the weights (the prior), by name.
    copy_watch: None to look for no copies.
    start_from: weights that a new run begins with, None to begin from nothing.
    """

    settings: GeneratorSettings
    companions: dict[str, np.ndarray] = field(default_factory=dict)
    preview_seconds: float = 300.0
    copy_watch: CopyWatch | None = None
    start_from: WeightsInfo | None = None


def learning_rate(settings: GeneratorSettings, step: int, share_done: float = 0.0) -> float:
    """Linear warm-up, then constant, then falling with the inverse square root of the step; and at
    last linearly to nothing.

    Args:
        share_done: of the whole training, 0 where no end is known.
    """
    training = settings.training
    rate = training.learning_rate
    if training.warm_up_steps:
        rate *= min(1.0, (step + 1) / training.warm_up_steps)
    if training.decay_after_steps:
        rate *= min(1.0, (training.decay_after_steps / (step + 1)) ** 0.5)
    if training.cool_down:
        rate *= min(1.0, (1.0 - share_done) / training.cool_down)
    return rate
