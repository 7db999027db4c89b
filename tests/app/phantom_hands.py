"""A project of phantom hands in the middle of a working day, for pictures of the window.

Phantoms are drawn radiographs of no patient. Into some heatmaps a fault is drawn, so that the gate
has something to refuse; the hands are judged by a prior of their own kind.
"""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.anatomy import load_anatomy
from engine.assess.assessment import Assessment
from engine.assess.gate import assess
from engine.assess.prior import Prior, fit_prior
from engine.assess.training_descriptors import CopyCheck, describe_training
from engine.canvas import CanvasMap, place_on_canvas
from engine.data.canvas_cache import load_canvas_set
from engine.data.dataset import open_dataset
from engine.data.phantom import PhantomSettings, draw_phantom, place_hand
from engine.events import CancelToken
from engine.heatmap import draw_heatmap
from engine.jobs.phantom import PhantomRequest, phantom
from engine.pair import Pair
from engine.review.project import Origin, ReviewProject, Verdict
from tests.bench.corruptions import Hand, corruptions

LEARNED_SEED, GENERATED_SEED, PRIOR_SEED = 1, 2, 3
REVIEWERS = ("Dr Weiss", "Dr Okafor")
_PICTURE = PhantomSettings(long_side=384)
_SHAPES = 120  # that the prior is fitted on
_LEARNED = 20
_WEIGHTS = "0ddba11" * 9 + "0"
_SAMPLING = {"preset": "fast", "sampler": "sde-dpm-solver++", "steps": 36, "device": "cpu",
             "precision": "float32"}  # fmt: skip
_FAULTS = {
    3: "shifted wrist", 7: "missing finger", 10: "long thumb", 14: "crossed fingers",
    17: "blobs lost", 21: "fused fingers", 26: "shifted wrist", 29: "sixth finger",
}  # fmt: skip
_COPY = 12
_DECIDED = 16
_ACCEPT, _REJECT = Verdict.ACCEPT, Verdict.REJECT


def draw_radiographs(folder: Path) -> Path:
    """A data set of phantoms that stand for the radiographs the generator has learned from."""
    request = PhantomRequest(folder, _LEARNED, seed=LEARNED_SEED, long_side=_PICTURE.long_side)
    for _event in phantom(request, CancelToken()):
        pass
    return folder


def make_phantom_project(folder: Path, radiographs: Path, count: int) -> None:
    """A project of `count` phantoms that two reviewers have begun to decide on."""
    anatomy = load_anatomy("hand")
    prior = _prior()
    known = load_canvas_set(open_dataset(radiographs, anatomy), cache_folder=folder.parent)
    check = describe_training(known, prior)
    origin = {**_SAMPLING, "data": os.fspath(radiographs)}
    with ReviewProject.create(folder) as project:
        project.store_prior(prior.to_arrays())
        for index in range(count):
            pair = phantom_pair(index)
            found = _judge(pair, index, prior, check)
            project.add_pair(pair, found, Origin(_WEIGHTS, 1, index, origin))
        _decide(project)


def phantom_pair(index: int) -> Pair:
    """Phantom `index` as a pair; some have a fault in their heatmap, one is a copy."""
    copied = index == _COPY
    seed, index = (LEARNED_SEED, 0) if copied else (GENERATED_SEED, index)
    drawn = draw_phantom(seed, index, _PICTURE)
    height, width = drawn.pixels.shape
    points = CanvasMap(width, height).to_canvas(drawn.landmarks)
    image = 2 * place_on_canvas(drawn.pixels / 255) - 1
    fault = None if copied else _FAULTS.get(index)
    return Pair(image=image, heatmap=_heatmap(points, fault, index))


def _heatmap(points: np.ndarray, fault: str | None, index: int) -> np.ndarray:
    if fault is None:
        return draw_heatmap(points)
    hand = Hand.of(points, load_anatomy("hand"))
    (drawing,) = (one for one in corruptions() if one.kind == fault and one.middle)
    return drawing.draw(hand, np.random.default_rng(index)).heatmap()


def _prior() -> Prior:
    shapes = []
    for index in range(_SHAPES):
        hand, grid = place_hand(PRIOR_SEED, index, _PICTURE)
        letterbox = CanvasMap(grid.width, grid.height)
        shapes.append(letterbox.to_canvas(hand.landmarks / grid.pitch))
    return fit_prior(np.stack(shapes), load_anatomy("hand"))


def _judge(pair: Pair, index: int, prior: Prior, check: CopyCheck) -> Assessment:
    found = assess(pair, prior, load_anatomy("hand"), seed=index)
    return replace(found, copy_risk=check.check(pair.image, found.landmarks))


def _decide(project: ReviewProject) -> None:
    """Two reviewers have looked at the first pairs, each without seeing the other's decisions."""
    rows = project.rows()
    first, second = REVIEWERS
    differs = {first: {4: _REJECT, 7: _ACCEPT}, second: {4: _REJECT, 9: _REJECT, 14: _ACCEPT}}
    for reviewer in (second, first):
        for place, row in enumerate(rows[:_DECIDED]):
            said = differs[reviewer].get(place, row.gate_verdict)
            project.decide([row.identifier], said, reviewer, others_hidden=True)
    project.give_reason([rows[14].identifier], "normal-variant", second)
    project.give_reason([rows[7].identifier], "negligible", first)
    project.write_note(rows[4].identifier, "Soft tissue of the thumb looks torn off.", second)
