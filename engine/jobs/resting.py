"""Rests of a generation that is ahead of its reviewer: how many pairs may wait."""

import sys
from collections.abc import Callable, Iterator

from engine.errors import SettingsError
from engine.events import CancelToken, ReviewAwaited

LOOK_EVERY = 0.5  # seconds between looks whether the reviewer has caught up


class RestLimit:
    """At how many undecided pairs a generation rests; None for never.

    Whoever started the job keeps it, and may change it from any thread while the job runs or waits
    in a queue.
    """

    def __init__(self, pairs: int | None = None) -> None:
        self._pairs: int | None = None
        self.pairs = pairs

    @property
    def pairs(self) -> int | None:
        """The number in force.

        Raises:
            SettingsError: set to less than one.
        """
        return self._pairs

    @pairs.setter
    def pairs(self, pairs: int | None) -> None:
        if pairs is not None and pairs < 1:
            raise SettingsError(f"pause at {pairs} undecided pairs: choose at least 1")
        self._pairs = pairs


def rest_limit(asked: int | RestLimit | None) -> RestLimit:
    """A limit that can be changed, or one that stays.

    Raises:
        SettingsError: less than one pair.
    """
    return asked if isinstance(asked, RestLimit) else RestLimit(asked)


class Rests:
    """The rests of one generation; undecided: says how many pairs wait now."""

    def __init__(self, limit: RestLimit, undecided: Callable[[], int]) -> None:
        self._limit, self._undecided = limit, undecided
        self._waved_on = 0  # pairs that a person let wait beside those of the limit

    @property
    def room(self) -> int:
        """How many pairs may still join those that wait for a reviewer."""
        limit = self._limit.pairs
        if limit is None:
            return sys.maxsize
        return max(0, self._waved_on + limit - self._undecided())

    def rest(self, token: CancelToken) -> Iterator[ReviewAwaited]:
        """Wait for the reviewer where there is no room; say how many pairs wait, and the end.

        The rest ends once half of the limit is left, when `CancelToken.resume` asks for as many
        again, or when another limit makes room.
        """
        first = self._limit.pairs
        if first is None or self.room > 0:
            return
        said = None
        while not token.stopped:
            limit, undecided = self._limit.pairs, self._undecided()
            if limit is None or (limit != first and undecided < self._waved_on + limit):
                yield ReviewAwaited(undecided, undecided)
                return
            awaited = ReviewAwaited(undecided, self._waved_on + limit // 2)
            if awaited != said:
                yield awaited
                said = awaited
            if awaited.over:
                return
            if token.wait(LOOK_EVERY):
                self._waved_on = undecided
                yield ReviewAwaited(undecided, undecided)
                return
            token.wait_while_paused()
