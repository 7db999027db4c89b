"""Compile the network for one batch size, and keep the result only where it proves faster.

``torch.compile`` fuses norms and activations and, on a GPU, replays the whole network as one CUDA
graph. It takes about a minute, so it is tried only where minutes of sampling are ahead, and
only on CUDA: on a CPU it needs a C++ compiler, which few of the machines that Ossa is for have.
"""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from engine.canvas import CANVAS_SIZE
from engine.generate.denoiser import Denoiser
from engine.generate.precision import autocast

WORTH_SECONDS = 240.0  # of sampling ahead, before a minute of compiling is spent
_TIMED_CALLS = 5
_AGREEMENT = 0.02  # of the output's deviation; bfloat16 rounds in another order
Compiler = Callable[[nn.Module], Any]


class OneShape(nn.Module):
    """`fast` for inputs of one shape, `plain` for every other (the last batch of a run)."""

    def __init__(self, plain: nn.Module, fast: nn.Module, shape: torch.Size) -> None:
        super().__init__()
        self.plain, self.fast, self.shape = plain, fast, shape

    def forward(
        self,
        x: Tensor,
        steps: Tensor,
        conditions: Tensor | None = None,
        layouts: Tensor | None = None,
    ) -> Tensor:
        """As `engine.generate.unet.UNet.forward`."""
        network = self.fast if x.shape == self.shape else self.plain
        return network(x, steps, conditions, layouts)


def compile_where_it_pays(
    denoiser: Denoiser,
    batch: int,
    calls: int,
    precision: str,
    compiler: Compiler | None = None,
    worth_seconds: float = WORTH_SECONDS,
) -> str:
    """Give the denoiser a compiled network for batches of `batch`, if that is faster.

    Args:
        calls: network calls per pair times the pairs that are ahead.
        compiler: makes the faster network; torch's own with CUDA graphs if left out.

    Returns:
        what was gained, in one line; empty where nothing was.
    """
    plain = denoiser.network
    device = denoiser.alpha.device
    x = torch.randn(batch, 2, CANVAS_SIZE, CANVAS_SIZE, device=device)
    x = x.contiguous(memory_format=torch.channels_last)
    steps = denoiser.channel_steps[0].expand(batch, -1)
    layouts = denoiser.draw_layouts(0, range(batch))
    expected, before = _timed(plain, x, steps, layouts, precision)
    if before * calls / batch < worth_seconds:
        return ""
    try:
        fast = (compiler or _torch_compiler)(plain)
        found, after = _timed(fast, x, steps, layouts, precision)
    except Exception:  # a compiler that fails, in whatever way, leaves us with what works
        return ""
    far = (found - expected).abs().mean() > _AGREEMENT * expected.std()
    if far or after >= before:
        return ""
    denoiser.add_module("network", OneShape(plain, fast, x.shape))
    return f"Compiled the network: {before / after:.1f} times faster in batches of {batch}"


def _torch_compiler(network: nn.Module) -> Any:
    return torch.compile(network, mode="reduce-overhead", dynamic=False)


def _timed(
    network: nn.Module, x: Tensor, steps: Tensor, layouts: Tensor | None, precision: str
) -> tuple[Tensor, float]:
    """The output, and the fastest of a few calls in seconds; the first two are not counted."""
    seconds = []
    for _ in range(2 + _TIMED_CALLS):
        start = time.perf_counter()
        with torch.inference_mode(), autocast(x.device, precision):
            output = network(x, steps, None, layouts).float().clone()
        _wait_for(x.device)
        seconds.append(time.perf_counter() - start)
    return output, min(seconds[2:])


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
