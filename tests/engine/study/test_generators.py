"""Where a study's pairs come from, and what a localiser is trained on."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.canvas import CanvasMap
from engine.data.canvas_cache import load_canvas_set
from engine.data.dataset import open_dataset
from engine.errors import DataError, SettingsError, WeightsError
from engine.review.project import ReviewProject
from engine.study.arms import DUPLICATED, REAL, Arm
from engine.study.compositions import compose
from engine.study.generators import Source, check_unseen, chosen_sources
from engine.study.radiographs import read_study_radiographs
from engine.study.shares import Share
from engine.study.synthetic import joining_of


@pytest.fixture(scope="module")
def dataset(broken_off):
    return open_dataset(broken_off.out / "smoke" / "radiographs", load_anatomy())


@pytest.fixture(scope="module")
def project(broken_off):
    return broken_off.out / "smoke" / "project"


def test_weights_are_asked_which_radiographs_they_have_seen(broken_off, dataset):
    run = broken_off.out / "generators" / "real9-ddpm"
    seen = check_unseen(run, load_canvas_set(dataset, "test"))
    assert set(seen) == set(dataset.train_ids)


def test_weights_that_have_seen_a_test_radiograph_are_refused(broken_off, dataset):
    run = broken_off.out / "generators" / "real9-ddpm"
    with pytest.raises(WeightsError, match="was trained on test radiograph 'phantom"):
        check_unseen(run, load_canvas_set(dataset, "train"))


def test_of_weights_handed_on_alone_it_is_not_known(broken_off, dataset, tmp_path):
    run = broken_off.out / "generators" / "real9-ddpm"
    alone = Path(shutil.copy(run / "weights.safetensors", tmp_path))
    assert check_unseen(alone, load_canvas_set(dataset, "test")) is None


def test_generators_are_chosen_by_name_and_may_be_given(project):
    sources = chosen_sources(("ddpm", "mine"), ("ddpm=paper",), (f"mine={project}",))
    assert sources == (Source("ddpm", "paper"), Source("mine", "", project))
    assert [source.is_project for source in sources] == [False, True]


@pytest.mark.parametrize(
    ("only", "presets", "given"),
    [
        (("nobody",), (), ()),
        ((), ("ddpm",), ()),
        ((), (), ("=runs/mine",)),
        ((), (), ("ddpm=one", "ddpm=two")),
    ],
)
def test_a_generator_that_is_not_said_clearly_is_refused(only, presets, given):
    with pytest.raises(SettingsError):
        chosen_sources(only, presets, given)


def test_pairs_of_a_larger_experiment_begin_with_those_of_a_smaller_one(project):
    with ReviewProject.open(project) as opened:
        ids = [joining_of(opened, first).ids for first in range(5)]
        whole = joining_of(opened)
    for few, more in pairwise(ids):
        assert more[: len(few)] == few
    assert whole.ids == ids[-1]
    assert (whole.generated, whole.accepted, whole.joined) == (4, 3, 3)


def on_canvas(folder, side):
    reading = read_study_radiographs(folder, "hand", None, side)
    while True:
        try:
            next(reading)
        except StopIteration as finished:
            return finished.value.train


@pytest.mark.parametrize("side", [64, 256, 320])
def test_synthetic_radiographs_come_onto_the_localisers_canvas_in_place(dataset, project, side):
    training = on_canvas(dataset.folder, side)
    share = Share("100%", len(training), len(training))
    with ReviewProject.open(project) as opened:
        ids = joining_of(opened).ids
        pair = opened.pair(ids[0])
        places = opened.effective_assessment(ids[0]).landmarks
    made = compose(Arm(share, "mine", len(ids)), training, 0, project, ids)
    assert made.data.side == side
    assert made.data.ids == (*training.ids, *ids)
    image, points = made.data.images[len(training)], made.data.points[len(training)]
    np.testing.assert_allclose(points, CanvasMap(256, 256, side).to_canvas(places))
    level = (pair.image.mean() + 1) / 2 * 65535
    assert image.mean() == pytest.approx(level, rel=0.05)


def test_a_control_holds_the_radiographs_of_its_share_again(dataset):
    training = load_canvas_set(dataset, "train")
    share = Share("5", 5, len(training))
    alone = compose(Arm(share, REAL, 0), training, 0)
    control = compose(Arm(share, DUPLICATED, 7), training, 0)
    assert alone.data.ids == control.real_ids == alone.real_ids
    assert len(control.data) == 12
    assert set(control.duplicated_ids) == set(control.real_ids)
    for place, identifier in enumerate(control.duplicated_ids, 5):
        original = control.real_ids.index(identifier)
        np.testing.assert_array_equal(control.data.images[place], control.data.images[original])
        np.testing.assert_array_equal(control.data.points[place], control.data.points[original])
    assert control.data.fingerprint != alone.data.fingerprint


def test_an_arm_whose_pairs_are_gone_is_not_trained_short(dataset, project):
    training = load_canvas_set(dataset, "train")
    share = Share("100%", len(training), len(training))
    with pytest.raises(DataError, match="0 pairs were found"):
        compose(Arm(share, "mine", 2), training, 0, project, ())
