"""Whether the verdict can follow a dragged landmark: ``python -m tests.bench.correction``.

Made-up hands are assessed, then one landmark of each is dragged to the edge of the canvas and back,
and every step is judged. Processor time is printed, beside that of a whole assessment in the same
process: on a busy computer the clock on the wall tells of the others. The goal is 30 ms for a step
(95th percentile).
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from engine.anatomy import load_anatomy
from engine.assess.correction import LandmarkJudge
from engine.assess.gate import POLICIES, assess
from engine.assess.prior import fit_prior
from engine.heatmap import draw_heatmap
from tests.engine.assess.shapes import stick_hands

GOAL = 0.030
_STEPS = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hands", type=int, default=10)
    hands = parser.parse_args().hands
    anatomy = load_anatomy("hand")
    prior = fit_prior(stick_hands(200, seed=1), anatomy)
    heatmaps = [draw_heatmap(points) for points in stick_hands(hands, seed=2)]
    slowest = 0.0
    for policy in POLICIES:
        judge = LandmarkJudge(prior, anatomy, policy)
        whole, steps = [], []
        for row, heatmap in enumerate(heatmaps):
            original = assess(heatmap, prior, anatomy, policy)
            whole.append(_seconds(partial(assess, heatmap, prior, anatomy, policy)))
            for points in _drag(original.landmarks, row % anatomy.landmark_count):
                steps.append(_seconds(partial(judge.judge, original, points)))
        median, late = np.percentile(steps, (50, 95))
        slowest = max(slowest, late)
        print(
            f"{policy}: a step of a drag {1000 * median:.1f} ms (p95 {1000 * late:.1f} ms), "
            f"{median / np.median(whole):.2f} of a whole assessment "
            f"({1000 * np.median(whole):.1f} ms); p95 is {late / GOAL:.2f} of the goal"
        )
    return 0 if slowest <= GOAL else 1


def _drag(landmarks: np.ndarray, landmark: int) -> list[np.ndarray]:
    """Places on the way to the left edge and back."""
    shares = np.concatenate([np.linspace(0, 1, _STEPS), np.linspace(1, 0, _STEPS)])
    places = np.repeat(landmarks[None], len(shares), axis=0)
    places[:, landmark, 0] *= 1 - shares
    return list(places)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
