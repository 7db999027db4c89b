"""A blinded reading: a reader can go by nothing but the hand."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from engine.canvas import place_on_canvas
from engine.data.equalising import equalise, picture_area, sharpness
from engine.errors import DataError
from engine.events import CancelToken
from engine.jobs.blinded import (
    SeriesPrepared,
    SeriesRequest,
    blinded_series,
    prepare_series,
    resume_series,
)
from engine.jobs.blinded_choice import choose_items
from engine.jobs.importing import ImportRequest, import_pairs
from engine.pair import Pair
from engine.review.project import ReviewProject, Verdict
from engine.review.readings import Reading
from engine.review.series import hashed_identifier, read_plans, readings_of_finished, unfinished
from tests.app.stick_hands import draw_hand, hand_points
from tests.engine.review.samples import a_pair, a_reading, an_assessment, an_origin

REAL, PAIRS = 16, 16
SIDE = (360, 640)  # of a file, so that it has bars on the canvas


def film(seed):
    """A hand as an 8-bit file has it: bars cut off, enlarged, never quite black or white."""
    grey = (draw_hand(hand_points(seed), seed) + 1) / 2
    wide = ndimage.zoom(grey, SIDE[1] / 256, order=1)
    margin = (SIDE[1] - SIDE[0]) // 2
    return np.rint(20 + 200 * np.clip(wide[:, margin:-margin], 0, 1)).astype(np.uint8)


def generated(seed):
    """The same kind of hand as a network draws it: bars nearly black, noise, full range."""
    rng = np.random.default_rng(seed)
    grey = (draw_hand(hand_points(seed), seed) + 1) / 2
    grey[:, :56] = grey[:, 200:] = 0
    grey = ndimage.gaussian_filter(grey, 0.6) + rng.normal(0, 0.004, grey.shape)
    return np.clip(2 * grey - 1, -1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def real_data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "films"
    (folder / "Images").mkdir(parents=True)
    rows = []
    for seed in range(REAL):
        Image.fromarray(film(seed)).save(folder / "Images" / f"patient{seed}.png")
        points = np.clip(hand_points(seed) * 2.5 - (140, 0), 2, 350)
        rows.append(f"patient{seed}," + ",".join(f"{v:.2f}" for v in points.ravel()))
    (folder / "all.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "hands"
    with ReviewProject.create(folder) as project:
        heatmap = a_pair().heatmap
        for index in range(PAIRS + 1):
            found = an_assessment(accepted=index < PAIRS)
            project.add_pair(Pair(generated(100 + index), heatmap), found, an_origin(index))
    return folder


@pytest.fixture
def folder(made_once, tmp_path):
    return Path(shutil.copytree(made_once, tmp_path / "hands"))


def prepare(folder, real_data, reader="Ada", count=12, seed=5):
    request = SeriesRequest(folder, real_data, reader, count=count, seed=seed)
    events = list(prepare_series(request, CancelToken()))
    assert isinstance(events[-1], SeriesPrepared)
    return events[-1]


def test_a_series_mixes_about_as_many_of_both_kinds_in_an_order_of_its_seed(folder, real_data):
    series = blinded_series(folder, real_data, None, 12, seed=1)
    assert len({one.item for one in series}) == 12
    assert 5 <= sum(one.is_real for one in series) <= 7
    again = blinded_series(folder, real_data, None, 12, seed=1)
    assert [one.item for one in again] == [one.item for one in series]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(series, again, strict=True))
    other = chosen(folder, seed=2)
    assert [one.item for one in other] != [one.item for one in series]


def chosen(folder, seed):
    """What a series of this seed shows, without its pictures."""
    known = [hashed_identifier(f"patient{number}") for number in range(REAL)]
    with ReviewProject.open(folder) as project:
        return choose_items(project, "", [known], 12, seed)


def test_how_many_are_real_cannot_be_known_beforehand(folder):
    counts = {sum(one.is_real for one in chosen(folder, seed)) for seed in range(20)}
    assert counts == {5, 6, 7}


def test_pictures_of_both_kinds_are_canvas_sized_16_bit_and_cannot_be_changed(folder, real_data):
    for one in blinded_series(folder, real_data, None, 8, seed=1):
        assert one.image.shape == (256, 256)
        assert one.image.dtype == np.float32
        levels = (one.image.astype(np.float64) + 1) / 2 * 65535
        np.testing.assert_allclose(levels, np.rint(levels), atol=0.01)
        assert not one.image.flags.writeable


def _levels(image):
    return len(np.unique(image))


def _bars(image):
    return float(np.concatenate([image[:, :20], image[:, -20:]], axis=1).mean())


def _bar_noise(image):
    return float(np.concatenate([image[:, :20], image[:, -20:]], axis=1).std())


def _blackest(image):
    return float(np.percentile(image[60:200, 70:190], 1))


def _whitest(image):
    return float(np.percentile(image, 99.7))


def _edge(image):
    """How hard the picture ends at its bars."""
    return float(np.abs(np.diff(image, axis=1))[:, 48:64].max())


def _finest(image):
    """Detail near the canvas' resolution, away from the bars."""
    return float((image - ndimage.gaussian_filter(image, 0.7))[60:200, 80:176].std())


