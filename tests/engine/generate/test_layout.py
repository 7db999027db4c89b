"""A layout is drawn before its pair, keeps to what training has shown, and is told to the net."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from engine.canvas import CANVAS_SIZE  # noqa: E402
from engine.data.augmentation import Augmentation, transform_points  # noqa: E402
from engine.errors import SettingsError, WeightsError  # noqa: E402
from engine.events import CancelToken, PairSampled  # noqa: E402
from engine.generate.batches import BatchSource, draw_gaussians  # noqa: E402
from engine.generate.denoiser import Denoiser  # noqa: E402
from engine.generate.layout import LayoutModel, fit_layouts  # noqa: E402
from engine.generate.packing import pack_weights  # noqa: E402
from engine.generate.sampling import sample_pairs  # noqa: E402
from engine.generate.settings import GAN, GeneratorSettings, LayoutSettings  # noqa: E402
from engine.generate.training import train_generator  # noqa: E402
from engine.generate.weights import (  # noqa: E402
    fits,
    load_generator,
    load_networks,
    read_weights_info,
)

HANDS = 300


@pytest.fixture(scope="module")
def shapes() -> np.ndarray:
    """Five landmarks that move along three directions, and a little each for itself."""
    rng = np.random.default_rng(8)
    directions = rng.normal(size=(3, 10)) * np.array([[9.0], [5.0], [2.0]])
    moved = rng.normal(size=(HANDS, 3)) @ directions + rng.normal(0, 0.3, (HANDS, 10))
    return (128 + moved).reshape(HANDS, 5, 2)


def drawn(model: LayoutModel, count: int) -> np.ndarray:
    return model.draw(np.random.default_rng(2).normal(size=(count, len(model.axes))))


def test_drawn_layouts_spread_as_the_training_shapes_do(shapes):
    layouts = drawn(fit_layouts(shapes, 10), 4000)
    np.testing.assert_allclose(layouts.mean(axis=0), shapes.mean(axis=0), atol=1.0)
    ours, theirs = (np.cov(s.reshape(len(s), -1).T) for s in (layouts, shapes))
    np.testing.assert_allclose(ours, theirs, atol=0.1 * theirs.max())


def test_a_layout_leaves_out_what_the_components_do_not_hold(shapes):
    model = fit_layouts(shapes, 3)
    left_out = shapes - model.nearest(shapes)
    assert 0.1 < left_out.std() < 0.4
    np.testing.assert_allclose(model.nearest(model.nearest(shapes)), model.nearest(shapes))
    layouts = drawn(model, 20)
    np.testing.assert_allclose(model.nearest(layouts), layouts, atol=1e-8)


def test_few_shapes_give_fewer_components_and_are_held_whole(shapes):
    model = fit_layouts(shapes[:4], 8)
    assert model.axes.shape == (8, 5, 2)
    assert (np.abs(model.axes).max(axis=(1, 2)) > 0).tolist() == [True] * 3 + [False] * 5
    np.testing.assert_allclose(model.nearest(shapes[:4]), shapes[:4], atol=1e-6)


@given(
    mean=st.floats(-40, 300),
    spread=st.floats(0, 90),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=60)
def test_every_layout_that_can_lie_on_the_canvas_does_so_and_keeps_its_form(mean, spread, seed):
    rng = np.random.default_rng(seed)
    model = LayoutModel(np.full((6, 2), mean), rng.normal(0, spread, (4, 6, 2)))
    weights = rng.normal(size=(3, 4))
    free, layouts = mean + np.tensordot(weights, model.axes, axes=1), model.draw(weights)
    np.testing.assert_allclose(np.diff(layouts, axis=1), np.diff(free, axis=1), atol=1e-9)
    for layout in layouts:
        low, high = layout.min(axis=0), layout.max(axis=0)
        for start, end in zip(low, high, strict=True):
            if end - start <= CANVAS_SIZE - 1:
                assert start >= -1e-9
                assert end <= CANVAS_SIZE - 1 + 1e-9
            else:
                assert abs(start + end - (CANVAS_SIZE - 1)) < 1e-9


def test_a_batch_tells_the_layouts_of_its_radiographs_varied_as_they_are(radiographs, tiny):
    varied = replace(tiny, augmentation=Augmentation(probability=1.0))
    model = fit_layouts(radiographs.points, 4)
    source = BatchSource(radiographs, varied, torch.device("cpu"), layouts=model)
    told, sigma = source.batch(3).layouts, varied.layout.sigma
    chosen = source._order(3)
    layouts = model.nearest(radiographs.points)[chosen]
    moved = transform_points(source._draw(3, radiographs.points[chosen]), layouts)
    torch.testing.assert_close(told, draw_gaussians(moved, sigma, torch.device("cpu")))
    assert not torch.equal(told, draw_gaussians(layouts, sigma, torch.device("cpu")))
    untold = BatchSource(radiographs, replace(varied, layout=None), torch.device("cpu"))
    assert untold.batch(3).layouts is None


def pairs_of(denoiser: Denoiser, indices, seed=1) -> np.ndarray:
    events = sample_pairs(denoiser, seed, indices, "dpm-solver++", 4, CancelToken())
    return np.stack([e.pair.channels() for e in events if isinstance(e, PairSampled)])


@pytest.fixture
def denoiser(tiny, radiographs) -> Denoiser:
    torch.manual_seed(4)
    made = Denoiser(tiny).eval()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    made.set_layouts(fit_layouts(radiographs.points, tiny.layout.components))
    return made


def test_a_pair_s_layout_is_its_own_and_changes_what_is_drawn(denoiser):
    layouts = denoiser.draw_layouts(1, [0, 1])
    torch.testing.assert_close(denoiser.draw_layouts(1, [1])[0], layouts[1])
    assert not torch.equal(layouts[0], layouts[1])
    assert not torch.equal(layouts[0], denoiser.draw_layouts(2, [0])[0])
    before = pairs_of(denoiser, [0, 1])
    denoiser.layout_mean += 20.0
    assert np.abs(before - pairs_of(denoiser, [0, 1])).max() > 0.01


def test_training_fits_the_layouts_to_its_radiographs_and_they_travel_with_the_weights(
    plan, radiographs, tmp_path
):
    list(train_generator(plan, CancelToken()))
    expected = fit_layouts(radiographs.points, plan.settings.layout.components)
    packed = pack_weights(plan.out, tmp_path / "half.safetensors", "Apache-2.0", "discs").path
    for path in (plan.out, packed):
        loaded = load_generator(read_weights_info(path))
        np.testing.assert_allclose(loaded.layout_mean, expected.mean, rtol=1e-6)
        np.testing.assert_allclose(loaded.layout_axes, expected.axes, rtol=1e-5, atol=1e-5)


def test_weights_of_before_layouts_are_a_beginning_that_draws_as_it_did(plan, tiny, tmp_path):
    untold = replace(plan, settings=replace(tiny, layout=None), out=tmp_path / "untold")
    list(train_generator(untold, CancelToken()))
    info = read_weights_info(untold.out)
    assert fits(info, tiny)
    torch.manual_seed(0)
    begun = Denoiser(tiny).eval()
    begun.set_layouts(fit_layouts(plan.data.points, tiny.layout.components))
    load_networks(info, tiny, begun)
    assert begun.layout_mean.shape == (37, 2)
    np.testing.assert_array_equal(pairs_of(begun, [0]), pairs_of(load_generator(info).eval(), [0]))


def test_a_generator_that_is_told_layouts_is_no_beginning_for_one_that_is_not(plan, tiny):
    list(train_generator(plan, CancelToken()))
    untold = replace(tiny, layout=None)
    info = read_weights_info(plan.out)
    assert not fits(info, untold)
    with pytest.raises(WeightsError, match="other settings"):
        load_networks(info, untold, Denoiser(untold))


def test_a_beginning_may_have_been_told_layouts_another_way(plan, tiny):
    list(train_generator(plan, CancelToken()))
    info = read_weights_info(plan.out)
    other = replace(tiny, layout=LayoutSettings(components=5, sigma=tiny.layout.sigma + 1))
    assert fits(info, other)
    begun = Denoiser(other)
    load_networks(info, other, begun)
    expected = load_generator(info).network.enter_layout.weight
    assert expected.abs().max() > 0
    torch.testing.assert_close(begun.network.enter_layout.weight, expected)


def test_another_training_s_layouts_give_way_to_one_s_own(plan, radiographs, tmp_path):
    list(train_generator(plan, CancelToken()))
    moved = replace(radiographs, points=radiographs.points + 9.0, fingerprint="moved")
    info = read_weights_info(plan.out)
    again = replace(plan, data=moved, out=tmp_path / "again", start_from=info)
    list(train_generator(again, CancelToken()))
    layouts = [load_generator(read_weights_info(p.out)).layout_mean for p in (plan, again)]
    torch.testing.assert_close(layouts[1], layouts[0] + 9.0)


def test_settings_with_a_layout_round_trip_and_say_what_is_wrong(tiny):
    assert GeneratorSettings.from_toml(tiny.to_toml()) == tiny
    with pytest.raises(SettingsError, match=r"layout\.components is 0"):
        LayoutSettings(components=0)
    with pytest.raises(SettingsError, match=r"layout\.sigma is -1"):
        LayoutSettings(sigma=-1.0)
    with pytest.raises(ValueError, match="a gan generator is told no layout"):
        replace(GAN, layout=LayoutSettings())
