"""What an accepted pair costs, ours and others', side by side: ``python -m tests.bench.sampling``.

In one process on one machine: the paper's U-Net with 800 ancestral steps; a `diffusers`
``UNet2DModel`` of the same widths and blocks with its ``DDPMScheduler`` (800 steps) and with its
``DPMSolverMultistepScheduler`` (20); and ours with the built-in generator (or ``--weights``) as
`ossa generate` runs it. The long ones are timed on a few steps and multiplied out. Rows take turns.

What the others have accepted is the paper's share, ours is what a run stated with ``--ours`` gave,
or what ``--measure COUNT`` generates and judges here. The floor of a row is its multiplications and
additions over the matrix throughput of this machine, both measured here.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.canvas import CANVAS_SIZE
from engine.generate.builtin import VARIABLE, builtin_weights
from engine.generate.denoiser import Denoiser
from engine.generate.generator import in_channels_last
from engine.generate.sampling import sample_pairs
from engine.generate.settings import PAPER
from engine.generate.weights import load_generator, read_weights_info

PAPER_ACCEPTANCE = 0.40
SOLVER_STEPS = 20
_ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """A way to sample. seconds: times `timed` steps of a batch of `batch`, of `steps` in all."""

    name: str
    steps: int
    timed: int
    batch: int
    acceptance: float
    seconds: Callable[[], float]
    call: Callable[[], Any]

    def per_pair(self, seconds: list[float]) -> float:
        """Seconds per pair, multiplied out."""
        return statistics.median(seconds) * self.steps / self.timed / self.batch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, help="instead of the built-in generator's")
    parser.add_argument("--batch", type=int, default=4, help="pairs at once, of every row")
    parser.add_argument("--timed-steps", type=int, default=2, help="of the rows of 800 steps")
    parser.add_argument("--others", type=float, default=PAPER_ACCEPTANCE, help="acceptance")
    ours = parser.add_mutually_exclusive_group(required=True)
    ours.add_argument("--ours", type=float, help="acceptance of a stated run of ours")
    ours.add_argument("--measure", type=int, metavar="COUNT", help="measure it on COUNT pairs here")
    parser.add_argument("--policy", default="refined", help="of --measure")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.weights:
        os.environ[VARIABLE] = str(arguments.weights.resolve())
    accepted = arguments.ours
    if arguments.measure:
        accepted = measured_acceptance(arguments.measure, arguments.policy)
    with torch.inference_mode():
        rows = make_rows(arguments.batch, arguments.timed_steps, arguments.others, accepted)
        throughput = matrix_throughput()
        seconds: list[list[float]] = [[] for _ in rows]
        for _ in range(_ROUNDS):
            for row, measured in zip(rows, seconds, strict=True):
                measured.append(row.seconds())
        _print_table(rows, seconds, throughput)


def make_rows(batch: int, timed: int, others: float, ours: float) -> list[Row]:
    """The four ways, the paper's first; every network has been called once."""
    denoiser = load_generator(read_weights_info(builtin_weights()))
    settings = denoiser.settings.sampling
    paper = in_channels_last(Denoiser(PAPER)).eval()
    library = _library_network()
    x = torch.randn(batch, 2, CANVAS_SIZE, CANVAS_SIZE)
    x = x.contiguous(memory_format=torch.channels_last)

    def row(name: str, steps: int, count: int, share: float, run: Any, call: Any) -> Row:
        call()
        return Row(name, steps, count, batch, share, _timed(run), call)

    def call_of(network: Any, *levels: int) -> Callable[[], Any]:
        return lambda: network(x, torch.full((batch, *levels), 400))

    def sample_ours() -> None:
        from engine.events import CancelToken

        sampled = sample_pairs(
            denoiser, 0, range(batch), settings.sampler, settings.steps, CancelToken()
        )
        for _ in sampled:
            pass

    whole = PAPER.sampling.steps
    return [
        row("a  paper's U-Net, ancestral", whole, timed, others,
            lambda: _ancestral(paper, x, timed), call_of(paper.network, 2)),
        row("b  diffusers, DDPMScheduler", whole, timed, others,
            lambda: _scheduled(library, _ddpm(), x, timed), call_of(library)),
        row("c  diffusers, DPMSolverMultistep", SOLVER_STEPS, SOLVER_STEPS, others,
            lambda: _scheduled(library, _solver(), x, SOLVER_STEPS), call_of(library)),
        row(f"d  ours, {settings.sampler}", settings.steps, settings.steps, ours,
            sample_ours, call_of(denoiser.network, 2)),
    ]  # fmt: skip


