"""A VAE and a GAN train, resume, keep and draw as the diffusion model does."""

import csv
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from engine.data.augmentation import draw_augmentation  # noqa: E402
from engine.errors import SettingsError, WeightsError  # noqa: E402
from engine.events import (  # noqa: E402
    CancelToken,
    CopiesWatched,
    PairSampled,
    PreviewReady,
    SamplingStep,
)
from engine.generate.batches import Batch, BatchSource  # noqa: E402
from engine.generate.copy_watch import COPY_PAIRS, CopyCount, CopyWatch  # noqa: E402
from engine.generate.differentiable_augmentation import vary  # noqa: E402
from engine.generate.families import make_generator  # noqa: E402
from engine.generate.residual import ResidualBlock  # noqa: E402
from engine.generate.sampling import sample_pairs  # noqa: E402
from engine.generate.sampling_choice import choose_sampling  # noqa: E402
from engine.generate.settings import FAST, GAN, PAPER, VAE, GeneratorSettings  # noqa: E402
from engine.generate.training import train_generator  # noqa: E402
from engine.generate.weights import load_generator, read_weights_info  # noqa: E402

RANGE = 2.0
TINY_VAE = replace(
    VAE,
    preset="tiny-vae",
    vae=replace(VAE.vae, latent=8, patch=16, widths=(16, 16)),
    training=replace(VAE.training, batch_size=4),
)
TINY_GAN = replace(
    GAN,
    preset="tiny-gan",
    gan=replace(
        GAN.gan, latent=8, patch=4, widths=(16, 8, 8, 8, 8), discriminator_widths=(8, 8, 16)
    ),
    training=replace(GAN.training, batch_size=4, learning_rate=2e-3),
)


@pytest.fixture(params=[TINY_VAE, TINY_GAN], ids=["vae", "gan"])
def settings(request) -> GeneratorSettings:
    return request.param


@pytest.fixture
def plan(plan, settings):
    return replace(plan, settings=settings, max_steps=6)


def run(plan):
    return list(train_generator(plan, CancelToken()))


def rows(plan):
    with (plan.out / "loss.csv").open() as stream:
        return list(csv.DictReader(stream))


def draw(generator, indices, seed=1):
    events = sample_pairs(generator, seed, indices, "latent", 1, CancelToken())
    return {e.index: e.pair.channels() for e in events if isinstance(e, PairSampled)}


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_the_paper_s_vae_has_64_latent_numbers_32_features_and_residual_blocks_both_ways():
    with torch.device("meta"):
        made = make_generator(VAE)
        mean, log_variance = made.encoder(torch.empty(3, 2, 256, 256))
        assert mean.shape == log_variance.shape == (3, 64)
        assert made.decoder(torch.empty(3, 64)).shape == (3, 2, 256, 256)
    assert made.encoder.enter.out_channels == made.decoder.leave.in_channels == 32
    for half in (made.encoder, made.decoder):
        blocks = [m for m in half.modules() if isinstance(m, ResidualBlock)]
        assert len(blocks) == len(VAE.vae.widths) * VAE.vae.blocks


def test_the_paper_s_vae_trains_with_adam_at_1e_3_in_batches_of_32_over_10000_epochs():
    training = VAE.training
    assert (training.learning_rate, training.batch_size, training.epochs) == (1e-3, 32, 10_000)
    assert (training.heatmap_weight, training.average_decay, training.momentum) == (1, 0, 0.9)
    assert VAE.augmentation is None


def test_the_gan_has_a_few_million_parameters_and_gives_pairs():
    with torch.device("meta"):
        made = make_generator(GAN)
        pairs = made.network(torch.empty(3, GAN.gan.latent))
        logits, features = made.discriminator(pairs)
        assert pairs.shape == made.discriminator.give_back(features).shape == (3, 2, 256, 256)
    assert logits.shape[:2] == (3, 1)
    assert parameters(made.network) < 5_000_000
    assert parameters(made.discriminator) < 3_000_000


def test_a_resumed_run_ends_with_the_same_numbers_as_one_that_never_stopped(plan, tmp_path):
    run(plan)
    halved = replace(plan, out=tmp_path / "halved")
    run(replace(halved, max_steps=3))
    run(halved)
    whole, resumed = (load_file(p.out / "state.safetensors") for p in (plan, halved))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(resumed[name], tensor) for name, tensor in whole.items())
    timeless = [[{k: r[k] for k in r if k != "elapsed"} for r in rows(p)] for p in (plan, halved)]
    assert timeless[0] == timeless[1]