MARKS = (_levels, _bars, _bar_noise, _blackest, _whitest, _edge, _finest)
JUST_VISIBLE = 2 / 255  # a grey step of 8 bits, of the range [-1, 1]


@pytest.fixture(scope="module")
def before_and_after(made_once, real_data):
    """Real and generated pictures as they come, and as a series shows them."""
    films = [2 * place_on_canvas(film(seed) / 255) - 1 for seed in range(REAL)]
    hands = [generated(100 + seed) for seed in range(PAIRS)]
    series = blinded_series(made_once, real_data, None, 24, seed=3)
    shown = [[one.image for one in series if one.is_real is kind] for kind in (True, False)]
    return (films, hands), shown


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.__name__)
def test_no_mark_of_the_origin_parts_the_two_kinds(before_and_after, mark):
    """Bit depth, bars, grey range and sharpness: what is left of a difference cannot be seen."""
    (films, hands), (real, made) = (
        [np.mean([mark(image) for image in kind]) for kind in pictures]
        for pictures in before_and_after
    )
    before = films - hands
    assert abs(real - made) < max(abs(before) / 3, JUST_VISIBLE)


@pytest.mark.parametrize("blur", [0.0, 0.3, 0.6])
def test_pictures_are_equally_sharp_whatever_they_were_resampled_from(blur):
    grey = ndimage.gaussian_filter((draw_hand(hand_points(3), 3) + 1) / 2, blur)
    known = equalise(draw_hand(hand_points(4), 4), seed=1)
    shown = equalise(2 * grey - 1, seed=2)
    found, other = (sharpness((one + 1) / 2, picture_area((one + 1) / 2)) for one in (shown, known))
    assert found == pytest.approx(other, rel=0.15)


def test_bars_are_black_in_every_picture_and_their_edge_is_soft():
    image = np.full((256, 256), 0.2, np.float32)
    image[:, :40] = image[:, 216:] = -1
    shown = equalise(image, seed=1)
    assert (shown[:, :40] == -1).all()
    assert (shown[:, 216:] == -1).all()
    assert np.abs(np.diff(shown, axis=1)).max() < 0.9 * np.abs(np.diff(image, axis=1)).max()


def test_a_picture_that_is_black_all_over_is_all_picture():
    assert picture_area(np.zeros((256, 256))) == (0, 256, 0, 256)
    assert np.isfinite(equalise(np.full((256, 256), -1.0), seed=1)).all()


def test_nothing_kept_names_a_patient(folder, real_data):
    prepared = prepare(folder, real_data)
    shown = [one.item for one in prepared.items if one.is_real]
    known = {hashed_identifier(f"patient{seed}") for seed in range(REAL)}
    assert shown
    assert set(shown) <= known
    texts = [path.read_text() for path in (folder / "readings").iterdir()]
    assert texts
    assert not any("patient" in text for text in texts)
    assert not any("patient" in item for item in shown)


def test_only_pairs_that_count_as_accepted_are_shown(folder, real_data):
    with ReviewProject.open(folder) as project:
        rows = project.rows()
        project.decide([rows[0].identifier], Verdict.REJECT, "Ben")
        eligible = {row.identifier for row in rows[1:PAIRS]}
    made = {one.item for one in prepare(folder, real_data, count=24).items if not one.is_real}
    assert made <= eligible


def test_what_the_reader_has_seen_goes_last(folder, real_data):
    with ReviewProject.open(folder) as project:
        seen = [row.identifier for row in project.rows()[:8]]
        project.decide(seen, Verdict.ACCEPT, "Ada")
    first = prepare(folder, real_data, "Ada", count=12)
    assert not {one.item for one in first.items} & set(seen)
    answer(folder, first, first.plan.items)
    second = prepare(folder, real_data, "Ada", count=12, seed=6)
    fresh = {one.item for one in first.items if one.is_real}
    assert sum(one.item in fresh for one in second.items if one.is_real) == 0


