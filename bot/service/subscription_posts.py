"""Subscriptions: one recommendation a day or a week, in turn, none twice before all were shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.domain.conversation import DAY
from bot.domain.effects import Cadence, Post
from bot.domain.outbox import OutboxItem
from bot.domain.records import StoredPost, Subscription
from bot.service.ports import AT_ONCE, Store

PERIODS: dict[Cadence, float] = {"daily": DAY, "weekly": 7 * DAY}


class Recommends(Protocol):
    """What there is to recommend, at one version of the knowledge: `bot.answering.post_drafts.PostDrafts`."""

    def subscribable(self) -> Sequence[str]:
        """Ids of entries, in the order in which they are shown."""
        ...

    def subscribed(self, entry: str, subscription: Subscription) -> Post:
        """The post of an entry. It names who set the subscription up and how to stop it."""
        ...


def next_entry(entries: Sequence[str], shown: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The entry whose turn it is, and what was shown then. Starts again when all were shown. `entries` is not empty."""
    still_there = tuple(entry for entry in shown if entry in entries)
    fresh = next((entry for entry in entries if entry not in still_there), None)
    if fresh is not None:
        return fresh, (*still_there, fresh)
    return entries[0], (entries[0],)


def next_time(subscription: Subscription, now: float) -> float:
    """The next time after `now` at the same hour: what was missed while nothing ran is not made up for."""
    period = PERIODS[subscription.cadence]
    missed = int(max(0.0, now - subscription.next_at) // period)
    return subscription.next_at + (missed + 1) * period


async def post_due(store: Store, now: float, recommends: Recommends) -> int:
    """Put a post in the outbox for every subscription whose time has come; each by one process. Returns how many."""
    entries = recommends.subscribable()
    if not entries:
        return 0
    async with store.transaction() as unit:
        due = await unit.subscriptions.due(now)
        for subscription in due:
            entry, shown = next_entry(entries, subscription.shown)
            post_id = _post_id(subscription)
            post = recommends.subscribed(entry, subscription)
            if await unit.posts.add(StoredPost(post_id, subscription.place, subscription.person, post, at=now)):
                await unit.outbox.put(
                    OutboxItem(post_id, "send", subscription.place, subject=post_id, content=post), AT_ONCE
                )
            await unit.subscriptions.advance(
                replace(subscription, shown=shown, sent=subscription.sent + 1, next_at=next_time(subscription, now))
            )
    return len(due)


def _post_id(subscription: Subscription) -> str:
    place = subscription.place
    named = "\x1f".join((place.surface, place.tenant, place.channel, place.thread, str(subscription.next_at)))
    return hashlib.blake2s(named.encode(), digest_size=8).hexdigest()
