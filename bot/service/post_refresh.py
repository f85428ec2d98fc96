"""Finding posts whose entry has changed since, and updating them in place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.post_drafts import PostDrafts
from bot.domain.effects import Refresh
from bot.domain.records import StoredPost
from bot.service.effect_handlers import refresh, utc_date
from bot.service.ports import Store


async def stale(store: Store, drafts: PostDrafts, now: float) -> Sequence[tuple[StoredPost, Refresh]]:
    """Posts in channels whose entry reads differently now, oldest first, each with the effect that updates it."""
    async with store.transaction() as unit:
        standing = await unit.posts.standing()
    day = utc_date(now)
    redrawn = ((kept, drafts.redrawn(kept.post, day)) for kept in standing)
    return [(kept, Refresh(kept.id, post)) for kept, post in redrawn if post is not None]


async def refresh_stale(store: Store, drafts: PostDrafts, now: float) -> Sequence[StoredPost]:
    """Put an update of every stale post in the outbox, from which a running server sends it. Returns the posts."""
    refreshed = []
    for kept, effect in await stale(store, drafts, now):
        async with store.transaction() as unit:
            if await refresh(effect, unit):
                refreshed.append(kept)
    return refreshed
