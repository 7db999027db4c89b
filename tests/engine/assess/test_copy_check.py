"""The copy check finds copies however they were disguised, and leaves others alone."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assess.assessment import Assessment
from engine.assess.copy_check import shape_distances
from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.assess.copy_statistics import more_than_chance, nearer_than_held_out, report_copies
from engine.assess.gate import assess_batch
from engine.assess.prior import fit_prior
from engine.assess.training_descriptors import (
    describe_training,
    load_descriptors,
    save_descriptors,
)
from engine.errors import WeightsError
from engine.heatmap import draw_heatmap
from tests.bench.copies import MANIPULATIONS, run

from .radiographs import stick_radiographs

DISGUISES = [name for name in MANIPULATIONS if "alone" not in name]


@pytest.fixture(scope="module")
def trained_on():
    return stick_radiographs(24, seed=3)


@pytest.fixture(scope="module")
def own_prior(trained_on, hand):
    return fit_prior(trained_on.points, hand)


@pytest.fixture(scope="module")
def check(trained_on, own_prior):
    return describe_training(trained_on, own_prior, stick_radiographs(4, seed=9))


def test_a_training_radiograph_is_the_copy_of_itself(check, trained_on):
    risk = check.check(trained_on.images_in_range([5])[0], trained_on.points[5])
    assert risk.level is CopyLevel.COPY
    assert risk.nearest == risk.shape_nearest == trained_on.ids[5]
    assert risk.distance < 0.01
    assert risk.ratio < 0.05
    assert risk.nearer_than == 0


@pytest.mark.parametrize("name", DISGUISES)
def test_a_copy_is_found_in_every_disguise_by_landmarks_that_the_gate_labelled(
    name, check, trained_on, own_prior, hand
):
    pictures = trained_on.images_in_range(slice(0, 6))
    drawn = [MANIPULATIONS[name](*each) for each in zip(pictures, trained_on.points, strict=False)]
    labelled = assess_batch([draw_heatmap(p) for _, p in drawn], own_prior, hand, "refined")
    for index, ((image, _), one) in enumerate(zip(drawn, labelled, strict=True)):
        risk = check.check(image, one.landmarks)
        assert risk.level is CopyLevel.COPY
        assert risk.nearest == trained_on.ids[index]


def test_radiographs_of_others_are_no_copies_of_each_other(check, trained_on):
    for index, identifier in enumerate(trained_on.ids):
        image = trained_on.images_in_range([index])[0]
        risk = check.check(image, trained_on.points[index], leave_out=identifier)
        assert risk.level is not CopyLevel.COPY
        assert risk.nearest != identifier
    newcomers = stick_radiographs(5, seed=11)
    pictures = newcomers.images_in_range(slice(None))
    levels = [check.check(*each).level for each in zip(pictures, newcomers.points, strict=True)]
    assert CopyLevel.COPY not in levels


def test_left_out_and_held_out_radiographs_make_the_distribution(check, trained_on):
    assert len(check.known.held_out) == len(trained_on) + 4
    assert check.known.held_out.min() > 0.1


def test_the_landmarks_of_a_patient_under_another_picture_are_suspect(check, trained_on):
    other = stick_radiographs(1, seed=12).images_in_range([0])[0]
    risk = check.check(other, trained_on.points[7])
    assert risk.level is CopyLevel.SUSPECT
    assert risk.shape_nearest == trained_on.ids[7]
    assert risk.shape_ratio < 1 / 3


def test_missing_landmarks_do_not_hide_a_copy_but_too_few_cannot_be_compared(check, trained_on):
    image = trained_on.images_in_range([2])[0]
    some = trained_on.points[2].copy()
    some[5:20] = np.nan
    assert check.check(image, some).level is CopyLevel.COPY
    some[2:] = np.nan
    assert check.check(image, some) is None


def test_a_picture_that_was_filed_twice_hides_no_copy(trained_on, own_prior):
    from dataclasses import replace

    twice = replace(
        trained_on,
        ids=(*trained_on.ids, "twin"),
        images=np.concatenate([trained_on.images, trained_on.images[:1]]),
        points=np.concatenate([trained_on.points, trained_on.points[:1]]),
        sizes=np.concatenate([trained_on.sizes, trained_on.sizes[:1]]),
    )
    check = describe_training(twice, own_prior)
    risk = check.check(trained_on.images_in_range([0])[0], trained_on.points[0])
    assert risk.level is CopyLevel.COPY
    assert risk.nearest in (trained_on.ids[0], "twin")


@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0, 1.0])
def test_any_picture_is_compared_without_an_error(check, trained_on, value):
    image = np.full((256, 256), value, dtype=np.float32)
    risk = check.check(image, trained_on.points[0])
    assert risk.level is not CopyLevel.COPY
    json.dumps(risk.to_dict(), allow_nan=False)


def test_descriptors_come_back_from_their_file(check, trained_on, own_prior, tmp_path):
    path = tmp_path / "training-descriptors.safetensors"
    save_descriptors(path, check)
    loaded = load_descriptors(path, own_prior, trained_on.fingerprint)
    image, points = trained_on.images_in_range([1])[0], trained_on.points[1]
    before, after = check.check(image, points), loaded.check(image, points)
    assert after.nearest == before.nearest
    assert after.level is before.level
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_descriptors_of_others_do_not_compare(check, trained_on, own_prior, tmp_path, prior):
    path = tmp_path / "training-descriptors.safetensors"
    assert load_descriptors(path, own_prior, trained_on.fingerprint) is None
    save_descriptors(path, check)
    assert load_descriptors(path, own_prior, "others") is None
    assert load_descriptors(path, prior, trained_on.fingerprint) is None


@pytest.mark.parametrize("content", [b"", b"not a safetensors file", b"\x80\x04pickle"])
def test_a_file_that_holds_no_descriptors_is_refused_in_one_line(content, own_prior, tmp_path):
    path = tmp_path / "training-descriptors.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="does not hold training descriptors") as caught:
        load_descriptors(path, own_prior, "sticks")
    assert "\n" not in str(caught.value)


def test_another_safetensors_file_is_refused(own_prior, tmp_path):
    path = tmp_path / "prior.safetensors"
    own_prior.save(path)
    with pytest.raises(WeightsError, match="another format"):
        load_descriptors(path, own_prior, "sticks")


def test_a_file_cut_to_fewer_radiographs_is_refused(check, own_prior, tmp_path):
    from dataclasses import replace

    path = tmp_path / "training-descriptors.safetensors"
    broken = replace(check.known, shapes=check.known.shapes[:-1])
    save_descriptors(path, replace(check, known=broken))
    with pytest.raises(WeightsError, match="its shapes are not"):
        load_descriptors(path, own_prior, "sticks")


@settings(max_examples=20, deadline=None)
@given(
    turn=st.floats(-3, 3),
    size=st.floats(0.2, 5),
    right=st.floats(-100, 100),
    down=st.floats(-100, 100),
)
def test_shapes_are_as_far_apart_wherever_they_lie(turn, size, right, down):
    rng = np.random.default_rng(0)
    shapes, one = rng.normal(0, 50, (5, 37, 2)), rng.normal(0, 50, (37, 2))
    rotation = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = one @ rotation.T + [right, down]
    np.testing.assert_allclose(shape_distances(moved, shapes), shape_distances(one, shapes))


def a_risk(level=CopyLevel.NONE, distance=0.5):
    return CopyRisk(level, "a", distance, 0.9, 0.5, "b", 3.0, 0.8)


def test_a_set_is_reported_with_rate_and_test():
    held_out = np.linspace(0.5, 0.9, 50).tolist()
    near = [a_risk(CopyLevel.COPY, 0.1 + 0.001 * i) for i in range(10)]
    report = report_copies([*near, a_risk(CopyLevel.SUSPECT, 0.2), None], held_out)
    assert (report.checked, report.not_checked, report.copies, report.suspects) == (11, 1, 10, 1)
    assert report.copy_rate == pytest.approx(10 / 11)
    assert report.p_value < 1e-4
    assert nearer_than_held_out([0.95, 0.97], held_out) > 0.9


def test_a_set_that_was_not_checked_has_neither_rate_nor_test():
    report = report_copies([None, None], [0.5])
    assert (report.copy_rate, report.p_value, report.not_checked) == (None, None, 2)


def test_copying_begins_with_more_copies_than_chance():
    assert not more_than_chance(0, 16, 100)
    assert not more_than_chance(1, 16, 112)
    assert more_than_chance(2, 16, 112)
    assert not more_than_chance(2, 16, 8)
    assert more_than_chance(16, 16, 8)


def test_an_assessment_keeps_its_copy_risk_and_older_ones_have_none(own_prior, hand, trained_on):
    from dataclasses import replace

    (one,) = assess_batch([draw_heatmap(trained_on.points[0])], own_prior, hand, "refined")
    kept = replace(one, copy_risk=a_risk(CopyLevel.SUSPECT))
    assert Assessment.from_json(kept.to_json()).copy_risk == a_risk(CopyLevel.SUSPECT)
    older = one.to_dict()
    del older["copy_risk"]
    assert Assessment.from_json(json.dumps(older)).copy_risk is None


def test_the_bench_prints_every_disguise(trained_on, hand):
    report = "\n".join(run(trained_on, hand))
    for name in MANIPULATIONS:
        assert name in report
    assert "each real one against the other 23: 0 copy" in report
    assert "one pair against 1000" in report
