"""Who is alive, told without comparing clocks: a lease that stands still for long enough is a dead process's.

Clocks of two machines differ, and any of them can be moved by hours. So nobody reads the time that a lease names: its
owner renews it again and again, and the others look whether it changes, each by its own monotonic clock (as the lock
client of DynamoDB does: a record version number, and a lease duration that each client measures by itself).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot.domain.outbox import ClaimedItem, Lease, OutboxItem
from bot.service.ports import Store

logger = logging.getLogger(__name__)

LEASE = 5.0  # seconds for which a lease may stand still
RENEWED_EVERY = 1.0  # seconds; several renewals may fail before anybody takes over
SAFE = 2.5  # seconds after a renewal for which nobody else can have taken over


class LeaseWatch:
    """What this process has seen of leases. `clock`: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: dict[Lease, float] = {}
        self._looked_at = float("-inf")

    def dead(self, leases: Sequence[Lease]) -> list[Lease]:
        """Those of `leases`, all that there are now, that have stood still for `LEASE` seconds. Asked more often than
        that: after a longer pause nobody knows who was alive meanwhile, so it is looked anew."""
        now = self._clock()
        earlier = self._since if now - self._looked_at < LEASE else {}
        self._looked_at = now
        self._since = {lease: earlier.get(lease, now) for lease in leases}
        return [lease for lease, since in self._since.items() if now - since >= LEASE]


@dataclass
class HeldItem:
    """A parcel that this process is at. `renewed`: when its lease was last known to be good, by the monotonic clock."""

    claimed: ClaimedItem
    renewed: float
    marked: bool  # it is kept that it may have arrived
    gone: bool = False  # it went out in this attempt

    @property
    def item(self) -> OutboxItem:
        return self.claimed.item


class HeldItems:
    """All that this process, `owner`, is at; its leases are renewed for as long."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._monotonic = monotonic
        self._held: dict[str, HeldItem] = {}
        self._heart: asyncio.Task[None] | None = None

    def __contains__(self, item: str) -> bool:
        return item in self._held

    @contextmanager
    def holding(self, held: HeldItem) -> Iterator[None]:
        self._held[held.item.id] = held
        if self._heart is None:
            self._heart = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self._held.pop(held.item.id, None)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            before, held = self._monotonic(), dict(self._held)
            if not held:
                self._heart = None
                return
            try:
                async with self._store.transaction() as unit:
                    ours = await unit.outbox.renew(list(held), self._owner, now=self._clock(), lease=LEASE)
            except Exception as error:  # the next beat may do it
                logger.warning("outbox: leases not renewed: error=%s", type(error).__name__)
                continue
            for id in ours:
                held[id].renewed = before
