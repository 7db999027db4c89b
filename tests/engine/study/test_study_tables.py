"""What the studies' tables and sentences say of errors that are known."""

import numpy as np
import pytest

from engine.study.arms import arms_of
from engine.study.localisation_tables import (
    Results,
    curve_table,
    difference_table,
    main_table,
    verdicts,
)
from engine.study.occlusion_figures import worst_places
from engine.study.occlusion_tables import Occluded, Occlusions, comparison_table, sentences
from engine.study.shares import Share
from engine.study.synthetic import Joining

SEEDS, RADIOGRAPHS, LANDMARKS = 3, 20, 37
SHARE = Share("60", 60, 597)
BASE = np.random.default_rng(0).gamma(2.0, 0.4, (SEEDS, RADIOGRAPHS, LANDMARKS))


def results(change, joined=104):
    """Every arm errs alike, but the synthetic ones by `change` mm more."""
    joining = Joining(400, joined + 2, 2, 0, tuple(f"synthetic-{i}" for i in range(joined)))
    arms = arms_of(SHARE, {"ddpm": [joined, 500]} if joined else {})
    errors = {arm: BASE + change * arm.is_synthetic for arm in arms}
    return Results(errors, {(SHARE, "ddpm"): joining}, ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (-0.05, "they helped the localiser. The point error is -0.050 mm"),
        (0.05, "they did not help the localiser, they made it worse"),
        (0.0, "whether they helped the localiser cannot be told"),
    ],
)
def test_the_sentence_says_what_the_paired_interval_allows(change, said):
    (sentence,) = verdicts(results(change))
    assert said in sentence
    assert "as many duplicated real" in sentence


def test_where_nothing_joined_nothing_is_compared():
    (sentence,) = verdicts(results(0.0, joined=0))
    assert "nothing to compare" in sentence


def test_the_main_table_holds_the_experiment_and_not_the_rest_of_the_curve():
    found = results(0.0)
    named = [row["training data"] for row in main_table(found)]
    assert named == ["60 real", "60 real + 104 duplicated real", "60 real + 104 DDPM"]
    assert {row["joined"] for row in curve_table(found)} == {0, 104, 500}


def test_every_synthetic_arm_is_compared_with_its_control_and_with_real_alone():
    compared = {
        (row["training data"], row["compared with"]) for row in difference_table(results(-0.05))
    }
    assert compared == {
        (f"60 real + {count} DDPM", other)
        for count in (104, 500)
        for other in (f"60 real + {count} duplicated real", "60 real")
    }


def test_outliers_are_counted_per_localiser():
    found = results(0.0)
    row = main_table(found)[0]
    counted = [key for key in row if key.startswith("> 2 mm")]
    assert counted == [f"> 2 mm of {RADIOGRAPHS * LANDMARKS}"]
    assert row[counted[0]].startswith(f"{(BASE > 2).sum() / SEEDS:.1f} ")


@pytest.fixture
def occlusions():
    fingers = ("thumb", "index")
    whole = np.ones((SEEDS, RADIOGRAPHS, LANDMARKS))
    hidden = np.ones((SEEDS, RADIOGRAPHS, len(fingers), LANDMARKS))
    points = np.zeros((RADIOGRAPHS, len(fingers), LANDMARKS, 2))
    astray = hidden.copy()
    astray[:, :, 1, :4] = 25.0  # with the index finger hidden, four landmarks go astray
    astray[0, 7, 0, :10] = 90.0
    localisers = {
        "without": Occluded(whole, astray, points),
        "with": Occluded(whole, hidden, points),
    }
    return Occlusions(localisers, (("with", "without"),), fingers)


def test_landmarks_that_no_longer_go_astray_are_help(occlusions):
    found = {row["radius mm"]: row for row in comparison_table(occlusions)}
    assert {row["it"] for row in found.values()} == {"helped"}
    assert float(found[20]["of the other"]) == pytest.approx(2.0, abs=0.2)
    assert all(said.endswith("it helped.") for said in sentences(occlusions))


def test_the_worst_hand_is_drawn_first_and_each_hand_once(occlusions):
    places = worst_places(occlusions, 5)
    assert places[0] == (7, 0)
    assert len({radiograph for radiograph, _ in places}) == 5
