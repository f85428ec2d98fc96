"""A person's open triages and recommendations, for a surface that lists them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.conversation import Conversation, Retention, without_expired
from bot.domain.messages import Message, Place
from bot.domain.records import Person, StoredRecommendation
from bot.domain.turn import TurnTaker
from bot.service.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenTriage:
    """A triage that has an open question."""

    place: Place
    at: float  # of the last turn, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Recommended:
    id: str
    title: str | None  # None where the record does not replay with the present knowledge
    at: float


@dataclass(frozen=True, slots=True)
class Overview:
    """Both newest first."""

    open_triages: tuple[OpenTriage, ...] = ()
    recommendations: tuple[Recommended, ...] = ()


async def overview(
    person: Person, unit: UnitOfWork, now: float, retention: Retention, turn_taker: TurnTaker
) -> Overview:
    """The overview of `person` at `now`. `turn_taker` replays the recommendations for their titles."""
    open_triages = [
        OpenTriage(place, left.moved_at)
        for place, conversation in await unit.conversations.of(person)
        if (run := (left := without_expired(conversation, now, retention)).triage) is not None and run.is_open
    ]
    open_triages.sort(key=lambda one: one.at, reverse=True)
    kept = await unit.recommendations.of(person)
    return Overview(tuple(open_triages), tuple(Recommended(one.id, _title(one, turn_taker), one.at) for one in kept))


def _title(kept: StoredRecommendation, turn_taker: TurnTaker) -> str | None:
    shown = turn_taker.turn(Message(command=f"recommendation:{kept.id}", record=kept.record), Conversation()).reply
    return shown.title if shown.kind == "recommendation" else None
