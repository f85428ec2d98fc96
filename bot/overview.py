"""What a person has begun and got so far: for a surface that shows it in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Retention, faded
from bot.kept import KeptRecommendation, Person
from bot.memory import Unit
from bot.messages import Place


@dataclass(frozen=True, slots=True)
class Overview:
    """`begun`: where the person has an open triage, last moved first. Recommendations are newest first."""

    begun: tuple[Place, ...] = ()
    recommendations: tuple[KeptRecommendation, ...] = ()


async def overview(person: Person, unit: Unit, now: float, retention: Retention) -> Overview:
    kept = [
        (place, left)
        for place, conversation in await unit.conversations.of(person)
        if (run := (left := faded(conversation, now, retention)).triage) is not None and run.is_open
    ]
    kept.sort(key=lambda one: one[1].moved_at, reverse=True)
    return Overview(tuple(place for place, _ in kept), tuple(await unit.recommendations.of(person)))
