"""Sends outbox items: each by one process, with retries, and without duplicates.

An item is claimed, sent, and marked as sent in the transaction that also stores the platform's message id. Right
before it goes out it is marked as "may have arrived". So if a process dies before that mark, the item is simply sent;
if it dies after it, or the platform's response is lost, the item may have arrived. Then the platform is searched for
it, where that is possible. Where it is not, a message that others see is never sent twice, and the person who waits
for it is told (`bot.service.effect_handlers.on_outcome_unknown`).

While a process sends an item it renews its lease (`adapters.leases`); items of a dead process are taken over.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from adapters.counting import UNCOUNTED, Counting
from adapters.leases import LEASE, SAFE, HeldItem, HeldItems, LeaseWatch
from bot.domain.effects import Post
from bot.domain.outbox import ClaimedItem, Going, OutboxItem, Overtaken, Refused, Sender, TryLater
from bot.domain.phrases import Phrases
from bot.service.effect_handlers import on_given_up, on_outcome_unknown, on_sent, on_shown, sent_again, sent_message_id
from bot.service.error_location import error_location
from bot.service.ports import LONGEST_PUT_OFF, Store, StoreUnavailable, UnitOfWork

log = structlog.get_logger(__name__)

TIMEOUT = 45.0  # seconds of one attempt: a late response is better than an unknown outcome
REPLY_WAIT = 2.0  # seconds that a caller waits for an attempt; it goes on in the background after that
LONGEST_WAIT = 300.0  # seconds between two attempts, unless the platform asks for more (Retry-After)
ATTEMPTS = 200  # about 16 hours; then it is given up
CONCURRENCY = 20  # attempts at the same time

Attempt = Callable[[Going], Awaitable[str]]
"""Sends an item in place of `Sender.send`, with the same contract."""


def wait_before(attempt: int) -> float:
    """Seconds before attempt number `attempt` (the first retry is 1): 2, 4, 8, … up to `LONGEST_WAIT`."""
    return min(2.0 ** min(attempt, 10), LONGEST_WAIT)


class _SearchDeferred(TryLater):
    """The platform did not allow the search now, so an earlier attempt may still have arrived."""


class _Unsure(Exception):
    """It may have arrived, and must not be sent again."""


class OutboxRelay:
    """Sends the items of `store`, which several processes may share. `senders` is keyed by surface and may be filled
    later. `phrases` returns the current ones. `clock`: seconds since 1970; `monotonic`: monotonic seconds; `poll`:
    seconds between two polls of the outbox; `timeout`: seconds of one attempt; `counting`: told of each outcome."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        phrases: Callable[[], Phrases],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        poll: float = 1.0,
        timeout: float = TIMEOUT,
        counting: Counting = UNCOUNTED,
    ) -> None:
        self._store = store
        self._senders = senders
        self._phrases = phrases
        self._clock = clock
        self._monotonic = monotonic
        self._poll = poll
        self._timeout = timeout
        self._counting = counting
        self._owner = secrets.token_hex(8)
        self._watch = LeaseWatch(monotonic)
        self._held = HeldItems(store, self._owner, clock, monotonic)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake_event = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """Look into the outbox now, not only at the next poll."""
        self._wake_event.set()

    def close(self) -> None:
        """Make `run` return after the attempts that have begun."""
        self._closing = True
        self._wake_event.set()

    async def run(self) -> None:
        """Send what is due until `close`, then wait for the attempts that have begun. Errors are logged, and the next
        poll tries again."""
        while not self._closing:
            try:
                claimed = await self._claim() if len(self._tasks) < CONCURRENCY else []
                for held in claimed:
                    self._start(self._send(held)).add_done_callback(lambda _: self.wake())
                if claimed:
                    continue
            except StoreUnavailable as error:
                log.error("outbox.store_unavailable", error=str(error))
            except Exception as error:  # the loop must go on: nothing else sends
                log.error("outbox.poll_failed", error=type(error).__name__, at=error_location(error))
            try:
                await asyncio.wait_for(self._wake_event.wait(), self._poll)
            except TimeoutError:
                continue
            self._wake_event.clear()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def take(self, item: OutboxItem, unit: UnitOfWork) -> HeldItem | None:
        """Put `item` in the outbox, claimed by this process: call `send_now` once `unit` is committed. None if it was
        put before, so that it is being sent already."""
        before = self._monotonic()
        # What can be searched for, or sent twice, is marked at once: that saves a write for each reply.
        marked = self._sender(item).if_unsure(item) != "never"
        taken = await unit.outbox.take(item, self._owner, now=self._clock(), lease=LEASE, unsure=marked)
        return HeldItem(ClaimedItem(item, 0, unsure=False), before, marked) if taken else None

    async def send_now(self, held: HeldItem, by: Attempt | None = None, *, within: float = REPLY_WAIT) -> None:
        """Send an item that was taken. After a failure it is retried later, after a crash by another process. Waits
        `within` seconds at most; sending goes on in the background. Never raises. `by`: used instead of the sender."""
        task = self._start(self._send(held, by))
        await asyncio.wait({task}, timeout=max(0.0, within))

    async def deliver(self, item: OutboxItem, by: Attempt | None = None, *, within: float = REPLY_WAIT) -> None:
        """`take` in a transaction of its own, then `send_now`. Raises StoreUnavailable if it could not be stored."""
        async with self._store.transaction() as unit:
            held = await self.take(item, unit)
        if held:
            await self.send_now(held, by, within=within)

    async def send_due(self) -> int:
        """Claim what is due and send it concurrently. Returns how many items were claimed."""
        claimed = await self._claim()
        await asyncio.gather(*(self._send(held) for held in claimed))
        return len(claimed)

    async def _claim(self) -> list[HeldItem]:
        before = self._monotonic()
        async with self._store.transaction() as unit:
            dead = [one for one in self._watch.abandoned(await unit.outbox.leases()) if one.item not in self._held]
            claimed = await unit.outbox.claim(
                self._owner, now=self._clock(), lease=LEASE, surfaces=tuple(self._senders), dead=dead
            )
        return [HeldItem(one, before, marked=one.unsure) for one in claimed]

    def _sender(self, item: OutboxItem) -> Sender:
        return self._senders[item.place.surface]

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send(self, held: HeldItem, by: Attempt | None = None) -> None:
        """One attempt. If its outcome can't be stored, the lease expires and the next attempt searches first."""
        try:
            with self._held.holding(held):
                await self._try(held, by)
        except Exception as error:
            what = f"StoreUnavailable({error})" if isinstance(error, StoreUnavailable) else type(error).__name__
            log.error("outbox.outcome_not_stored", item=held.item.id, error=what, at=error_location(error))

    async def _try(self, held: HeldItem, by: Attempt | None) -> None:
        item = held.item
        wait = wait_before(held.claimed.attempts + 1)
        try:
            async with asyncio.timeout(self._timeout):
                reference = await self._attempt(held, by)
        except Overtaken:
            log.warning("outbox.lease_lost", item=item.id)
        except TryLater as later:
            await self._retry_later(held, max(later.after, wait), unsure=isinstance(later, _SearchDeferred))
        except Refused as refused:
            await self._give_up(item, refused.why)
        except StoreUnavailable:
            raise
        except _Unsure:
            await self._leave_unsure(item)
        except Exception as error:
            # Timeouts and lost connections: it may have arrived. The text of the error can hold what was sent.
            at = error_location(error)
            log.warning("outbox.attempt_failed", item=item.id, error=type(error).__name__, at=at)
            unsure = held.went_out or held.claimed.unsure
            if unsure and item.action == "send" and self._sender(item).if_unsure(item) == "never":
                await self._leave_unsure(item)
            else:
                await self._retry_later(held, wait, unsure=unsure)
        else:
            await self._settle(item, reference)

    async def _attempt(self, held: HeldItem, by: Attempt | None) -> str:
        item, sender = held.item, self._sender(held.item)

        async def going() -> None:
            await self._going(held)

        if item.action == "send":
            found = await self._find(item, going) if held.claimed.unsure else None
            if item.content is None:  # its person was forgotten: what arrived is deleted next
                return found or ""
            if held.claimed.unsure and sender.if_unsure(item) == "again":
                item = sent_again(self._phrases(), item)
            return found or await (by(going) if by else sender.send(item, going))
        async with self._store.transaction() as unit:
            reference = await sent_message_id(item.subject, unit)
        if not reference:  # it never arrived, so there is nothing to change
            return ""
        await going()
        if item.action == "update":
            await sender.update(item, reference)
        else:
            await sender.delete(item, reference)
        return reference

    async def _going(self, held: HeldItem) -> None:
        """`bot.domain.outbox.Going`: mark the item as "may have arrived", and renew a lease that may have expired, as
        after a pause of the process. Raises Overtaken if another process has claimed it."""
        while not held.marked or self._monotonic() - held.renewed > SAFE:
            before = self._monotonic()
            async with self._store.transaction() as unit:
                if not await unit.outbox.mark_going_out(held.item.id, self._owner, now=self._clock(), lease=LEASE):
                    raise Overtaken
            held.marked, held.renewed = True, before
        held.went_out = True

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
            raise _SearchDeferred(later.after) from later

    async def _settle(self, item: OutboxItem, reference: str) -> None:
        self._counting.sent(item.place.surface)
        link = await self._link(item, reference) if item.action == "send" else ""
        async with self._store.transaction() as unit:
            now = self._clock()
            if await unit.outbox.mark_sent(item.id, self._owner, now):  # else its person may be forgotten
                await on_shown(item, reference, unit, now)
            if item.action == "send":  # also if another process took over meanwhile: it has arrived
                await on_sent(self._phrases(), item, reference, link, unit)

    async def _link(self, item: OutboxItem, reference: str) -> str:
        """The URL of a post; "" if unknown: the person is told of the arrival all the same."""
        if not isinstance(item.content, Post):
            return ""
        try:
            async with asyncio.timeout(min(self._timeout, REPLY_WAIT)):
                return await self._sender(item).link(item, reference)
        except Exception as error:
            at = error_location(error)
            log.warning("outbox.link_unknown", item=item.id, error=type(error).__name__, at=at)
            return ""

    async def _retry_later(self, held: HeldItem, seconds: float, *, unsure: bool) -> None:
        item = held.item
        if held.claimed.attempts + 1 >= ATTEMPTS:
            return await self._give_up(item, "tried_too_often")
        self._counting.retried(item.place.surface)
        due_at = self._clock() + min(seconds, LONGEST_PUT_OFF)
        async with self._store.transaction() as unit:
            await unit.outbox.postpone(item.id, self._owner, due_at=due_at, unsure=unsure)

    async def _leave_unsure(self, item: OutboxItem) -> None:
        log.warning("outbox.left_unsure", item=item.id, surface=item.place.surface)
        self._counting.given_up(item.place.surface, "unsure")
        async with self._store.transaction() as unit:
            if await unit.outbox.mark_failed(item.id, self._owner, why="unsure", at=self._clock()):
                await on_outcome_unknown(self._phrases(), item, unit)
        self.wake()

    async def _give_up(self, item: OutboxItem, why: str) -> None:
        log.error("outbox.given_up", item=item.id, surface=item.place.surface, why=why)
        self._counting.given_up(item.place.surface, why)
        async with self._store.transaction() as unit:
            failed = await unit.outbox.mark_failed(item.id, self._owner, why=why, at=self._clock())
            if failed and item.action != "update":
                await on_given_up(self._phrases(), item, unit)
