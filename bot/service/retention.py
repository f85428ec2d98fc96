"""Retention: the periodic sweep that deletes what has been stored for long enough."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.conversation import Retention, expires_at, is_empty, without_expired
from bot.service.effect_handlers import utc_date
from bot.service.ports import Store


@dataclass(frozen=True, slots=True)
class RetentionCounts:
    """How many of each were deleted; `shortened` conversations lost a part of their state and keep the rest."""

    conversations: int = 0
    shortened: int = 0
    deliveries: int = 0
    questions: int = 0
    recommendations: int = 0
    unnamed_votes: int = 0
    shown_replies: int = 0
    items: int = 0
    gaps: int = 0


async def apply_retention(store: Store, now: float, retention: Retention) -> RetentionCounts:
    """Delete what is older than `retention` allows. Any number of processes may run it at once."""
    deleted = shortened = 0
    while True:
        async with store.transaction() as unit:
            due = await unit.conversations.due(now)
            for one in due:
                left = without_expired(one.conversation, now, retention)
                if is_empty(left):
                    deleted += await unit.conversations.delete(one.place, one.person, version=one.version)
                else:
                    next_look = max(expires_at(left, now, retention), now + 1)
                    shortened += await unit.conversations.save(
                        one.place, one.person, left, version=one.version, look_again_at=next_look
                    )
        if not due:
            break
    async with store.transaction() as unit:
        return RetentionCounts(
            conversations=deleted,
            shortened=shortened,
            deliveries=await unit.deliveries.prune(now - retention.deliveries),
            questions=await unit.questions.prune(now - retention.questions),
            recommendations=await unit.recommendations.prune(now - retention.recommendations),
            unnamed_votes=await unit.feedback.anonymize(now - retention.votes),
            shown_replies=await unit.shown_replies.prune(now - retention.votes),
            items=await unit.outbox.prune(now - retention.deliveries),
            gaps=await unit.gaps.prune(utc_date(now - retention.gaps)),
        )