def test_the_test_part_goes_first_as_no_generator_has_learned_from_it(folder, real_data):
    split = real_data / "cv" / "set1"
    split.mkdir(parents=True)
    names = [f"patient{seed}" for seed in range(REAL)]
    (split / "train.txt").write_text("\n".join(names[8:]))
    (split / "test.txt").write_text("\n".join(names[:8]))
    try:
        series = blinded_series(folder, real_data, "set1", 10, seed=3)
    finally:
        for path in (split / "train.txt", split / "test.txt"):
            path.unlink()
        split.rmdir()
        split.parent.rmdir()
    held_out = {hashed_identifier(name) for name in names[:8]}
    assert {one.item for one in series if one.is_real} <= held_out


def answer(folder, prepared, planned):
    with ReviewProject.open(folder) as project:
        for one in planned:
            project.record_reading(
                Reading(f"{prepared.plan.session}-{one.item}", prepared.plan.session,
                        prepared.plan.who, "2026-01-01T00:00:00+00:00", one.item, one.is_real,
                        True, 3, 1.0)
            )  # fmt: skip


def state(folder, who="Ada"):
    with ReviewProject.open(folder) as project:
        readings = project.readings()
    plans = read_plans(folder)
    return unfinished(plans, readings, who), readings_of_finished(plans, readings)


def test_a_series_that_was_broken_off_goes_on_with_the_same_pictures(folder, real_data):
    first = prepare(folder, real_data)
    answer(folder, first, first.plan.items[:5])
    plan, finished = state(folder)
    assert plan == first.plan
    assert finished == []
    *_, again = resume_series(folder, plan, CancelToken())
    assert [one.item for one in again.items] == [one.item for one in first.items]
    for one, other in zip(again.items, first.items, strict=True):
        assert np.array_equal(one.image, other.image)
    answer(folder, first, first.plan.items[5:])
    plan, finished = state(folder)
    assert plan is None
    assert len(finished) == len(first.items)


def test_an_unfinished_series_of_one_reader_is_none_of_anothers(folder, real_data):
    prepare(folder, real_data, "Ada")
    assert state(folder, "Ben")[0] is None


def test_answers_that_came_with_a_merge_count_as_a_whole_series(folder):
    with ReviewProject.open(folder) as project:
        project.record_reading(a_reading())
    assert len(state(folder)[1]) == 1


def test_a_radiograph_that_is_gone_is_told_in_one_line(folder, real_data):
    plan = prepare(folder, real_data).plan
    lost = json.loads((folder / "readings" / f"{plan.session}.json").read_text())
    for one in lost["items"]:
        if one["is_real"]:
            one["item"] = hashed_identifier("nobody")
    (folder / "readings" / f"{plan.session}.json").write_text(json.dumps(lost))
    (plan,) = read_plans(folder)
    with pytest.raises(DataError, match="no longer holds all radiographs"):
        list(resume_series(folder, plan, CancelToken()))


@pytest.mark.parametrize("count", [60, 2])
def test_too_few_pictures_are_told_in_one_line_and_begin_nothing(folder, real_data, count):
    with pytest.raises(DataError, match="16 generated pairs that count as accepted and 16 real"):
        prepare(folder, real_data, count=count)
    assert read_plans(folder) == []


def test_real_radiographs_in_the_project_are_never_shown_as_generated(folder, real_data, prior_of):
    list(import_pairs(ImportRequest(real_data, folder, prior_from=prior_of), CancelToken()))
    with ReviewProject.open(folder) as project:
        real = [row.identifier for row in project.rows() if row.is_real]
        project.decide(real, Verdict.ACCEPT, "Ben")
    assert len(real) == REAL
    made = {one.item for one in prepare(folder, real_data).items if not one.is_real}
    assert not made & set(real)


@pytest.fixture
def prior_of(tmp_path):
    from engine.anatomy import load_anatomy
    from engine.assess.prior import fit_prior

    points = np.stack([hand_points(seed) for seed in range(60)])
    with ReviewProject.create(tmp_path / "known") as project:
        project.store_prior(fit_prior(points, load_anatomy("hand")).to_arrays())
    return tmp_path / "known"


def test_a_stopped_preparation_begins_no_series(folder, real_data):
    token = CancelToken()
    token.stop()
    request = SeriesRequest(folder, real_data, "Ada", count=12)
    assert not any(isinstance(event, SeriesPrepared) for event in prepare_series(request, token))
    assert read_plans(folder) == []
