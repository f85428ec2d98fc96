"""What happens by the clock: old things are swept away, subscribed places get their recommendation.

Every process may run it: each conversation is swept and each subscription posted by one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from bot.domain.conversation import Retention
from bot.service.error_location import error_location
from bot.service.ports import Store, StoreUnavailable
from bot.service.retention import RetentionCounts, apply_retention
from bot.service.subscription_posts import PostSource, post_due

logger = logging.getLogger(__name__)

SWEEP_EVERY = 600.0  # seconds
LOOK_EVERY = 60.0  # seconds, for subscriptions


async def _nothing(now: float) -> None: ...


class Housekeeper:
    """`recommends` gives what to recommend now; `woken` is called when a post is in the outbox; `besides` sweeps what
    only one surface keeps, given the time."""

    def __init__(
        self,
        store: Store,
        recommends: Callable[[], PostSource],
        *,
        retention: Retention = Retention(),  # noqa: B008  (frozen)
        clock: Callable[[], float] = time.time,
        woken: Callable[[], None] = lambda: None,
        besides: Callable[[float], Awaitable[None]] = _nothing,
    ) -> None:
        self._store = store
        self._recommends = recommends
        self._retention = retention
        self._clock = clock
        self._woken = woken
        self._besides = besides
        self._next_sweep = 0.0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let `run` end after what it is at."""
        self._closing.set()

    async def run(self) -> None:
        """Until closed. Whatever fails is logged, and everything tried again at the next look."""
        while not self._closing.is_set():
            try:
                await self.look()
            except StoreUnavailable as error:
                logger.error("housekeeping: memory unavailable: %s", error)
            except Exception as error:  # nobody else would notice that nothing is swept and posted any more
                logger.error("housekeeping: look failed: error=%s at=%s", type(error).__name__, error_location(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), LOOK_EVERY)

    async def look(self) -> None:
        """Do what is due now."""
        now = self._clock()
        if await post_due(self._store, now, self._recommends()):
            self._woken()
        if not 0 < self._next_sweep - now <= SWEEP_EVERY:  # due, or the clock was set back meanwhile
            swept = await apply_retention(self._store, now, self._retention)
            self._next_sweep = now + SWEEP_EVERY
            if swept != RetentionCounts():
                logger.info("housekeeping: swept %s", swept)
            await self._besides(now)
        await self._store.scrub()
