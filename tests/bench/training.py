"""What a training step costs: ``python -m tests.bench.training``.

Seconds per training pair of each preset with the allocator's defaults and with huge pages
(`engine.jobs.huge_pages`), and in float32 and bfloat16. The allocator is chosen when a process
starts, so every row is a process of its own, and rows take turns to share the machine's moods.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

from engine.jobs.huge_pages import ENVIRONMENT

WARM_UP = 2
ROUNDS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=6, help="timed steps per process")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(*_measure(*arguments.measure, arguments.steps))
        return
    rows = {
        (preset, precision, pages): []
        for preset in ("fast", "paper", "vae", "gan")
        for precision, pages in (("float32", False), ("float32", True), ("bfloat16", True))
    }
    for _ in range(ROUNDS):
        for row, seconds in rows.items():
            seconds += _run(*row, arguments.steps)
    print(f"{'preset':8}{'precision':11}{'huge pages':12}{'s/pair':>8}{'ratio':>8}")
    for (preset, precision, pages), seconds in rows.items():
        baseline = statistics.median(rows[preset, "float32", False])
        median = statistics.median(seconds)
        print(
            f"{preset:8}{precision:11}{'yes' if pages else 'no':12}{median:8.3f}"
            f"{baseline / median:8.2f}"
        )


def _run(preset: str, precision: str, pages: bool, steps: int) -> list[float]:
    command = [sys.executable, "-m", __spec__.name, "--steps", str(steps)]
    environment = {**os.environ, **(ENVIRONMENT if pages else {})}
    done = subprocess.run(
        [*command, "--measure", preset, precision],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(word) for word in done.stdout.split()]


def _measure(name: str, precision: str, steps: int) -> list[float]:
    import torch

    from engine.data.augmentation import CONDITIONING_SIZE
    from engine.generate.batches import Batch
    from engine.generate.families import make_generator
    from engine.generate.precision import autocast
    from engine.generate.settings import preset

    settings = preset(name)
    generator = make_generator(settings)
    optimiser = torch.optim.Adam(generator.parameters(), lr=1e-4, fused=True)
    size = settings.training.batch_size
    pairs = torch.zeros(size, 2, 256, 256).contiguous(memory_format=torch.channels_last)
    seconds = []
    told = torch.zeros(size, CONDITIONING_SIZE) if settings.augmentation else None
    for step in range(WARM_UP + steps):
        start = time.perf_counter()
        with autocast(torch.device("cpu"), precision):
            loss, _ = generator(Batch(pairs, told, step))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        seconds.append((time.perf_counter() - start) / size)
    return seconds[WARM_UP:]


if __name__ == "__main__":
    main()
