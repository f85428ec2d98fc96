"""Transcripts of the web page (`adapters.transcripts`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, select

from adapters.database.connection import Connection
from adapters.database.rows import insert_or_replace
from adapters.database.tables import exchanges
from adapters.transcripts import MOST_EXCHANGES, Exchange
from bot.domain.messages import Reply
from bot.domain.serialization import ShapeError, dumps, loads

_t = exchanges.c
_theirs = _t.person == bindparam("of_person")
_latest = select(_t.id).where(_theirs).order_by(_t.at.desc()).limit(MOST_EXCHANGES)
_drop_older = delete(exchanges).where(_theirs & _t.id.not_in(_latest))


class SqlTranscripts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def save(self, person: str, exchange: Exchange, *, since: float) -> None:
        await self._connection.execute(delete(exchanges).where(_t.at < since))
        values = {
            "person": person,
            "id": exchange.id,
            "at": exchange.at,
            "said": exchange.said,
            "reply": dumps(exchange.reply),
        }
        await self._connection.execute(insert_or_replace(self._connection, exchanges), values)
        await self._connection.execute(_drop_older, {"of_person": person})

    async def of(self, person: str, *, since: float) -> Sequence[Exchange]:
        theirs = (
            select(exchanges)
            .where((_t.person == person) & (_t.at >= since))
            .order_by(_t.at.desc())
            .limit(MOST_EXCHANGES)
        )
        found = [_exchange(row) for row in await self._connection.execute(theirs)]
        return [exchange for exchange in reversed(found) if exchange is not None]

    async def one(self, person: str, id: str) -> Exchange | None:
        theirs = select(exchanges).where((_t.person == person) & (_t.id == id))
        row = (await self._connection.execute(theirs)).first()
        return _exchange(row) if row else None

    async def clear(self, person: str) -> None:
        await self._connection.execute(delete(exchanges).where(_t.person == person))

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(exchanges).where(_t.at < before))).rowcount


def _exchange(row: Row[Any]) -> Exchange | None:
    """None if the reply was written by another version and can't be read."""
    try:
        return Exchange(row.id, row.said, loads(Reply, row.reply), row.at)
    except ShapeError:
        return None
