"""A landmark data set of made-up stick hands on disk, and settings that train in a second."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from engine.canvas import CANVAS_SIZE
from engine.generate.settings import (
    FAST,
    DiffusionSettings,
    GeneratorSettings,
    NetworkSettings,
    SamplingSettings,
)
from engine.heatmap import draw_heatmap

from .assess.shapes import stick_hands

TINY = replace(
    FAST,
    preset="tiny",
    network=NetworkSettings(block="modulated", patch=16, widths=(16, 16), blocks=1),
    diffusion=DiffusionSettings(
        steps=8, schedule="shifted-cosine", predicts="pair", shift=0.25, lead=0.25
    ),
    training=replace(FAST.training, batch_size=2, warm_up_steps=2),
    sampling=SamplingSettings(sampler="dpm-solver++", steps=3),
    guide=None,
)


def write_settings(path: Path, settings: GeneratorSettings = TINY) -> Path:
    """The settings as the TOML file that ``--preset`` takes."""
    path.write_text(settings.to_toml(), encoding="utf-8")
    return path


def write_dataset(folder: Path, count: int = 10, test: int = 2) -> Path:
    """``Images/<id>.png``, ``all.csv`` and ``cv/set1`` of stick hands, canvas-sized."""
    shapes = np.clip(stick_hands(count, seed=4), 2, CANVAS_SIZE - 3)
    ids = [f"hand{i:02d}" for i in range(count)]
    (folder / "Images").mkdir(parents=True)
    for identifier, points in zip(ids, shapes, strict=True):
        grey = (draw_heatmap(points, sigma=5.0) + 1) * 127.5
        Image.fromarray(grey.astype(np.uint8)).save(folder / "Images" / f"{identifier}.png")
    rows = (
        f"{i}," + ",".join(f"{v:.4f}" for v in points.ravel())
        for i, points in zip(ids, shapes, strict=True)
    )
    (folder / "all.csv").write_text("\n".join(rows) + "\n")
    split = folder / "cv" / "set1"
    split.mkdir(parents=True)
    (split / "train.txt").write_text("\n".join(ids[test:]) + "\n")
    (split / "test.txt").write_text("\n".join(ids[:test]) + "\n")
    return folder
