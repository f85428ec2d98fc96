"""Sends what the outbox holds: each parcel by one process, again after a failure, looked for before it is sent again.

A parcel is claimed, sent, and marked in the transaction that also keeps the message's own id. That it goes out is kept
too, right before: a process that dies earlier leaves a parcel that is simply sent; one that dies later, or an answer
that is lost, leaves one that may have arrived. Then the platform is asked, where it can be; where it can't, what others
see is never sent a second time, and whoever waits for it is told (`bot.service.effect_handlers.on_outcome_unknown`).

While it is at a parcel, a process renews its lease (`adapters.leases`); what a dead one left is taken over.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from adapters.leases import LEASE, SAFE, HeldItem, HeldItems, LeaseWatch
from bot.domain.effects import Post
from bot.domain.outbox import ClaimedItem, Going, OutboxItem, Overtaken, Refused, Sender, TryLater
from bot.domain.phrases import Phrases
from bot.service.effect_handlers import on_given_up, on_outcome_unknown, on_sent, sent_message_id
from bot.service.error_location import error_location
from bot.service.ports import LONGEST_PUT_OFF, Store, StoreUnavailable, UnitOfWork

logger = logging.getLogger(__name__)

PATIENCE = 45.0  # seconds that one attempt may take: an answer that comes late is better than an outcome nobody knows
BRIEF = 2.0  # the same where somebody waits: then it goes on behind their back
LONGEST_WAIT = 300.0  # seconds between two attempts, where the platform asks for no longer one
ATTEMPTS = 200  # about 16 hours; then it is given up
AT_ONCE = 20  # attempts side by side

Attempt = Callable[[Going], Awaitable[str]]
"""Sends a parcel, as `Sender.send` does."""


def wait_before(attempt: int) -> float:
    """Seconds before attempt number `attempt` (the first retry is 1): 2, 4, 8, … up to `LONGEST_WAIT`."""
    return min(2.0 ** min(attempt, 10), LONGEST_WAIT)


class _NotLooked(TryLater):
    """The platform did not let us look, so an earlier attempt may have arrived as before."""


class _Unsure(Exception):
    """It may have arrived, and it is not sent again."""


class OutboxRelay:
    """Carries parcels out, as one of perhaps several processes on the same memory. `senders` is keyed by surface, and
    may still be filled in. `phrases` gives those of the moment, for what people are told of posts and questions.
    `clock`: seconds since 1970; `monotonic`: seconds."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        phrases: Callable[[], Phrases],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        poll: float = 1.0,
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._senders = senders
        self._phrases = phrases
        self._clock = clock
        self._monotonic = monotonic
        self._poll = poll
        self._patience = patience
        self._owner = secrets.token_hex(8)
        self._watch = LeaseWatch(monotonic)
        self._hands = HeldItems(store, self._owner, clock, monotonic)
        self._under_way: set[asyncio.Task[None]] = set()
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
        """Send what is due until closed, then end what is under way. Whatever fails is logged, and everything tried
        again at the next look."""
        while not self._closing:
            try:
                claimed = await self._claim() if len(self._under_way) < AT_ONCE else []
                for held in claimed:
                    self._start(self._carry(held, self._patience)).add_done_callback(lambda _: self.wake())
                if claimed:
                    continue
            except StoreUnavailable as error:
                logger.error("outbox: memory unavailable: %s", error)
            except Exception as error:  # nobody else would notice that nothing is sent any more
                logger.error("outbox: look failed: error=%s at=%s", type(error).__name__, error_location(error))
            try:
                await asyncio.wait_for(self._woken.wait(), self._poll)
            except TimeoutError:
                continue
            self._woken.clear()
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def take(self, item: OutboxItem, unit: UnitOfWork) -> HeldItem | None:
        """Put it in the outbox as what this process is at: once `unit` is kept, `carry` has to follow. None if it was
        put before, so that somebody is at it already."""
        before = self._monotonic()
        # What can be looked for needs no mark of its own when it goes out: that saves a write a reply.
        marked = self._sender(item).if_unsure(item) != "never"
        taken = await unit.outbox.take(item, self._owner, now=self._clock(), lease=LEASE, unsure=marked)
        return HeldItem(ClaimedItem(item, 0, unsure=False), before, marked) if taken else None

    async def carry(self, held: HeldItem, by: Attempt | None = None, *, within: float = BRIEF) -> None:
        """Send at once what was taken: a failure leaves it in the outbox for later, a crash to another process. Returns
        after `within` seconds at the latest: then it goes on by itself. Never raises. `by`: its own way to send."""
        task = self._start(self._carry(held, self._patience, by))
        await asyncio.wait({task}, timeout=max(0.0, within))

    async def deliver(self, item: OutboxItem, *, within: float = BRIEF) -> None:
        """`take` and `carry`. Raises StoreUnavailable where it could not be kept."""
        async with self._store.transaction() as unit:
            held = await self.take(item, unit)
        if held:
            await self.carry(held, within=within)

    async def send_due(self) -> int:
        """Claim what is due and carry it out, side by side. Returns how many parcels that were."""
        claimed = await self._claim()
        await asyncio.gather(*(self._carry(held, self._patience) for held in claimed))
        return len(claimed)

    async def _claim(self) -> list[HeldItem]:
        before = self._monotonic()
        async with self._store.transaction() as unit:
            dead = [one for one in self._watch.dead(await unit.outbox.leases()) if one.item not in self._hands]
            claimed = await unit.outbox.claim(
                self._owner, now=self._clock(), lease=LEASE, surfaces=tuple(self._senders), dead=dead
            )
        return [HeldItem(one, before, marked=one.unsure) for one in claimed]

    def _sender(self, item: OutboxItem) -> Sender:
        return self._senders[item.place.surface]

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _carry(self, held: HeldItem, patience: float, by: Attempt | None = None) -> None:
        """One attempt. Where its outcome can't be kept, the lease ends, and the next one looks before it sends."""
        try:
            with self._hands.holding(held):
                await self._try(held, patience, by)
        except Exception as error:
            what = f"MemoryUnavailable({error})" if isinstance(error, StoreUnavailable) else type(error).__name__
            logger.error("outbox: outcome not kept: parcel=%s error=%s", held.item.id, what)

    async def _try(self, held: HeldItem, patience: float, by: Attempt | None) -> None:
        item = held.item
        wait = wait_before(held.claimed.attempts + 1)
        try:
            async with asyncio.timeout(patience):
                reference = await self._attempt(held, by)
        except Overtaken:
            logger.warning("outbox: overtaken: parcel=%s", item.id)
        except TryLater as later:
            await self._put_off(held, max(later.after, wait), unsure=isinstance(later, _NotLooked))
        except Refused as refused:
            await self._give_up(item, refused.why)
        except StoreUnavailable:
            raise
        except _Unsure:
            await self._leave_unsure(item)
        except Exception as error:
            # Timeouts and lost connections: it may have arrived. The text of the error can hold what was sent.
            logger.warning("outbox: attempt failed: parcel=%s error=%s", item.id, type(error).__name__)
            unsure = held.gone or held.claimed.unsure
            if unsure and item.action == "send" and self._sender(item).if_unsure(item) == "never":
                await self._leave_unsure(item)
            else:
                await self._put_off(held, wait, unsure=unsure)
        else:
            await self._settle(item, reference)

    async def _attempt(self, held: HeldItem, by: Attempt | None) -> str:
        item, sender = held.item, self._sender(held.item)

        async def going() -> None:
            await self._going(held)

        if item.action == "send":
            found = await self._find(item, going) if held.claimed.unsure else None
            if item.content is None:  # whose it was is forgotten: what got there is taken away next
                return found or ""
            return found or await (by(going) if by else sender.send(item, going))
        async with self._store.transaction() as unit:
            reference = await sent_message_id(item.subject, unit)
        if not reference:  # it never got there, so there is nothing to change
            return ""
        await going()
        if item.action == "update":
            await sender.update(item, reference)
        else:
            await sender.delete(item, reference)
        return reference

    async def _going(self, held: HeldItem) -> None:
        """See `bot.domain.outbox.Going`. A process that stood still finds out here that it was overtaken."""
        while not held.marked or self._monotonic() - held.renewed > SAFE:
            before = self._monotonic()
            async with self._store.transaction() as unit:
                if not await unit.outbox.mark_going_out(held.item.id, self._owner, now=self._clock(), lease=LEASE):
                    raise Overtaken
            held.marked, held.renewed = True, before
        held.gone = True

    async def _find(self, item: OutboxItem, going: Going) -> str | None:
        sender = self._sender(item)
        match sender.if_unsure(item):
            case "never":
                raise _Unsure
            case "again":
                return None
        try:
            return await sender.find(item, going)
        except TryLater as later:
            raise _NotLooked(later.after) from later

    async def _settle(self, item: OutboxItem, reference: str) -> None:
        link = await self._link(item, reference) if item.action == "send" else ""
        async with self._store.transaction() as unit:
            await unit.outbox.mark_sent(item.id, self._owner, self._clock())
            if item.action == "send":  # also where another one, who could not know it, took over meanwhile
                await on_sent(self._phrases(), item, reference, link, unit)

    async def _link(self, item: OutboxItem, reference: str) -> str:
        """Where a post stands. Nobody is kept from being told that it is there because its address is not known."""
        if not isinstance(item.content, Post):
            return ""
        try:
            async with asyncio.timeout(min(self._patience, BRIEF)):
                return await self._sender(item).link(item, reference)
        except Exception as error:
            logger.warning("outbox: no link: parcel=%s error=%s", item.id, type(error).__name__)
            return ""

    async def _put_off(self, held: HeldItem, seconds: float, *, unsure: bool) -> None:
        item = held.item
        if held.claimed.attempts + 1 >= ATTEMPTS:
            return await self._give_up(item, "tried_too_often")
        due_at = self._clock() + min(seconds, LONGEST_PUT_OFF)
        async with self._store.transaction() as unit:
            await unit.outbox.postpone(item.id, self._owner, due_at=due_at, unsure=unsure)

    async def _leave_unsure(self, item: OutboxItem) -> None:
        logger.warning("outbox: left unsure: parcel=%s surface=%s", item.id, item.place.surface)
        async with self._store.transaction() as unit:
            if await unit.outbox.mark_failed(item.id, self._owner, why="unsure", at=self._clock()):
                await on_outcome_unknown(self._phrases(), item, unit)
        self.wake()

    async def _give_up(self, item: OutboxItem, why: str) -> None:
        logger.error("outbox: given up: parcel=%s surface=%s why=%s", item.id, item.place.surface, why)
        async with self._store.transaction() as unit:
            failed = await unit.outbox.mark_failed(item.id, self._owner, why=why, at=self._clock())
            if failed and item.action == "send":
                await on_given_up(self._phrases(), item, unit)
