"""Conversation and delivery repositories, which every turn uses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from adapters.database.connection import Connection
from adapters.database.rows import insert_or_ignore, is_theirs, place_of, place_values
from adapters.database.tables import conversations, deliveries
from bot.domain.conversation import Conversation, conversation_from_json, conversation_to_json
from bot.domain.messages import Message, Place, Reply
from bot.domain.records import ExpiringConversation, Person, StoredConversation
from bot.domain.serialization import ShapeError, dumps, loads

# Built once: building a statement takes longer than running it.
_t = conversations.c
_is_theirs = (
    (_t.surface == bindparam("at_surface"))
    & (_t.tenant == bindparam("at_tenant"))
    & (_t.channel == bindparam("at_channel"))
    & (_t.thread == bindparam("at_thread"))
    & (_t.person == bindparam("of_person"))
)
_load = select(_t.body, _t.version).where(_is_theirs).with_for_update()
_move = update(conversations).where(_is_theirs & (_t.version == bindparam("was"))).values(version=_t.version + 1)
_delete = delete(conversations).where(_is_theirs & (_t.version == bindparam("was")))

_d = deliveries.c
_is_this = (
    (_d.surface == bindparam("surface")) & (_d.tenant == bindparam("tenant")) & (_d.delivery == bindparam("delivery"))
)
_reply_to = select(_d.reply).where(_is_this)


class SqlConversations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def load(self, place: Place, person: str) -> StoredConversation:
        found = await self._connection.run(_load, _key(place, person))
        for body, version in found.rows:
            return StoredConversation(conversation_from_json(body), version)
        return StoredConversation(Conversation(), 0)

    async def save(
        self, place: Place, person: str, conversation: Conversation, *, version: int, look_again_at: float
    ) -> bool:
        values: dict[str, object] = {"body": conversation_to_json(conversation), "look_again_at": look_again_at}
        if version:
            moved = await self._connection.run(_move, {**_key(place, person), "was": version, **values})
        else:
            new = insert_or_ignore(self._connection, conversations)
            moved = await self._connection.run(new, {**place_values(place), "person": person, "version": 1, **values})
        return bool(moved.written)

    async def due(self, now: float, limit: int = 500) -> Sequence[ExpiringConversation]:
        rows = await self._connection.execute(
            select(conversations)
            .where(_t.look_again_at <= now)
            .order_by(_t.look_again_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [
            ExpiringConversation(place_of(row), row.person, conversation_from_json(row.body), row.version)
            for row in rows
        ]

    async def delete(self, place: Place, person: str, *, version: int) -> bool:
        deleted = await self._connection.execute(_delete, {**_key(place, person), "was": version})
        return bool(deleted.rowcount)

    async def of(self, person: Person) -> Sequence[tuple[Place, Conversation]]:
        rows = await self._connection.execute(select(conversations).where(is_theirs(conversations, person)))
        return [(place_of(row), conversation_from_json(row.body)) for row in rows]


class SqlDeliveries:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def reply_to(self, message: Message) -> Reply | None:
        found = await self._connection.run(_reply_to, _delivery(message))
        for (text,) in found.rows:
            if not text:
                return None
            try:
                return loads(Reply, text)
            except ShapeError:  # written by another version: take the turn again
                await self._connection.execute(delete(deliveries).where(_is_this), _delivery(message))
        return None

    async def record(self, message: Message, reply: Reply | None, *, person: str, at: float) -> bool:
        new = insert_or_ignore(self._connection, deliveries)
        values = {**_delivery(message), "person": person, "at": at, "reply": dumps(reply) if reply else ""}
        return bool((await self._connection.run(new, values)).written)

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(deliveries).where(_d.at < before))).rowcount


def _key(place: Place, person: str) -> dict[str, str]:
    return {**place_values(place, "at_"), "of_person": person}


def _delivery(message: Message) -> dict[str, str]:
    return {"surface": message.place.surface, "tenant": message.place.tenant, "delivery": message.delivery}
