"""A tiny generator and a tiny set of made-up radiographs, so that training takes milliseconds."""

from dataclasses import replace

import numpy as np
import pytest

from engine.canvas import CANVAS_SIZE
from engine.data.augmentation import Augmentation
from engine.data.canvas_set import CanvasSet
from engine.generate.settings import (
    FAST,
    DiffusionSettings,
    GeneratorSettings,
    NetworkSettings,
    SamplingSettings,
)

LANDMARKS = 37


@pytest.fixture
def radiographs() -> CanvasSet:
    """Six soft-edged discs with landmarks strewn over them."""
    rng = np.random.default_rng(5)
    rows, columns = np.mgrid[:CANVAS_SIZE, :CANVAS_SIZE]
    images = []
    for radius in rng.uniform(60, 110, 6):
        distance = np.hypot(rows - 128, columns - 128)
        images.append(1 / (1 + np.exp((distance - radius) / 4)))
    return CanvasSet(
        ids=tuple(f"disc-{i}" for i in range(6)),
        images=np.round(np.array(images) * 65535).astype(np.uint16),
        points=rng.uniform(40, 215, (6, LANDMARKS, 2)),
        sizes=np.full((6, 2), CANVAS_SIZE),
        fingerprint="discs",
        anatomy="hand",
        split="set1",
        part="train",
    )


@pytest.fixture
def tiny() -> GeneratorSettings:
    """Preset ``fast`` with a network of a few thousand parameters and eight diffusion steps."""
    return replace(
        FAST,
        preset="tiny",
        network=NetworkSettings(
            block="modulated", patch=16, widths=(16, 16), blocks=1, attention=(1,)
        ),
        diffusion=DiffusionSettings(
            steps=8, schedule="shifted-cosine", predicts="pair", shift=0.25, lead=0.25
        ),
        training=replace(FAST.training, batch_size=4, warm_up_steps=2),
        sampling=SamplingSettings(sampler="dpm-solver++", steps=4, guidance=2.0),
        augmentation=Augmentation(),
        guide=NetworkSettings(block="modulated", patch=16, widths=(8, 8), blocks=1),
    )


@pytest.fixture
def plan(tmp_path, radiographs, tiny):
    """A training of twelve steps."""
    from engine.generate.training_plan import TrainingPlan

    return TrainingPlan(
        settings=tiny,
        data=radiographs,
        out=tmp_path / "run",
        companions={"edges": np.arange(6).reshape(3, 2)},
        metadata={"anatomy": "hand"},
        max_steps=12,
        log_every=1,
    )
