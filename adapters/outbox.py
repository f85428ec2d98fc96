"""Sends what the outbox holds: each parcel by one process, again after a failure, looked for before it is sent again.

A parcel is claimed under a lease, sent, and marked in the transaction that also keeps the message's own id. A process
that dies in between leaves a parcel that may have arrived: the next one asks the platform before it sends.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping

from bot.consequences import arrived, never_arrived, sent_as
from bot.effects import Post
from bot.memory import Memory, MemoryUnavailable, Unit
from bot.origin import origin_of
from bot.sending import Claimed, Parcel, Refused, Sender, TryLater

logger = logging.getLogger(__name__)

LEASE = 120.0  # seconds for which a claimed parcel is this process's
PATIENCE = 45.0  # seconds that one attempt may take; well below the lease, so that no two processes send at once
BRIEF = 2.0  # the same where somebody waits: the platforms want to be answered within three
LONGEST_WAIT = 300.0  # seconds between two attempts
ATTEMPTS = 200  # about 16 hours; then it is given up


def wait_before(attempt: int) -> float:
    """Seconds before attempt number `attempt` (the first retry is 1): 2, 4, 8, … up to `LONGEST_WAIT`."""
    return min(2.0 ** min(attempt, 10), LONGEST_WAIT)


class _NotLooked(TryLater):
    """The platform did not let us look, so an earlier attempt may have arrived as before."""


class Postman:
    """Carries parcels out, as one of perhaps several processes on the same memory. `senders` is keyed by surface, and
    may still be filled in."""

    def __init__(
        self,
        memory: Memory,
        senders: Mapping[str, Sender],
        *,
        clock: Callable[[], float] = time.time,
        poll: float = 1.0,
        patience: float = PATIENCE,
    ) -> None:
        self._memory = memory
        self._senders = senders
        self._clock = clock
        self._poll = poll
        self._patience = patience
        self._owner = secrets.token_hex(8)
        self._woken = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """Something was put in the outbox: look at once, not only at the next poll."""
        self._woken.set()

    def close(self) -> None:
        """Let `run` end after what it is at."""
        self._closing = True
        self._woken.set()

    async def run(self) -> None:
        """Send what is due until closed. Whatever fails is logged, and everything tried again at the next look."""
        while not self._closing:
            try:
                while await self.send_due() and not self._closing:
                    pass
            except MemoryUnavailable as error:
                logger.error("outbox: memory unavailable: %s", error)
            except Exception as error:  # nobody else would notice that nothing is sent any more
                logger.error("outbox: look failed: error=%s at=%s", type(error).__name__, origin_of(error))
            try:
                await asyncio.wait_for(self._woken.wait(), self._poll)
            except TimeoutError:
                continue
            self._woken.clear()

    async def take(self, parcel: Parcel, unit: Unit) -> bool:
        """Put it in the outbox as what this process is at: once `unit` is kept, `carry` has to follow. False if it was
        put before, so that somebody is at it already."""
        return await unit.outbox.take(parcel, self._owner, now=self._clock(), lease=LEASE)

    async def carry(self, parcel: Parcel) -> None:
        """Send at once what was taken: a failure leaves it in the outbox for later, a crash to another process. Never
        raises."""
        await self._carry(Claimed(parcel, 0, unsure=False), BRIEF)

    async def deliver(self, parcel: Parcel) -> None:
        """`take` and `carry`. Raises MemoryUnavailable where it could not be kept."""
        async with self._memory.transaction() as unit:
            taken = await self.take(parcel, unit)
        if taken:
            await self.carry(parcel)

    async def send_due(self) -> int:
        """Claim what is due and carry it out, side by side. Returns how many parcels that were."""
        async with self._memory.transaction() as unit:
            claimed = await unit.outbox.claim(
                self._owner, now=self._clock(), lease=LEASE, surfaces=tuple(self._senders)
            )
        await asyncio.gather(*(self._carry(one, self._patience) for one in claimed))
        return len(claimed)

    async def _carry(self, claimed: Claimed, patience: float) -> None:
        """One attempt. Where its outcome can't be kept, the lease runs out, and the next one looks before it sends."""
        try:
            await self._try(claimed, patience)
        except Exception as error:
            what = f"MemoryUnavailable({error})" if isinstance(error, MemoryUnavailable) else type(error).__name__
            logger.error("outbox: outcome not kept: parcel=%s error=%s", claimed.parcel.id, what)

    async def _try(self, claimed: Claimed, patience: float) -> None:
        parcel = claimed.parcel
        try:
            async with asyncio.timeout(patience):
                reference = await self._attempt(claimed)
        except TryLater as later:
            unsure = isinstance(later, _NotLooked)
            await self._put_off(claimed, max(later.after, wait_before(claimed.attempts + 1)), unsure=unsure)
        except Refused as refused:
            await self._give_up(parcel, refused.why)
        except MemoryUnavailable:
            raise
        except Exception as error:
            # Timeouts and lost connections: it may have arrived. The text of the error can hold what was sent.
            logger.warning("outbox: attempt failed: parcel=%s error=%s", parcel.id, type(error).__name__)
            await self._put_off(claimed, wait_before(claimed.attempts + 1), unsure=True)
        else:
            await self._settle(parcel, reference)

    async def _attempt(self, claimed: Claimed) -> str:
        parcel, sender = claimed.parcel, self._senders[claimed.parcel.place.surface]
        if parcel.action == "send":
            found = await self._find(parcel) if claimed.unsure else None
            if parcel.content is None:  # whose it was is forgotten: what got there is taken away next
                return found or ""
            return found or await sender.send(parcel)
        async with self._memory.transaction() as unit:
            reference = await sent_as(parcel.subject, unit)
        if not reference:  # it never got there, so there is nothing to change
            return ""
        if parcel.action == "update":
            await sender.update(parcel, reference)
        else:
            await sender.delete(parcel, reference)
        return reference

    async def _find(self, parcel: Parcel) -> str | None:
        try:
            return await self._senders[parcel.place.surface].find(parcel)
        except TryLater as later:
            raise _NotLooked(later.after) from later

    async def _settle(self, parcel: Parcel, reference: str) -> None:
        link = await self._link(parcel, reference) if parcel.action == "send" else ""
        async with self._memory.transaction() as unit:
            if await unit.outbox.sent(parcel.id, self._owner, self._clock()) and parcel.action == "send":
                await arrived(parcel, reference, link, unit, self._clock())

    async def _link(self, parcel: Parcel, reference: str) -> str:
        """Where a post stands. Nobody is kept from being told that it is there because its address is not known."""
        if not isinstance(parcel.content, Post):
            return ""
        try:
            async with asyncio.timeout(self._patience):
                return await self._senders[parcel.place.surface].link(parcel, reference)
        except Exception as error:
            logger.warning("outbox: no link: parcel=%s error=%s", parcel.id, type(error).__name__)
            return ""

    async def _put_off(self, claimed: Claimed, seconds: float, *, unsure: bool) -> None:
        parcel = claimed.parcel
        if claimed.attempts + 1 >= ATTEMPTS:
            return await self._give_up(parcel, "tried_too_often")
        async with self._memory.transaction() as unit:
            await unit.outbox.later(parcel.id, self._owner, due_at=self._clock() + seconds, unsure=unsure)

    async def _give_up(self, parcel: Parcel, why: str) -> None:
        logger.error("outbox: given up: parcel=%s surface=%s why=%s", parcel.id, parcel.place.surface, why)
        async with self._memory.transaction() as unit:
            failed = await unit.outbox.failed(parcel.id, self._owner, why=why, at=self._clock())
            if failed and parcel.action == "send":
                await never_arrived(parcel, unit, self._clock())
