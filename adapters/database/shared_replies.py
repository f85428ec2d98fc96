"""Replies that their owners share by a link (`adapters.transcripts`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update

from adapters.database.connection import Connection
from adapters.database.tables import shared_replies
from adapters.transcripts import MOST_SHARED, SharedReply
from bot.domain.messages import Reply
from bot.domain.serialization import ShapeError, dumps, loads

_t = shared_replies.c
_theirs = _t.person == bindparam("of_person")
_latest = select(_t.link).where(_theirs).order_by(_t.at.desc()).limit(MOST_SHARED)
_drop_older = delete(shared_replies).where(_theirs & _t.link.not_in(_latest))


class SqlSharedReplies:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def share(self, shared: SharedReply) -> None:
        values = {
            "link": shared.link,
            "person": shared.person,
            "exchange": shared.exchange,
            "at": shared.at,
            "reply": dumps(shared.reply),
        }
        await self._connection.execute(insert(shared_replies), values)
        await self._connection.execute(_drop_older, {"of_person": shared.person})

    async def of(self, person: str, exchange: str) -> SharedReply | None:
        return await self._first(select(shared_replies).where((_t.person == person) & (_t.exchange == exchange)))

    async def behind(self, link: str) -> SharedReply | None:
        return await self._first(select(shared_replies).where(_t.link == link))

    async def end(self, person: str, link: str) -> None:
        await self._connection.execute(delete(shared_replies).where((_t.person == person) & (_t.link == link)))

    async def hand_over(self, person: str, to: str) -> None:
        await self._connection.execute(update(shared_replies).where(_t.person == person).values(person=to))

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(shared_replies).where(_t.at < before))).rowcount

    async def _first(self, wanted: Select[Any]) -> SharedReply | None:
        row = (await self._connection.execute(wanted)).first()
        return _shared(row) if row else None


def _shared(row: Row[Any]) -> SharedReply | None:
    """None if the reply was written by another version and can't be read."""
    try:
        return SharedReply(row.link, row.person, row.exchange, loads(Reply, row.reply), row.at)
    except ShapeError:
        return None