def measured_acceptance(count: int, policy: str) -> float:
    """The share of `count` pairs of the built-in generator that the gate accepts."""
    from engine.events import CancelToken, JobFinished
    from engine.jobs.generate import GenerateRequest, generate

    with tempfile.TemporaryDirectory() as folder:
        request = GenerateRequest(None, Path(folder) / "project", count, seed=7, policy=policy)
        *_, last = generate(request, CancelToken())
    assert isinstance(last, JobFinished)
    return float(last.summary["acceptance"])


def matrix_throughput(side: int = 1536) -> float:
    """Floating-point operations per second of a float32 product of square matrices."""
    a, b = torch.randn(2, side, side)
    run = _timed(lambda: a @ b)
    return 2 * side**3 / min(run() for _ in range(6))


def operations(call: Callable[[], Any]) -> int:
    """Multiplications and additions of a call, as torch counts them."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        call()
    return int(counter.get_total_flops())


def _library_network() -> Any:
    """diffusers' U-Net with the paper's widths and blocks, without attention."""
    from diffusers import UNet2DModel

    widths = PAPER.network.widths
    network = UNet2DModel(
        sample_size=CANVAS_SIZE,
        in_channels=2,
        out_channels=2,
        layers_per_block=PAPER.network.blocks,
        block_out_channels=widths,
        down_block_types=("DownBlock2D",) * len(widths),
        up_block_types=("UpBlock2D",) * len(widths),
        add_attention=False,
    ).eval()
    return network.to(memory_format=torch.channels_last)


def _ddpm() -> Any:
    from diffusers import DDPMScheduler

    scheduler = DDPMScheduler(num_train_timesteps=PAPER.diffusion.steps)
    scheduler.set_timesteps(PAPER.diffusion.steps)
    return scheduler


def _solver() -> Any:
    from diffusers import DPMSolverMultistepScheduler

    scheduler = DPMSolverMultistepScheduler(num_train_timesteps=PAPER.diffusion.steps)
    scheduler.set_timesteps(SOLVER_STEPS)
    return scheduler


def _scheduled(network: Any, scheduler: Any, x: Tensor, count: int) -> None:
    for step in scheduler.timesteps[:count]:
        x = scheduler.step(network(x, step).sample, step, x).prev_sample


def _ancestral(denoiser: Denoiser, x: Tensor, count: int) -> None:
    from engine.generate.samplers import ancestral_step

    schedule = denoiser.schedule
    for step in range(len(schedule) - 1, len(schedule) - 1 - count, -1):
        clean = denoiser.clean(x, step)
        now, then = schedule.at(step)[0], schedule.at(step - 1)[0]
        x = ancestral_step(x, clean, now, then, torch.randn_like(x))


def _timed(run: Callable[[], Any]) -> Callable[[], float]:
    def measure() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return measure


def _print_table(rows: list[Row], seconds: list[list[float]], throughput: float) -> None:
    print(f"{torch.get_num_threads()} threads, {throughput / 1e9:.0f} GFLOP/s in float32 products")
    print(f"{'':34}{'steps':>6}{'s/pair':>9}{'accepted':>9}{'s/accepted':>11}{'floor s':>9}"
          f"{'a/row pair':>11}{'a/row accepted':>15}")  # fmt: skip
    first = rows[0].per_pair(seconds[0])
    for row, measured in zip(rows, seconds, strict=True):
        pair = row.per_pair(measured)
        floor = operations(row.call) / row.batch * row.steps / throughput
        share = rows[0].acceptance / row.acceptance
        print(f"{row.name:34}{row.steps:6}{pair:9.2f}{row.acceptance:9.0%}"
              f"{pair / row.acceptance:11.2f}{floor:9.2f}{first / pair:11.1f}"
              f"{first / pair / share:15.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
