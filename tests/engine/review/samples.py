"""Pairs and assessments made of random numbers, for the tests of the review project."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine.assess.assessment import Assessment, Reason
from engine.heatmap import Candidates, draw_heatmap
from engine.pair import Pair
from engine.review.project import Origin, ReviewProject
from engine.review.readings import Reading

LANDMARKS = 37
SETTINGS = {"sampler": "ddim", "steps": 20, "device": "cpu", "precision": "float32"}
REPOSITORY = Path(__file__).parents[3]


def a_pair(seed: int = 0) -> Pair:
    """A smooth random picture with a heatmap of 37 random landmarks."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(-1, 1, (8, 8))
    image = np.kron(coarse, np.ones((32, 32))) * 0.9 + rng.uniform(-0.1, 0.1, (256, 256))
    return Pair(image.astype(np.float32), draw_heatmap(rng.uniform(10, 245, (LANDMARKS, 2))))


def an_assessment(
    accepted: bool = True, seed: int = 0, missing: tuple[int, ...] = (), policy: str = "paper"
) -> Assessment:
    """A gate's word on random landmarks; those in `missing` were not found."""
    rng = np.random.default_rng(seed)
    landmarks = rng.uniform(10, 245, (LANDMARKS, 2))
    candidates = Candidates(landmarks.copy(), rng.uniform(0.5, 1, LANDMARKS))
    chosen = np.arange(LANDMARKS)
    landmarks[list(missing)], chosen[list(missing)] = np.nan, -1
    reason = Reason("wrist-displaced", "landmark 5 lies 20 mm from its place", (5,), 20.0, 16.0)
    return Assessment(
        policy=policy,
        accepted=accepted,
        reasons=() if accepted else (reason,),
        candidates=candidates,
        chosen=chosen,
        landmarks=landmarks,
        beliefs=rng.uniform(0, 1, LANDMARKS),
        expected=landmarks + rng.normal(0, 1, landmarks.shape),
        residuals=rng.uniform(0, 5, LANDMARKS),
        limits=np.full(LANDMARKS, 16.0),
        inliers=rng.uniform(0, 1, LANDMARKS) > 0.2,
        edges=np.array([[0, 1], [1, 2]]),
        millimetres_per_pixel=1.05,
        converged=True,
        sweeps=12,
    )


def an_origin(index: int = 0, seed: int = 1) -> Origin:
    """Where sample `index` of a seed comes from."""
    return Origin(weights_hash="f00d" * 16, seed=seed, index=index, settings=dict(SETTINGS))


def add_pairs(project: ReviewProject, verdicts: list[bool]) -> list[str]:
    """Add one pair per gate's verdict; their identifiers."""
    pair = a_pair()
    return [
        project.add_pair(pair, an_assessment(accepted, seed=index), an_origin(index))
        for index, accepted in enumerate(verdicts)
    ]


def a_reading(uuid: str = "r1", session: str = "s1", **said: Any) -> Reading:
    """An answer of a blinded reading."""
    answer = {"item": "synthetic-0123456789ab", "is_real": False, "said_real": True} | said
    return Reading(
        uuid, session, "Ada", "2026-01-02T03:04:05.678+00:00", confidence=4, seconds=2.5, **answer
    )


def start_python(script: str, *arguments: str) -> "subprocess.Popen[str]":
    """Run a script in a process of its own that can import this module."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