def test_the_loss_log_has_the_columns_of_the_family(plan, settings):
    run(replace(plan, max_steps=2))
    named = {
        "vae": ["total", "image", "heatmap", "divergence"],
        "gan": ["total", "generator", "discriminator", "reconstruction"],
    }
    assert list(rows(plan)[0])[4:] == named[settings.family]


def test_the_loss_falls(plan, settings):
    run(replace(plan, max_steps=40))
    column = {"vae": "total", "gan": "reconstruction"}[settings.family]
    losses = [float(row[column]) for row in rows(plan)]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])


def test_trained_weights_draw_the_same_pair_alone_and_in_a_batch_of_eight(plan):
    run(plan)
    generator = load_generator(read_weights_info(plan.out))
    together = draw(generator, range(8))
    again = draw(load_generator(read_weights_info(plan.out)), range(8))
    for index in range(8):
        np.testing.assert_array_equal(together[index], again[index])
        alone = draw(generator, [index])[index]
        assert np.abs(together[index] - alone).max() < 1e-3 * RANGE
        assert np.abs(alone).max() <= 1
    assert np.abs(together[0] - together[1]).max() > 1e-3
    assert np.abs(together[0] - draw(generator, [0], seed=2)[0]).max() > 1e-3


def test_previews_and_the_look_for_copies_draw_from_the_generator(plan, monkeypatch):
    monkeypatch.setattr("engine.generate.training.COPY_SHARE", float("inf"))
    seen = []

    def count(pairs):
        seen.append(len(pairs))
        return CopyCount(len(pairs), 0, 0, False)

    watch = CopyWatch(count, lambda _: None, every=0)
    events = run(replace(plan, max_steps=2, preview_seconds=0, copy_watch=watch))
    previews = [e for e in events if isinstance(e, PreviewReady)]
    assert [p.pairs.shape for p in previews] == [(4, 2, 256, 256)] * 2
    assert seen == [COPY_PAIRS] * 2
    assert sum(isinstance(e, CopiesWatched) for e in events) == 2


def test_a_stopped_token_ends_drawing(settings):
    token = CancelToken()
    token.stop()
    made = make_generator(settings)
    assert list(sample_pairs(made, 1, [0], "latent", 1, token)) == []
    first = next(sample_pairs(made, 1, [0], "latent", 1, CancelToken()))
    assert first == SamplingStep(1, 1)


def test_a_run_begins_with_weights_of_its_own_family_only(plan, tiny, settings, tmp_path):
    run(replace(plan, max_steps=2))
    trained = read_weights_info(plan.out)
    onwards = replace(plan, out=tmp_path / "onwards", start_from=trained, max_steps=0)
    run(onwards)
    theirs, ours = (load_file(read_weights_info(p.out).path) for p in (plan, onwards))
    assert all(torch.equal(theirs[name], ours[name]) for name in theirs)
    for other in {"diffusion": tiny, "vae": TINY_VAE, "gan": TINY_GAN}.values():
        if other.family == settings.family:
            continue
        wrong = replace(plan, settings=other, out=tmp_path / "wrong", start_from=trained)
        with pytest.raises(WeightsError, match="other settings") as caught:
            run(wrong)
        assert "\n" not in str(caught.value)


def test_the_folder_of_another_family_s_run_is_refused(plan, tiny):
    run(replace(plan, max_steps=1))
    with pytest.raises(WeightsError, match="other settings"):
        run(replace(plan, settings=tiny))


def test_weights_that_do_not_fit_their_settings_are_refused_in_one_line(plan, settings):
    run(replace(plan, max_steps=1))
    info = read_weights_info(plan.out)
    other = TINY_GAN if settings.family == "vae" else TINY_VAE
    with pytest.raises(WeightsError, match="does not fit") as caught:
        load_generator(replace(info, settings=other))
    assert "\n" not in str(caught.value)


def test_one_latent_vector_has_no_sampler_and_no_steps_to_choose(settings):
    assert choose_sampling(settings, None, None) == ("latent", 1)
    for sampler, steps in (("ddim", None), (None, 20)):
        with pytest.raises(SettingsError, match="one step") as caught:
            choose_sampling(settings, sampler, steps)
        assert "\n" not in str(caught.value)
    with pytest.raises(SettingsError, match="no sampler 'latent'"):
        choose_sampling(FAST, "latent", None)


