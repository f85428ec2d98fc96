"""Leases on outbox items that need no synchronised clocks.

The owner changes its lease every second. Other processes never read the time in it: each watches by its own monotonic
clock whether the value changes, and treats a lease that stayed the same for `LEASE` seconds as abandoned. (DynamoDB's
lock client works the same way: a record version number, and a lease duration that each client measures itself.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bot.domain.outbox import ClaimedItem, Lease, OutboxItem
from bot.service.error_location import error_location
from bot.service.ports import Store

log = structlog.get_logger(__name__)

LEASE = 5.0  # seconds without a renewal after which a lease is abandoned
RENEW_EVERY = 1.0  # seconds; several renewals may fail before another process takes over
SAFE = 2.5  # seconds after a renewal in which no other process can have taken over


class LeaseWatch:
    """When this process saw each lease change last. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: dict[Lease, float] = {}
        self._checked_at = float("-inf")

    def abandoned(self, leases: Sequence[Lease]) -> list[Lease]:
        """Those of `leases` (all current ones) that have not changed for `LEASE` seconds. To be called more often than
        that: after a longer pause renewals may have been missed, so watching starts again."""
        now = self._clock()
        earlier = self._since if now - self._checked_at < LEASE else {}
        self._checked_at = now
        self._since = {lease: earlier.get(lease, now) for lease in leases}
        return [lease for lease, since in self._since.items() if now - since >= LEASE]


@dataclass
class HeldItem:
    """An outbox item that this process is sending. `renewed`: when its lease was last valid, monotonic seconds."""

    claimed: ClaimedItem
    renewed: float
    marked: bool  # the store says that it may have arrived
    went_out: bool = False  # in this attempt

    @property
    def item(self) -> OutboxItem:
        return self.claimed.item


class HeldItems:
    """The items that this process (`owner`) is sending; renews their leases in the background meanwhile."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._monotonic = monotonic
        self._held: dict[str, HeldItem] = {}
        self._renewal: asyncio.Task[None] | None = None

    def __contains__(self, item: str) -> bool:
        return item in self._held

    @contextmanager
    def holding(self, held: HeldItem) -> Iterator[None]:
        """Renew the lease of `held` while the block runs."""
        self._held[held.item.id] = held
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            self._held.pop(held.item.id, None)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            before, held = self._monotonic(), dict(self._held)
            if not held:
                self._renewal = None
                return
            try:
                async with self._store.transaction() as unit:
                    renewed = await unit.outbox.renew(list(held), self._owner, now=self._clock(), lease=LEASE)
            except Exception as error:  # the next renewal may succeed
                log.warning("outbox.leases_not_renewed", error=type(error).__name__, at=error_location(error))
                continue
            for id in renewed:
                held[id].renewed = before
