"""The network's parts do what their equations say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from engine.errors import WeightsError  # noqa: E402
from engine.localise.flow import RealNVP  # noqa: E402
from engine.localise.network import Localiser, soft_argmax  # noqa: E402
from engine.localise.resnet import ResNet18, load_imagenet  # noqa: E402
from engine.localise.settings import FAST, NFDP  # noqa: E402


@given(x=st.floats(3, 28), y=st.floats(3, 20))
@settings(max_examples=30, deadline=None)
def test_soft_argmax_finds_the_middle_of_a_blob_between_pixels(x, y):
    columns, rows = torch.arange(32.0), torch.arange(24.0)
    logits = -((columns[None, :] - x) ** 2 + (rows[:, None] - y) ** 2) / (2 * 0.8**2)
    np.testing.assert_allclose(soft_argmax(logits[None, None])[0, 0], [x, y], atol=0.02)


@pytest.fixture(scope="module")
def flow():
    torch.manual_seed(3)
    made = RealNVP().double()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return made


def test_the_flow_comes_back_from_where_it_went(flow):
    errors = torch.randn(50, 2, dtype=torch.float64)
    z, _ = flow.to_normal(errors)
    torch.testing.assert_close(flow.from_normal(z), errors)
    assert (z - errors).abs().max() > 0.1


def test_the_flow_s_log_determinant_is_that_of_its_jacobian(flow):
    errors = torch.randn(5, 2, dtype=torch.float64)
    _, found = flow.to_normal(errors)
    for error, value in zip(errors, found, strict=True):
        jacobian = torch.autograd.functional.jacobian(
            lambda e: flow.to_normal(e[None])[0][0], error
        )
        torch.testing.assert_close(torch.linalg.slogdet(jacobian).logabsdet, value)


def test_the_flow_s_density_sums_to_one(flow):
    axis = torch.linspace(-12, 12, 481, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1).reshape(-1, 2)
    with torch.inference_mode():
        total = float(flow.log_density(grid).exp().sum() * (axis[1] - axis[0]) ** 2)
    assert total == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("preset", [FAST, NFDP])
def test_a_preset_finds_37_landmarks_with_sigmas_in_input_pixels(preset):
    torch.manual_seed(0)
    localiser = Localiser(preset, 37).eval()
    with torch.inference_mode():
        points, sigmas = localiser.locate(torch.zeros(1, 1, preset.side, preset.side))
    assert points.shape == sigmas.shape == (1, 37, 2)
    assert ((points >= -0.5) & (points <= preset.side - 0.5)).all()
    assert (sigmas > 0).all()


def test_the_nfdp_preset_is_the_public_configuration():
    assert (NFDP.side, NFDP.epochs, NFDP.batch_size) == (512, 2000, 8)
    assert (NFDP.learning_rate, NFDP.last_rate) == (8e-4, 0.3)
    varied = NFDP.augmentation
    assert (varied.rotation, varied.scale, varied.shift) == (30, 0.3, 0.15 * 256)


def test_landmarks_off_the_picture_cost_nothing(tiny):
    torch.manual_seed(0)
    localiser = Localiser(tiny, 4)
    images = torch.randn(2, 1, tiny.side, tiny.side)
    points = torch.full((2, 4, 2), 20.0)
    seen = torch.ones(2, 4, dtype=torch.bool)
    seen[:, 3] = False
    elsewhere = points.clone()
    elsewhere[:, 3] = 500.0
    losses = [localiser(images, p, seen)[0].item() for p in (points, elsewhere)]
    assert losses[0] == losses[1]


def test_a_sigma_that_fits_the_error_costs_least(tiny, monkeypatch):
    localiser = Localiser(tiny, 1)
    with torch.no_grad():  # a flow that is the standard normal itself has nothing to say of sigma
        for parameter in localiser.flow.parameters():
            parameter.zero_()
    costs = {}
    for sigma in (0.5, 2.0, 8.0):
        found = torch.full((1, 1, 2), 22.0), torch.full((1, 1, 2), sigma)
        monkeypatch.setattr(localiser, "locate", lambda _, found=found: found)
        true = torch.full((1, 1, 2), 20.0)
        costs[sigma] = localiser(torch.zeros(1), true, torch.ones(1, 1, dtype=torch.bool))[0].item()
    assert min(costs, key=costs.get) == 2.0


def test_imagenet_weights_come_from_a_colour_network_s_file(tmp_path):
    colour = {name: torch.randn_like(t.float()) for name, t in ResNet18().state_dict().items()}
    colour["conv1.weight"] = torch.randn(64, 3, 7, 7)
    colour["fc.weight"] = torch.randn(1000, 512)
    torch.save(colour, tmp_path / "resnet18.pth")
    network = ResNet18()
    load_imagenet(network, tmp_path / "resnet18.pth")
    torch.testing.assert_close(network.conv1.weight, colour["conv1.weight"].sum(1, keepdim=True))


@pytest.mark.parametrize("content", [b"no weights", b""])
def test_a_file_that_is_no_resnet_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "some.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=r"some\.pth is not a file of plain weights"):
        load_imagenet(ResNet18(), tmp_path / "some.pth")
    with pytest.raises(WeightsError, match="no ImageNet weights"):
        load_imagenet(ResNet18(), tmp_path / "none.pth")


def test_another_network_s_weights_are_refused_in_one_line(tmp_path):
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="does not hold the weights of a ResNet-18"):
        load_imagenet(ResNet18(), tmp_path / "other.pth")
