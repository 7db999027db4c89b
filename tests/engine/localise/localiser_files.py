"""Localiser files that were never trained: what matters is which errors they say they make."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.localise.settings import FAST
from engine.localise.weights import HeldOutErrors, save_localiser


def write_localiser(
    path: Path, usual_error: float | None, landmarks: int = 37, radiographs: int = 8
) -> Path:
    """An untrained localiser of 64 pixels; usual_error: mm on its held-out radiographs, None for a
    file that holds no errors."""
    import torch

    from engine.localise.network import Localiser

    torch.manual_seed(0)
    settings = replace(FAST, preset="tiny", side=64)
    held_out = None
    if usual_error is not None:
        rng = np.random.default_rng(0)
        shape = (radiographs, landmarks, 2)
        held_out = HeldOutErrors(rng.normal(0, usual_error, shape), np.ones(shape))
    metadata = {"landmarks": landmarks, "anatomy": "hand", "step": 0}
    network = Localiser(settings, landmarks).state_dict()
    save_localiser(path, network, settings, metadata, held_out)
    return path
