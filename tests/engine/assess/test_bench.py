"""The bench runs from a landmark table and prints both policies side by side."""

import csv

import numpy as np

from tests.bench.gate import Size, Table, run
from tests.bench.shapes import place_shapes

from .shapes import stick_hands


def test_the_bench_prints_both_policies_side_by_side(tmp_path, hand):
    table = tmp_path / "shapes.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        for row, points in enumerate(stick_hands(40)):
            writer.writerow([f"hand{row}", *np.round(10 * points).astype(int).ravel()])
    shapes = place_shapes(table, None, hand)
    assert len(shapes.ids) == 40
    assert (shapes.points > 0).all()
    assert (shapes.points < 255).all()
    size = Size(folds=1, hands=3, middle=1, others=1, optima=1, timed=4)
    report = "\n".join(run(shapes, hand, size))
    assert "paper" in report
    assert "refined" in report
    assert "ALL faults at middle strength: refused" in report
    assert "nuisance, jitter 1 px: landmarks right" in report
    assert "pairs/s in batches of 4" in report
    for policy in ("paper", "refined"):
        assert (
            f"{policy}: MAP quality: 1 of 1" in report or f"{policy}: MAP quality: 0 of 1" in report
        )


def test_a_table_shows_mean_and_spread_over_folds():
    table = Table()
    table.add("right", "paper", 0.5)
    table.add("right", "paper", 1.0)
    assert any("75.00 ± 25.00" in line for line in table.lines())
