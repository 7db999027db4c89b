"""The presets are what the paper, and we, say they are."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.errors import SettingsError  # noqa: E402
from engine.generate.denoiser import Denoiser  # noqa: E402
from engine.generate.schedule import make_schedule  # noqa: E402
from engine.generate.settings import FAST, PAPER, PRESETS, GeneratorSettings  # noqa: E402
from engine.generate.unet import PlainBlock  # noqa: E402


def test_paper_network_has_three_levels_and_a_bottleneck_of_three_blocks_each():
    network = Denoiser(PAPER).network
    assert len(network.down) == len(network.up) == 3
    assert [len(level.blocks) for level in network.down] == [3, 3, 3]
    assert [len(level.blocks) for level in network.up] == [3, 3, 3]
    assert len(network.bottleneck.blocks) == 3


def test_paper_network_doubles_its_features_from_32_to_256():
    network = Denoiser(PAPER).network
    widths = [level.blocks[0].first.out_channels for level in network.down]
    assert [*widths, network.bottleneck.blocks[0].first.out_channels] == [32, 64, 128, 256]


def test_every_paper_block_has_one_group_norm_two_convolutions_and_its_own_time_embedding():
    network = Denoiser(PAPER).network
    blocks = [m for m in network.modules() if isinstance(m, PlainBlock)]
    assert len(blocks) == 3 * 3 + 3 + 3 * 3
    for block in blocks:
        norms = [m for m in block.modules() if isinstance(m, torch.nn.GroupNorm)]
        convolutions = [block.first, block.second]
        assert len(norms) == 1
        assert all(c.kernel_size == (3, 3) for c in convolutions)
        kinds = [type(m).__name__ for m in block.embed]
        assert kinds == ["Linear", "SiLU", "Linear"]


def test_paper_network_takes_and_gives_two_channels_of_256():
    denoiser = Denoiser(PAPER)
    with torch.inference_mode():
        out = denoiser.network(torch.zeros(1, 2, 256, 256), torch.tensor([[3, 3]]))
    assert out.shape == (1, 2, 256, 256)


def test_paper_process_has_800_steps_of_linear_betas():
    schedule = make_schedule(PAPER.diffusion)
    remaining = schedule.alpha**2
    betas = 1 - remaining / np.concatenate([[1.0], remaining[:-1]])
    assert len(schedule) == 800
    np.testing.assert_allclose(betas[[0, -1]], [1e-4, 0.02], rtol=1e-9)
    np.testing.assert_allclose(np.diff(betas), (0.02 - 1e-4) / 799, rtol=1e-6)


def test_paper_training_is_adam_at_1e_3_in_batches_of_4_over_10000_epochs():
    training = PAPER.training
    assert (training.learning_rate, training.batch_size, training.epochs) == (1e-3, 4, 10_000)
    assert training.heatmap_weight == 1.0
    extras = (training.average_decay, training.gradient_clip, training.warm_up_steps)
    assert extras == (0, 0, 0)
    assert PAPER.augmentation is None
    assert PAPER.diffusion.predicts == "noise"
    assert (PAPER.sampling.sampler, PAPER.sampling.steps) == ("ancestral", 800)


def test_fast_process_ends_in_pure_noise():
    schedule = make_schedule(FAST.diffusion)
    assert schedule.alpha[-1] == 0.0
    assert schedule.sigma[-1] == 1.0


def test_fast_network_stays_within_seven_million_parameters():
    count = sum(p.numel() for p in Denoiser(FAST).network.parameters())
    assert count <= 7_000_000


@pytest.mark.parametrize("name", PRESETS)
def test_settings_survive_a_round_trip_through_toml(name):
    settings = PRESETS[name]
    assert GeneratorSettings.from_toml(settings.to_toml()) == settings


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("blocks = 2", "blocks = 2.5"), "network.blocks"),
        (("steps = 1000", "stepz = 1000"), "diffusion.stepz"),
        (('predicts = "pair"', 'predicts = "hands"'), "diffusion.predicts"),
        (("batch_size = 8\n", ""), "training"),
        (("[network]", "[network"), "settings.toml"),
    ],
)
def test_a_bad_settings_file_is_refused_by_the_name_of_its_entry(change, named):
    text = FAST.to_toml()
    assert change[0] in text
    with pytest.raises(SettingsError, match=named) as caught:
        GeneratorSettings.from_toml(text.replace(*change), "settings.toml")
    assert "\n" not in str(caught.value)
