"""Conversation and delivery repositories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.in_memory.rows import Rows
from bot.domain.conversation import Conversation
from bot.domain.messages import Message, Place, Reply
from bot.domain.records import ExpiringConversation, Person, StoredConversation


@dataclass(frozen=True, slots=True)
class _Row:
    conversation: Conversation
    version: int
    look_again_at: float


class InMemoryConversations:
    def __init__(self, rows: Rows[_Row]) -> None:
        self.rows = rows

    async def load(self, place: Place, person: str) -> StoredConversation:
        row = self.rows.get((place, person))
        return StoredConversation(row.conversation, row.version) if row else StoredConversation(Conversation(), 0)

    async def save(
        self, place: Place, person: str, conversation: Conversation, *, version: int, look_again_at: float
    ) -> bool:
        row = self.rows.get((place, person))
        if (row.version if row else 0) != version:
            return False
        self.rows[place, person] = _Row(conversation, version + 1, look_again_at)
        return True

    async def due(self, now: float, limit: int = 500) -> Sequence[ExpiringConversation]:
        return [
            ExpiringConversation(place, person, row.conversation, row.version)
            for (place, person), row in self.rows.items()
            if row.look_again_at <= now
        ][:limit]

    async def delete(self, place: Place, person: str, *, version: int) -> bool:
        row = self.rows.get((place, person))
        if row is None or row.version != version:
            return False
        del self.rows[place, person]
        return True

    async def of(self, person: Person) -> Sequence[tuple[Place, Conversation]]:
        return [
            (place, row.conversation)
            for (place, id), row in self.rows.items()
            if Person(place.surface, place.tenant, id) == person
        ]


class InMemoryDeliveries:
    def __init__(self, rows: Rows[tuple[str, float, Reply | None]]) -> None:
        self.rows = rows

    async def reply_to(self, message: Message) -> Reply | None:
        row = self.rows.get(_delivery(message))
        return row[2] if row else None

    async def record(self, message: Message, reply: Reply | None, *, person: str, at: float) -> bool:
        if _delivery(message) in self.rows:
            return False
        self.rows[_delivery(message)] = (person, at, reply)
        return True

    async def prune(self, before: float) -> int:
        return self.rows.drop([key for key, (_, at, _) in self.rows.items() if at < before])


def _delivery(message: Message) -> tuple[str, str, str]:
    return message.place.surface, message.place.tenant, message.delivery
