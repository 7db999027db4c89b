"""Projects of stick hands that the gate itself has judged, with the prior it judged them by."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.anatomy import load_anatomy
from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.assess.gate import assess
from engine.assess.prior import Prior, fit_prior
from engine.heatmap import draw_heatmap
from engine.pair import Pair
from engine.review.project import Origin, ReviewProject
from tests.app.stick_hands import SETTINGS, draw_hand, hand_points, make_assessment, make_pair


def stick_prior() -> Prior:
    """Fitted on stick hands."""
    return fit_prior(
        np.stack([hand_points(seed) for seed in range(100, 160)]), load_anatomy("hand")
    )


def make_judged_project(folder: Path, count: int) -> ReviewProject:
    """Hands judged by policy `refined`; in the second, the gate's labels of landmarks 7 and 20
    are exchanged; the last is an empty heatmap. The caller closes the project."""
    project, prior = ReviewProject.create(folder), stick_prior()
    project.store_prior(prior.to_arrays())
    for index in range(count):
        points = hand_points(index)
        heatmap = draw_heatmap(points)
        if index == count - 1:
            heatmap = np.full_like(heatmap, -1.0)
        found = assess(heatmap, prior, project.anatomy)
        if index == 1:
            chosen = found.chosen.copy()
            chosen[[7, 20]] = chosen[[20, 7]]
            found = replace(found, chosen=chosen)
        pair = Pair(image=draw_hand(points, index), heatmap=heatmap)
        project.add_pair(pair, found, Origin("5eed" * 16, 1, index, SETTINGS))
    return project


def copy_risk(level: CopyLevel) -> CopyRisk:
    """A copy check's word with figures that go with it."""
    ratio = {CopyLevel.COPY: 0.21, CopyLevel.SUSPECT: 0.74, CopyLevel.NONE: 0.95}[level]
    return CopyRisk(level, "3142", 0.1, ratio, 0.02, "3143", 2.4, 0.8)


def make_checked_project(folder: Path, levels: list[CopyLevel | None]) -> ReviewProject:
    """Accepted hands whose copy check said this, None for not checked."""
    project = ReviewProject.create(folder)
    for index, level in enumerate(levels):
        risk = None if level is None else copy_risk(level)
        found = replace(make_assessment(index, accepted=True), copy_risk=risk)
        project.add_pair(make_pair(index), found, Origin("5eed" * 16, 1, index, SETTINGS))
    return project