@pytest.mark.parametrize(
    "change",
    [
        {"vae": VAE.vae},
        {"network": None},
        {"network": None, "diffusion": None},
        {"sampling": VAE.sampling},
        {"sampling": replace(VAE.sampling, steps=20)},
        {"network": None, "diffusion": None, "vae": VAE.vae, "sampling": VAE.sampling},
    ],
)
def test_settings_of_two_families_or_of_none_are_refused(change):
    with pytest.raises(ValueError, match=r"settings hold|does not draw|no guide"):
        replace(FAST, **change)


@pytest.mark.parametrize(
    ("settings", "change"),
    [
        (VAE, ("patch = 1", "patch = 3")),
        (GAN, ("patch = 2", "patch = 4")),
        (GAN, ("steps = 1", "steps = 5")),
        (VAE, ('sampler = "latent"', 'sampler = "ddim"')),
    ],
)
def test_a_settings_file_that_makes_no_generator_is_refused_in_one_line(settings, change):
    text = settings.to_toml()
    assert change[0] in text
    with pytest.raises(SettingsError, match=r"mine\.toml") as caught:
        GeneratorSettings.from_toml(text.replace(*change), "mine.toml")
    assert "\n" not in str(caught.value)


def test_settings_written_before_there_were_families_are_read():
    before = PAPER.to_toml().replace("momentum = 0.9\n", "")
    assert "momentum" not in before
    assert GeneratorSettings.from_toml(before) == PAPER


def test_each_adversary_learns_from_its_own_loss_alone(radiographs):
    torch.manual_seed(3)
    made = make_generator(TINY_GAN).eval()
    batch = BatchSource(radiographs, TINY_GAN, torch.device("cpu")).batch(0)
    loss, _ = made(batch)
    loss.backward()
    learned = {name: p.grad for name, p in made.named_parameters()}

    def assert_learned(own_loss, network, name):
        parameters = dict(network.named_parameters(prefix=name))
        alone = torch.autograd.grad(own_loss, list(parameters.values()), retain_graph=True)
        for (name, _), expected in zip(parameters.items(), alone, strict=True):
            torch.testing.assert_close(learned[name], expected, rtol=1e-3, atol=1e-6)

    chance = torch.Generator().manual_seed(batch.seed)
    drawn = made.network(torch.randn(4, TINY_GAN.gan.latent, generator=chance))
    rng = np.random.default_rng(batch.seed)
    variation = draw_augmentation(rng, TINY_GAN.gan.augmentation, 8)
    seen = vary(torch.cat([batch.pairs, drawn]), variation)
    logits, features = made.discriminator(seen)
    fooled = F.softplus(-logits[4:]).mean()
    assert_learned(fooled, made.network, "network")
    judged = F.softplus(-logits[:4]).mean() + F.softplus(logits[4:]).mean()
    errors = (made.discriminator.give_back(features[:4]) - seen[:4]) ** 2
    remembered = (made.channel_weights * errors.mean(dim=(0, 2, 3))).mean()
    own = judged + TINY_GAN.gan.reconstruction_weight * remembered
    assert_learned(own, made.discriminator, "discriminator")


def test_what_the_discriminator_sees_lets_gradients_through_to_every_pair():
    pairs = torch.rand(3, 2, 256, 256).mul(2).sub(1).requires_grad_()
    variation = draw_augmentation(np.random.default_rng(0), GAN.gan.augmentation, 3)
    vary(pairs, variation).sum().backward()
    assert torch.isfinite(pairs.grad).all()
    assert (pairs.grad.abs().sum(dim=(2, 3)) > 0).all()


def test_variations_move_image_and_heatmap_together_and_leave_the_heatmap_s_values():
    blob = torch.full((1, 2, 256, 256), -1.0)
    blob[:, :, 100:110, 120:130] = 1.0
    variation = draw_augmentation(
        np.random.default_rng(1), replace(GAN.gan.augmentation, probability=1.0), 1
    )
    seen = vary(blob, variation)
    image, heatmap = seen[0]
    assert heatmap.amin() == -1
    assert heatmap.amax() == 1
    np.testing.assert_allclose(
        image, variation.contrast[0] * heatmap + 2 * variation.brightness[0], atol=1e-5
    )


def test_the_divergence_pulls_latent_numbers_towards_the_standard_normal():
    torch.manual_seed(0)
    made = make_generator(TINY_VAE)
    pairs = torch.rand(4, 2, 256, 256) * 2 - 1
    _, (_, _, _, none) = made(Batch(pairs, None, 0))
    made.encoder.leave.bias.data[:] = 2.0
    _, (_, _, _, some) = made(Batch(pairs, None, 0))
    assert none == 0
    expected = (4 + np.exp(2) - 1 - 2) / 2
    np.testing.assert_allclose(some, expected, rtol=1e-5)
