"""Draw pairs batch by batch: batches that grow as far as it pays and shrink when memory is full."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from engine.errors import DeviceError
from engine.events import CancelToken, Event, Notice, PairSampled
from engine.jobs.batch_size import BatchSize

Next = Callable[[int], list[int]]  # at most so many numbers of the pairs to draw, [] at the end


class Drawing:
    """One generator at work on one seed; `seconds` counts until the taker of a pair is done with
    it, pauses left out.

    Args:
        generator: `engine.generate.generator.PairGenerator`, on its device.
        batch_size: pairs at once, None to choose.
    """

    def __init__(
        self,
        generator: Any,
        seed: int,
        sampler: str,
        steps: int,
        precision: str,
        batch_size: int | None = None,
    ) -> None:
        self._generator = generator
        self._seed, self._sampler, self._steps = seed, sampler, steps
        self._precision = precision
        self._device = generator.device.type
        self._batch = BatchSize(batch_size, on_gpu=self._device != "cpu")
        self._sped_up = self._device != "cuda" or steps == 1  # one call is not worth a compiler
        self.seconds = 0.0

    def pairs(self, following: Next, pairs_left: int, token: CancelToken) -> Iterator[Event]:
        """Draw until `following` has no more numbers or the token ends it.

        Args:
            pairs_left: about how many there will be, to tell what preparation pays for.

        Yields:
            `SamplingStep`, `PairSampled`, and a `Notice` when memory was full.

        Raises:
            DeviceError: memory does not hold a single pair.
        """
        waiting: list[int] = []
        while not token.stopped:
            waiting = waiting or following(self._batch.size)
            if not waiting:
                return
            if self._batch.settled and not self._sped_up:
                self._sped_up = True
                yield from self._speed_up(pairs_left)
            indices = waiting[: self._batch.size]
            if (yield from self._one_batch(indices, token)):
                waiting = waiting[len(indices) :]
                pairs_left -= len(indices)
            else:
                yield Notice(
                    f"The memory of {self._device} is full; going on with "
                    f"{self._batch.size} at a time"
                )

    def _one_batch(
        self, indices: Sequence[int], token: CancelToken
    ) -> Generator[Event, None, bool]:
        """Draw one batch; its value is whether memory held it."""
        from engine.generate.memory import is_out_of_memory, release_memory
        from engine.generate.sampling import sample_pairs

        def clock() -> float:
            return time.monotonic() - token.seconds_waited

        start, drawn = clock(), False
        try:
            for event in sample_pairs(
                self._generator,
                self._seed,
                indices,
                self._sampler,
                self._steps,
                token,
                self._precision,
            ):
                if isinstance(event, PairSampled) and not drawn:
                    drawn = True
                    self._batch.took(len(indices), clock() - start)
                yield event
        except (RuntimeError, MemoryError) as error:
            if drawn or not is_out_of_memory(error):
                raise
            if not self._batch.halve(len(indices)):
                raise DeviceError(
                    f"the memory of {self._device} does not hold a single pair: close what else "
                    "uses it, or choose another device"
                ) from error
        else:
            self.seconds += clock() - start
            return True
        release_memory()
        return False

    def _speed_up(self, pairs_left: int) -> Iterator[Event]:
        from engine.generate.compilation import compile_where_it_pays

        text = compile_where_it_pays(
            self._generator, self._batch.size, self._steps * pairs_left, self._precision
        )
        if text:
            yield Notice(text)
