"""How many pairs are sampled at once.

A generation starts small, so that its first pair is seen early, and doubles. On a GPU it goes on
doubling for as long as that makes a pair cheaper; full memory halves it for good.
"""

import math

CPU_FIRST, CPU_LARGEST = 1, 4  # a pair gets 14 % cheaper from 1 to 4 and no cheaper beyond
GPU_FIRST, GPU_LARGEST = 8, 512
_WORTHWHILE = 0.95  # of the seconds per pair of half the batch


class BatchSize:
    """The number of pairs of the next batch, `size`.

    fixed: what the user asked for; None is chosen by what batches cost.
    """

    def __init__(self, fixed: int | None, on_gpu: bool) -> None:
        first, largest = (GPU_FIRST, GPU_LARGEST) if on_gpu else (CPU_FIRST, CPU_LARGEST)
        self.size = fixed or first
        self._largest = fixed or largest
        self._must_pay = on_gpu
        self._cheapest = math.inf

    @property
    def settled(self) -> bool:
        """Whether the size will not grow any more."""
        return self.size >= self._largest

    def took(self, pairs: int, seconds: float) -> None:
        """A batch of `pairs` was sampled in `seconds`; one that was not full says nothing."""
        if self.settled or pairs < self.size:
            return
        cost = seconds / pairs
        if self._must_pay and cost > _WORTHWHILE * self._cheapest:
            self._largest = self.size = max(1, self.size // 2)
            return
        self._cheapest = min(cost, self._cheapest)
        self.size = min(2 * self.size, self._largest)

    def halve(self, pairs: int) -> bool:
        """Memory did not hold a batch of `pairs`; False when it was a single one."""
        if pairs <= 1:
            return False
        self._largest = self.size = pairs // 2
        return True
