"""Teams delivers a message again when a turn took longer than 15 seconds. Each is taken once.

The session gives a delivery that it saw before the reply it got then; what it cannot know is whether that reply was
sent. This is the part that this process knows.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 10_000


class Deliveries(Generic[T]):
    """What is being taken in now, and what was taken in lately."""

    def __init__(self) -> None:
        self._taken: OrderedDict[tuple[str, str], asyncio.Future[T]] = OrderedDict()

    async def once(self, key: tuple[str, str], take: Callable[[], Awaitable[T]], settled: Callable[[T], bool]) -> T:
        """The outcome of `take`, which runs once per key. Who comes while it runs gets the same outcome.

        An outcome that is not `settled`, and an exception, are forgotten: the next delivery is taken again.
        """
        running = self._taken.get(key)
        if running is not None:
            return await asyncio.shield(running)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._taken[key] = future
        if len(self._taken) > KEPT:
            self._taken.popitem(last=False)
        try:
            outcome = await take()
        except BaseException as error:
            self._taken.pop(key, None)
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # nobody may be waiting for it
            else:
                future.cancel()
            raise
        if not settled(outcome):
            self._taken.pop(key, None)
        future.set_result(outcome)
        return outcome
