"""Phantoms against real hands: only where the real ones are at hand."""

from pathlib import Path

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.data.landmark_table import read_landmark_table
from engine.data.phantom import PhantomSettings, place_hand
from tests.bench.phantom import compare_edges

SHAPES = Path(__file__).resolve().parents[4] / "shared" / "dha-shapes" / "shapes.csv"


@pytest.mark.skipif(not SHAPES.exists(), reason="the real hand shapes (../shared) are not here")
def test_nearly_every_edge_varies_as_much_as_in_real_hands():
    anatomy = load_anatomy("hand")
    real = np.stack(list(read_landmark_table(SHAPES, anatomy.landmark_count).values()))
    width = np.linalg.norm(real[:, 1] - real[:, 5], axis=1)
    ours = [place_hand(1, index, PhantomSettings())[0].landmarks for index in range(400)]
    lines = list(compare_edges(real * (50 / width)[:, None, None], np.stack(ours), anatomy))
    within, _, total, *_ = lines[-1].split()
    assert int(within) >= 0.95 * int(total)
