"""Redeliveries within this process: Teams delivers a message again when its request took longer than 15 seconds.

Those to another process are recognised by the session, in the turn's transaction.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MAX_DELIVERIES = 10_000  # that are remembered


class Deliveries(Generic[T]):
    """The deliveries that are being handled, and those that were handled lately. `on_repeated`: called at each further
    delivery of one of them."""

    def __init__(self, on_repeated: Callable[[], None] = lambda: None) -> None:
        self._on_repeated = on_repeated
        self._outcomes: OrderedDict[tuple[str, str], asyncio.Future[T]] = OrderedDict()

    async def once(self, key: tuple[str, str], handle: Callable[[], Awaitable[T]], is_final: Callable[[T], bool]) -> T:
        """The outcome of `handle`, which runs once per key; calls meanwhile wait for the same outcome.

        After an exception, and an outcome that is not `is_final`, the next delivery is handled again.
        """
        running = self._outcomes.get(key)
        if running is not None:
            self._on_repeated()
            return await asyncio.shield(running)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._outcomes[key] = future
        if len(self._outcomes) > MAX_DELIVERIES:
            self._outcomes.popitem(last=False)
        try:
            outcome = await handle()
        except BaseException as error:
            self._outcomes.pop(key, None)
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # marks it as retrieved, as no call may be waiting for it
            else:
                future.cancel()
            raise
        if not is_final(outcome):
            self._outcomes.pop(key, None)
        future.set_result(outcome)
        return outcome
