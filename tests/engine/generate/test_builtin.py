"""The built-in generator and the file that is handed out: half the size, the same pairs."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.errors import WeightsError  # noqa: E402
from engine.events import CancelToken, PairSampled  # noqa: E402
from engine.generate import builtin  # noqa: E402
from engine.generate.packing import pack_weights  # noqa: E402
from engine.generate.sampling import sample_pairs  # noqa: E402
from engine.generate.weights import (  # noqa: E402
    load_generator,
    read_prior_arrays,
    read_weights_info,
    save_weights,
)
from tests.bench.generators import write_untrained_weights  # noqa: E402


@pytest.fixture
def single(tiny, tmp_path):
    return write_untrained_weights(tmp_path / "single.safetensors", tiny)


def pack(source, out):
    return pack_weights(source, out, licence="Apache-2.0", trained_on="phantoms only")


def first_pair(path):
    denoiser = load_generator(read_weights_info(path))
    events = sample_pairs(denoiser, 3, [0], "dpm-solver++", 4, CancelToken())
    return next(e.pair.channels() for e in events if isinstance(e, PairSampled))


def test_packing_halves_the_network_and_keeps_prior_settings_and_metadata(single, tmp_path):
    packed = pack(single, tmp_path / "new" / "half.safetensors")
    before, after = read_weights_info(single), read_weights_info(packed.path)
    assert packed.size == packed.path.stat().st_size
    assert single.stat().st_size - packed.size > 1.9 * packed.parameters
    assert after.settings == before.settings
    assert after.metadata == before.metadata | {
        "licence": "Apache-2.0",
        "trained_on": "phantoms only",
    }
    priors = read_prior_arrays(single), read_prior_arrays(packed.path)
    assert priors[0].keys() == priors[1].keys()
    for name, array in priors[0].items():
        np.testing.assert_array_equal(priors[1][name], array)


def test_half_precision_weights_compute_in_single_precision_and_draw_the_same_pair(
    single, tmp_path
):
    packed = pack(single, tmp_path / "half.safetensors")
    assert 0 < packed.largest_change < 1e-3
    network = load_generator(read_weights_info(packed.path)).network
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert np.abs(first_pair(single) - first_pair(packed.path)).max() < 0.02


def test_a_weight_that_half_precision_cannot_hold_is_refused(single, tiny, tmp_path):
    info = read_weights_info(single)
    state = load_generator(info).network.state_dict()
    tensors = {f"network.{name}": tensor.clone() for name, tensor in state.items()}
    tensors["network.enter.bias"][0] = 1e6
    tensors["prior.anatomy"] = torch.zeros(4, dtype=torch.uint8)
    save_weights(single, tensors, tiny, info.metadata)
    with pytest.raises(WeightsError, match=r"enter\.bias does not fit half precision"):
        pack(single, tmp_path / "half.safetensors")
    assert not (tmp_path / "half.safetensors").exists()


def test_an_installation_without_a_generator_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(builtin, "_folder", lambda: tmp_path)
    with pytest.raises(WeightsError, match="no built-in generator: name weights") as caught:
        builtin.builtin_weights({})
    assert "\n" not in str(caught.value)
    assert builtin.builtin_card() is None


def test_the_generator_that_ships_lies_beside_its_card(tmp_path, monkeypatch):
    monkeypatch.setattr(builtin, "_folder", lambda: tmp_path)
    for name in (builtin.NAME, "README.md"):
        (tmp_path / name).write_bytes(b"")
    assert builtin.builtin_weights({}) == tmp_path / builtin.NAME
    assert builtin.builtin_card() == tmp_path / "README.md"


def test_a_laboratory_can_name_its_own_generator(single):
    assert builtin.builtin_weights({builtin.VARIABLE: str(single)}) == single
    with pytest.raises(WeightsError, match="OSSA_WEIGHTS names"):
        builtin.builtin_weights({builtin.VARIABLE: str(single.with_name("nowhere"))})
