"""Posts that say what their entry said once: finding them, and bringing them up to date in place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.consequences import day_of, refresh
from bot.effects import Refresh
from bot.kept import KeptPost
from bot.memory import Memory
from bot.messages import Reply
from bot.posting import Drafts


async def stale(memory: Memory, drafts: Drafts, now: float) -> Sequence[tuple[KeptPost, Refresh]]:
    """Standing posts whose entry reads differently now, oldest first, each with what would bring it up to date."""
    async with memory.transaction() as unit:
        standing = await unit.posts.standing()
    day = day_of(now)
    redrawn = ((kept, drafts.redrawn(kept.post, day)) for kept in standing)
    return [(kept, Refresh(kept.id, post)) for kept, post in redrawn if post is not None]


async def refresh_stale(memory: Memory, drafts: Drafts, now: float) -> Sequence[KeptPost]:
    """Put an update of every stale post in the outbox, from which a running server sends it. Returns the posts."""
    refreshed = []
    for kept, effect in await stale(memory, drafts, now):
        async with memory.transaction() as unit:
            reply = await refresh(effect, Reply("notice"), unit)
        if not reply.title:  # it stood until then
            refreshed.append(kept)
    return refreshed
