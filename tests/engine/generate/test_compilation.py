"""A compiled network is used where it is right and faster, and nowhere else."""

import time

import pytest

torch = pytest.importorskip("torch")

from engine.generate.compilation import OneShape, compile_where_it_pays  # noqa: E402
from engine.generate.denoiser import Denoiser  # noqa: E402


class Slow(torch.nn.Module):
    """The network, after a pause."""

    def __init__(self, network, seconds=0.05):
        super().__init__()
        self.network, self.seconds = network, seconds

    def forward(self, *inputs):
        time.sleep(self.seconds)
        return self.network(*inputs)


class Wrong(torch.nn.Module):
    """At once, but something else."""

    def forward(self, x, _steps, _conditions=None):
        return torch.zeros_like(x)


def fail(_network):
    raise RuntimeError("no compiler here")


@pytest.fixture
def denoiser(tiny):
    torch.manual_seed(2)
    made = Denoiser(tiny).eval()
    made.add_module("network", Slow(made.network))
    return made


def attempt(denoiser, compiler, worth_seconds=0.0):
    return compile_where_it_pays(denoiser, 2, 100, "float32", compiler, worth_seconds)


def test_a_faster_network_is_taken_for_its_batch_and_the_old_one_for_others(denoiser):
    slow = denoiser.network
    said = attempt(denoiser, lambda network: network.network)
    assert said.startswith("Compiled the network: ")
    taken = denoiser.network
    assert isinstance(taken, OneShape)
    assert (taken.plain, taken.fast) == (slow, slow.network)
    for batch in (2, 1):
        x = torch.randn(batch, 2, 256, 256)
        with torch.inference_mode():
            torch.testing.assert_close(
                denoiser.network(x, torch.zeros(batch, 2)), slow(x, torch.zeros(batch, 2))
            )


@pytest.mark.parametrize("compiler", [fail, lambda network: Slow(network, 0.15), lambda _: Wrong()])
def test_one_that_fails_is_slower_or_is_wrong_is_left_alone(denoiser, compiler):
    before = denoiser.network
    assert attempt(denoiser, compiler) == ""
    assert denoiser.network is before


def test_nothing_is_compiled_for_a_few_pairs(denoiser):
    asked = []
    assert attempt(denoiser, asked.append, worth_seconds=60.0) == ""
    assert asked == []
