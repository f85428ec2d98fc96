"""Nothing personal is kept longer than needed: what the periodic sweep takes away."""

from __future__ import annotations

from dataclasses import dataclass

from bot.consequences import day_of
from bot.conversation import Retention, faded, fades_at, is_empty
from bot.memory import Memory


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each were deleted; `faded` conversations lost a part and keep the rest."""

    conversations: int = 0
    faded: int = 0
    deliveries: int = 0
    questions: int = 0
    recommendations: int = 0
    unnamed_votes: int = 0
    parcels: int = 0
    gaps: int = 0


async def sweep(memory: Memory, now: float, retention: Retention) -> Swept:
    """Take away what is older than `retention` allows. Any number of processes may sweep at once."""
    deleted = shortened = 0
    while True:
        async with memory.transaction() as unit:
            due = await unit.conversations.due(now)
            for one in due:
                left = faded(one.conversation, now, retention)
                if is_empty(left):
                    deleted += await unit.conversations.delete(one.place, one.person, version=one.version)
                else:
                    next_look = max(fades_at(left, now, retention), now + 1)
                    shortened += await unit.conversations.save(
                        one.place, one.person, left, version=one.version, look_again_at=next_look
                    )
        if not due:
            break
    async with memory.transaction() as unit:
        return Swept(
            conversations=deleted,
            faded=shortened,
            deliveries=await unit.deliveries.prune(now - retention.deliveries),
            questions=await unit.questions.prune(now - retention.questions),
            recommendations=await unit.recommendations.prune(now - retention.recommendations),
            unnamed_votes=await unit.feedback.unname(now - retention.votes),
            parcels=await unit.outbox.prune(now - retention.deliveries),
            gaps=await unit.gaps.prune(day_of(now - retention.gaps)),
        )
