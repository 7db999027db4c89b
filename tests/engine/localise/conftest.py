"""Radiographs that a tiny localiser can learn: bright squares, one landmark on each corner."""

from dataclasses import replace

import numpy as np
import pytest

from engine.data.augmentation import Augmentation
from engine.data.canvas_set import CanvasSet
from engine.localise.settings import FAST, LocaliserSettings

SIDE = 64
LANDMARKS = 4


def squares(count: int, seed: int, side: int = SIDE) -> CanvasSet:
    rng = np.random.default_rng(seed)
    images, points = [], []
    for _ in range(count):
        low = rng.uniform(0.15, 0.4, 2) * side
        high = low + rng.uniform(0.25, 0.45, 2) * side
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        inside = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
        images.append(np.where(inside, 50_000, 5_000) + rng.integers(0, 3_000, (side, side)))
        points.append([low, (high[0], low[1]), high, (low[0], high[1])])
    return CanvasSet(
        ids=tuple(f"square-{i}" for i in range(count)),
        images=np.array(images).astype(np.uint16),
        points=np.array(points, dtype=float),
        sizes=np.full((count, 2), side),
        fingerprint=f"squares-{count}-{seed}",
        anatomy="square",
        split="set1",
        part="train",
    )


@pytest.fixture
def tiny() -> LocaliserSettings:
    """Preset ``fast`` on pictures of 64 pixels."""
    varied = Augmentation(
        probability=1.0, rotation=5, scale=0.05, shift=8, gamma=0, contrast=0, brightness=0
    )
    return replace(FAST, preset="tiny", side=SIDE, epochs=4, batch_size=4, augmentation=varied)


@pytest.fixture
def plan(tmp_path, tiny):
    """A training of six steps."""
    from engine.localise.training import LocaliserPlan

    return LocaliserPlan(
        settings=tiny, data=squares(8, 0), out=tmp_path / "run", max_steps=6, log_every=1
    )
