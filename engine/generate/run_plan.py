"""What every training is asked to do: on which data, where it is kept and when it ends."""

from dataclasses import dataclass, field
from pathlib import Path

from engine.data.canvas_set import CanvasSet
from engine.settings_file import RunSettings


@dataclass(frozen=True)
class RunPlan:
    """What to train, where it is kept and when it ends.

    data: the training radiographs on the canvas; out: the run's folder.
    metadata: travels with the weights, JSON.
    max_steps, max_seconds: of the whole run, resumptions included; None for no limit but the
    settings' epochs.
    accelerator, devices, precision: as Lightning Fabric names them.
    """

    settings: RunSettings
    data: CanvasSet
    out: Path
    metadata: dict = field(default_factory=dict)
    max_steps: int | None = None
    max_seconds: float | None = None
    accelerator: str = "cpu"
    devices: int | list[int] = 1
    nodes: int = 1
    precision: str = "32-true"
    log_every: int = 10
    checkpoint_seconds: float = 120.0
