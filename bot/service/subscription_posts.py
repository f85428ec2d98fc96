"""Subscriptions: one entry a day or a week, round robin over all that can be recommended."""

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


class PostSource(Protocol):
    """Drafts the posts of one version of the knowledge: `bot.answering.post_drafts.PostDrafts`."""

    def subscribable(self) -> Sequence[str]:
        """Ids of the entries to recommend, in the order in which they are posted."""
        ...

    def subscribed(self, entry: str, subscription: Subscription) -> Post:
        """The post of an entry, with who set the subscription up and how to stop it."""
        ...


def next_entry(entries: Sequence[str], shown: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The next entry, and all that were shown in this round, itself included. `entries` must not be empty."""
    still_there = tuple(entry for entry in shown if entry in entries)
    fresh = next((entry for entry in entries if entry not in still_there), None)
    if fresh is not None:
        return fresh, (*still_there, fresh)
    return entries[0], (entries[0],)


def next_time(subscription: Subscription, now: float) -> float:
    """The first time after `now` in steps of the period, in seconds since 1970; missed ones are skipped."""
    period = PERIODS[subscription.cadence]
    missed = int(max(0.0, now - subscription.next_at) // period)
    return subscription.next_at + (missed + 1) * period


async def post_due(store: Store, now: float, recommends: PostSource) -> int:
    """Put a post in the outbox for every subscription that is due. Returns how many. Safe in several processes."""
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
