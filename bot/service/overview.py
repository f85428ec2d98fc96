"""What a person has begun and got so far: for a surface that shows it in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.conversation import Conversation, Retention, without_expired
from bot.domain.messages import Message, Place
from bot.domain.records import Person, StoredRecommendation
from bot.domain.turn import TurnTaker
from bot.service.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Begun:
    """A triage that is open: where, and when the person last did something there."""

    place: Place
    at: float


@dataclass(frozen=True, slots=True)
class Recommended:
    id: str
    title: str  # empty where the knowledge of today can't tell
    at: float


@dataclass(frozen=True, slots=True)
class Overview:
    """Open triages, last moved first, and recommendations, newest first."""

    begun: tuple[Begun, ...] = ()
    recommendations: tuple[Recommended, ...] = ()


async def overview(person: Person, unit: UnitOfWork, now: float, retention: Retention, mind: TurnTaker) -> Overview:
    """`mind` names the recommendations."""
    begun = [
        Begun(place, left.moved_at)
        for place, conversation in await unit.conversations.of(person)
        if (run := (left := without_expired(conversation, now, retention)).triage) is not None and run.is_open
    ]
    begun.sort(key=lambda one: one.at, reverse=True)
    kept = await unit.recommendations.of(person)
    return Overview(tuple(begun), tuple(Recommended(one.id, _title(one, mind), one.at) for one in kept))


def _title(kept: StoredRecommendation, mind: TurnTaker) -> str:
    """What it is called where it is shown again."""
    shown = mind.turn(Message(command=f"recommendation:{kept.id}", record=kept.record), Conversation()).reply
    return shown.title if shown.kind == "recommendation" else ""
