"""Periodic work: retention, and posts for subscriptions that are due.

Safe to run in every process: each row is claimed by one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import structlog

from bot.domain.conversation import Retention
from bot.service.error_location import error_location
from bot.service.ports import Store, StoreUnavailable
from bot.service.retention import RetentionCounts, apply_retention
from bot.service.subscription_posts import PostSource, post_due

log = structlog.get_logger(__name__)

RETENTION_EVERY = 600.0  # seconds
RUN_EVERY = 60.0  # seconds


async def _nothing(now: float) -> None: ...


class Housekeeper:
    """`recommends` returns the current source of recommendations; `on_enqueued` is called after a post was put in the
    outbox; `prune_more` deletes what only one surface stores, given the time (seconds since 1970)."""

    def __init__(
        self,
        store: Store,
        recommends: Callable[[], PostSource],
        *,
        retention: Retention = Retention(),  # noqa: B008  (frozen)
        clock: Callable[[], float] = time.time,
        on_enqueued: Callable[[], None] = lambda: None,
        prune_more: Callable[[float], Awaitable[None]] = _nothing,
    ) -> None:
        self._store = store
        self._recommends = recommends
        self._retention = retention
        self._clock = clock
        self._on_enqueued = on_enqueued
        self._prune_more = prune_more
        self._next_retention = 0.0
        self._woken = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """Begin a round now: something is due that was not foreseen."""
        self._woken.set()

    def close(self) -> None:
        """Make `run` return after the current round."""
        self._closing = True
        self._woken.set()

    async def run(self) -> None:
        """Run a round every `RUN_EVERY` seconds, and at `wake`, until `close`. Errors are logged, and the next
        round tries again."""
        while not self._closing:
            self._woken.clear()
            try:
                await self.run_once()
            except StoreUnavailable as error:
                log.error("housekeeping.store_unavailable", error=str(error))
            except Exception as error:  # the loop must go on: nothing else deletes and posts
                log.error("housekeeping.failed", error=type(error).__name__, at=error_location(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), RUN_EVERY)

    async def run_once(self) -> None:
        """Do what is due now. Raises StoreUnavailable."""
        now = self._clock()
        if await post_due(self._store, now, self._recommends()):
            self._on_enqueued()
        if not 0 < self._next_retention - now <= RETENTION_EVERY:  # due, or the clock was set back meanwhile
            deleted = await apply_retention(self._store, now, self._retention)
            self._next_retention = now + RETENTION_EVERY
            if deleted != RetentionCounts():
                log.info("housekeeping.deleted", **asdict(deleted))
            await self._prune_more(now)
        await self._store.scrub()
