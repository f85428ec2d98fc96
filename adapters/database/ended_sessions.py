"""Revoked sessions (`adapters.ended_sessions`)."""

from __future__ import annotations

from sqlalchemy import delete, select

from adapters.database.connection import Connection
from adapters.database.rows import insert_or_replace
from adapters.database.tables import ended_sessions

_t = ended_sessions.c


class SqlEndedSessions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def end(self, id: str, *, until: float, now: float) -> None:
        await self._connection.execute(delete(ended_sessions).where(_t.until < now))
        await self._connection.execute(insert_or_replace(self._connection, ended_sessions), {"id": id, "until": until})

    async def has_ended(self, id: str) -> bool:
        found = await self._connection.execute(select(_t.id).where(_t.id == id))
        return found.first() is not None
