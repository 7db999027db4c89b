"""A pair depends on weights, seed, number and sampler alone."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.data.augmentation import Augmentation, augment_pair, draw_augmentation  # noqa: E402
from engine.events import CancelToken, PairSampled, SamplingStep  # noqa: E402
from engine.generate.batches import (  # noqa: E402
    BatchSource,
    change_grey_values,
    draw_heatmaps,
    warp,
)
from engine.generate.denoiser import Denoiser  # noqa: E402
from engine.generate.generator import in_channels_last  # noqa: E402
from engine.generate.noise import pair_noise  # noqa: E402
from engine.generate.sampling import sample_pairs  # noqa: E402
from engine.generate.settings import SAMPLERS  # noqa: E402
from engine.heatmap import draw_heatmap  # noqa: E402

RANGE = 2.0


@pytest.fixture
def denoiser(tiny):
    torch.manual_seed(2)
    made = in_channels_last(Denoiser(tiny))
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return made


def draw(denoiser, indices, sampler, steps=6, seed=1):
    events = sample_pairs(denoiser, seed, indices, sampler, steps, CancelToken())
    return {e.index: e.pair.channels() for e in events if isinstance(e, PairSampled)}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_pair_is_the_same_in_a_batch_of_one_and_of_eight(denoiser, sampler):
    together = draw(denoiser, range(8), sampler)
    for index in (0, 3, 7):
        alone = draw(denoiser, [index], sampler)[index]
        assert np.abs(together[index] - alone).max() < 1e-3 * RANGE


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_another_seed_or_number_gives_another_pair(denoiser, sampler):
    pairs = draw(denoiser, [0, 1], sampler)
    assert np.abs(pairs[0] - pairs[1]).max() > 0.01
    assert np.abs(pairs[0] - draw(denoiser, [0], sampler, seed=2)[0]).max() > 0.01


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_sampled_pairs_stay_in_range_and_read_only(denoiser, sampler):
    channels = draw(denoiser, [4], sampler)[4]
    assert np.isfinite(channels).all()
    assert np.abs(channels).max() <= 1


def test_guidance_moves_the_heatmap_s_estimate_away_from_the_guide_s(denoiser):
    x = torch.randn(1, 2, 256, 256)
    alone, guided = denoiser.clean(x, 5), denoiser.clean(x, 5, guidance=2.0)
    denoiser.network, denoiser.guide = denoiser.guide, denoiser.network
    weaker = denoiser.clean(x, 5)
    torch.testing.assert_close(guided[:, 1], (2 * alone - weaker).clamp(-1, 1)[:, 1])
    torch.testing.assert_close(guided[:, 0], alone[:, 0])


def test_guidance_holds_between_the_shares_that_the_settings_say(denoiser, tiny):
    def pair_guided(start, end):
        sampling = replace(tiny.sampling, guided_from=start, guided_until=end)
        denoiser.settings = replace(tiny, sampling=sampling)
        return draw(denoiser, [0], "ddim")[0]

    spans = [(0.0, 1.0), (0.5, 1.0), (0.0, 0.5), (1.0, 1.0)]
    *guided, never = (pair_guided(*span) for span in spans)
    denoiser.guide = None
    np.testing.assert_array_equal(never, pair_guided(0.0, 1.0))
    for index, pair in enumerate(guided):
        others = [never, *guided[:index]]
        assert min(np.abs(pair - other).max() for other in others) > 1e-5


def test_a_stopped_token_ends_sampling_before_the_next_network_call(denoiser):
    token = CancelToken()
    seen = []
    for event in sample_pairs(denoiser, 1, [0], "ddim", 6, token):
        seen.append(event)
        token.stop()
    assert seen == [SamplingStep(1, 6)]


def test_noise_is_a_function_of_seed_pair_and_step():
    noise = pair_noise(7, [3, 4], 2)
    np.testing.assert_array_equal(noise[1], pair_noise(7, [4], 2)[0])
    others = [pair_noise(8, [3], 2)[0], pair_noise(7, [3], 3)[0], noise[1]]
    for other in others:
        assert abs(np.corrcoef(noise[0].ravel(), other.ravel())[0, 1]) < 0.02
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 1) < 0.01


def test_batches_draw_heatmaps_as_the_reference_does():
    points = np.random.default_rng(0).uniform(-3, 259, (2, 37, 2))
    drawn = draw_heatmaps(points, torch.device("cpu")).numpy()
    for mine, landmarks in zip(drawn[:, 0], points, strict=True):
        np.testing.assert_allclose(mine, draw_heatmap(landmarks), atol=1e-4)


def test_batches_augment_as_the_reference_does(radiographs):
    rng = np.random.default_rng(3)
    variation = draw_augmentation(rng, Augmentation(probability=1.0), 3)
    images = radiographs.images_in_range(np.arange(3))
    warped = change_grey_values(warp(torch.from_numpy(images)[:, None], variation), variation)
    for index in range(3):
        expected, _ = augment_pair(images[index], radiographs.points[index], variation.row(index))
        np.testing.assert_allclose(warped[index, 0].numpy(), expected, atol=2e-3)


def test_a_batch_is_a_function_of_its_step(radiographs, tiny):
    source = BatchSource(radiographs, tiny, torch.device("cpu"))
    first, again, next_one = (source.batch(step) for step in (5, 5, 6))
    for a, b in zip(first, again, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert not torch.equal(first[1], next_one[1])


def test_every_epoch_shows_every_radiograph_once(radiographs, tiny):
    source = BatchSource(radiographs, tiny, torch.device("cpu"))
    orders = np.concatenate([source._order(step) for step in range(3)])
    assert sorted(orders[:6]) == sorted(orders[6:12]) == list(range(6))


def test_processes_that_share_a_step_see_different_radiographs(radiographs, tiny):
    parts = [
        BatchSource(radiographs, tiny, torch.device("cpu"), rank, 2)._order(0) for rank in (0, 1)
    ]
    assert sorted(np.concatenate(parts)[:6]) == list(range(6))
