"""Ways to call the fast network on a CPU: ``python -m tests.bench.cpu_paths``.

Processor seconds per pair and network call, in one thread, for batch sizes, memory layouts and
precisions; with ``--compile`` also ``torch.compile``, which takes minutes and a C++ compiler.
Rows take turns, the fastest of several counts; the baseline is float32 in torch's own layout.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import torch

from engine.canvas import CANVAS_SIZE
from engine.generate.denoiser import Denoiser
from engine.generate.generator import in_channels_last
from engine.generate.precision import autocast
from engine.generate.settings import FAST

_ROUNDS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    plain, folded = Denoiser(FAST).eval(), in_channels_last(Denoiser(FAST).eval())
    ways: dict[str, tuple[Any, bool, str]] = {
        "float32": (plain.network, False, "float32"),
        "float32, channels last": (folded.network, True, "float32"),
        "bfloat16, channels last": (folded.network, True, "bfloat16"),
    }
    if arguments.compile:
        compiled = torch.compile(folded.network)
        ways["float32, channels last, compiled"] = (compiled, True, "float32")
    calls = {
        (name, batch): _call(*way, batch)
        for name, way in ways.items()
        for batch in arguments.batches
    }
    fastest = {key: min(call() for _ in range(2)) for key, call in calls.items()}
    for _ in range(_ROUNDS):
        for key, call in calls.items():
            fastest[key] = min(fastest[key], call())
    print(f"{'':34}" + "".join(f"{f'batch {b}, ms':>14}{'ratio':>7}" for b in arguments.batches))
    for name in ways:
        line = f"{name:34}"
        for batch in arguments.batches:
            took = fastest[name, batch]
            line += f"{1000 * took:14.1f}{fastest['float32', batch] / took:7.2f}"
        print(line)


def _call(network: Any, channels_last: bool, precision: str, batch: int) -> Callable[[], float]:
    x = torch.randn(batch, 2, CANVAS_SIZE, CANVAS_SIZE)
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    steps = torch.full((batch, 2), 500)

    def measure() -> float:
        start = time.process_time()
        with torch.inference_mode(), autocast(x.device, precision):
            network(x, steps)
        return (time.process_time() - start) / batch

    return measure


if __name__ == "__main__":
    main()
