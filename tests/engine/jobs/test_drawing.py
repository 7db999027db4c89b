"""How many pairs are drawn at once, and what happens when memory does not hold them."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from engine.errors import DeviceError
from engine.events import CancelToken, Notice, PairSampled
from engine.generate.denoiser import Denoiser
from engine.generate.memory import is_out_of_memory
from engine.generate.weights import load_generator, read_weights_info
from engine.jobs.batch_size import CPU_LARGEST, GPU_FIRST, GPU_LARGEST, BatchSize
from engine.jobs.drawing import Drawing
from tests.engine.hand_dataset import TINY


class Cramped(torch.nn.Module):
    """A network whose device holds only so many pairs at once."""

    def __init__(self, network, holds, error):
        super().__init__()
        self.network, self.holds, self.error = network, holds, error
        self.batches = []

    def forward(self, x, *more):
        self.batches.append(len(x))
        if len(x) > self.holds:
            raise self.error
        return self.network(x, *more)


def cramped(denoiser, holds, error=None):
    error = error or torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    denoiser.add_module("network", Cramped(denoiser.network, holds, error))
    return denoiser


def draw(denoiser, count, batch_size):
    numbers = iter(range(count))

    def following(size):
        return list(islice(numbers, size))

    drawing = Drawing(denoiser, 1, "ddim", 3, "float32", batch_size)
    return list(drawing.pairs(following, count, CancelToken()))


@pytest.fixture
def denoiser(trained):
    return load_generator(read_weights_info(trained))


def test_full_memory_halves_the_batch_says_so_and_loses_no_pair(denoiser):
    expected = {e.index: e.pair for e in draw(denoiser, 11, 2) if isinstance(e, PairSampled)}
    events = draw(cramped(denoiser, holds=3), 11, 8)
    pairs = [e for e in events if isinstance(e, PairSampled)]
    assert [e.index for e in pairs] == list(range(11))
    for event in pairs:
        other = expected[event.index].channels()
        assert np.abs(event.pair.channels() - other).max() < 2e-3
    notices = [e.text for e in events if isinstance(e, Notice)]
    assert notices == [
        "The memory of cpu is full; going on with 4 at a time",
        "The memory of cpu is full; going on with 2 at a time",
    ]
    assert denoiser.network.batches.count(8) == 1
    assert denoiser.network.batches[-1] == 1  # the eleventh


def test_memory_that_holds_no_single_pair_is_said_in_one_line(denoiser):
    with pytest.raises(DeviceError, match="does not hold a single pair") as caught:
        draw(cramped(denoiser, holds=0), 4, 2)
    assert "\n" not in str(caught.value)


def test_any_other_fault_is_passed_on(denoiser):
    with pytest.raises(RuntimeError, match="shapes"):
        draw(cramped(denoiser, 0, RuntimeError("shapes do not match")), 4, 2)


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 bytes"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"), True),
        (MemoryError(), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_full_memory_is_told_from_other_faults(error, full):
    assert is_out_of_memory(error) is full


def test_on_a_cpu_the_first_pair_comes_alone_and_batches_double_to_the_cheapest():
    batch, sizes = BatchSize(None, on_gpu=False), []
    for _ in range(5):
        sizes.append(batch.size)
        batch.took(batch.size, seconds=float(batch.size))
    assert sizes == [1, 2, 4, 4, 4]
    assert CPU_LARGEST == 4


def test_on_a_gpu_the_batch_doubles_for_as_long_as_a_pair_gets_cheaper():
    batch = BatchSize(None, on_gpu=True)
    while not batch.settled:
        batch.took(batch.size, seconds=0.1 + 0.001 * batch.size + (batch.size > 100))
    assert batch.size == 64
    growing = BatchSize(None, on_gpu=True)
    assert growing.size == GPU_FIRST
    while not growing.settled:
        growing.took(growing.size, seconds=1.0)
    assert growing.size == GPU_LARGEST


def test_a_batch_that_was_not_full_says_nothing_about_size():
    batch = BatchSize(None, on_gpu=True)
    batch.took(3, seconds=100.0)
    assert batch.size == GPU_FIRST
    assert not batch.settled


def test_a_batch_that_was_asked_for_stays_but_for_full_memory():
    batch = BatchSize(6, on_gpu=True)
    batch.took(6, seconds=1.0)
    assert batch.size == 6
    assert batch.halve(6)
    assert (batch.size, batch.settled) == (3, True)
    assert not batch.halve(1)


def test_the_network_of_a_drawing_is_called_once_per_step_and_batch():
    torch.manual_seed(0)
    made = cramped(Denoiser(replace(TINY, preset="counted")).eval(), holds=99)
    draw(made, 7, None)
    assert made.network.batches == [1] * 3 + [2] * 3 + [4] * 3
