"""Repository of which reply a message shows."""

from __future__ import annotations

from sqlalchemy import delete, select

from adapters.database.connection import Connection
from adapters.database.rows import insert_or_ignore
from adapters.database.tables import shown_replies
from bot.domain.messages import Place
from bot.domain.records import ShownReply

_t = shown_replies.c


class SqlShownReplies:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, shown: ShownReply) -> None:
        values = {
            **_key(shown.place, shown.message),
            "person": shown.person,
            "reference": shown.reference,
            "entry": shown.entry,
            "at": shown.at,
        }
        await self._connection.run(insert_or_ignore(self._connection, shown_replies), values)

    async def find(self, place: Place, message: str) -> ShownReply | None:
        found = select(shown_replies).filter_by(**_key(place, message))
        row = (await self._connection.execute(found)).first()
        return ShownReply(place, message, row.person, row.reference, row.entry, row.at) if row else None

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(shown_replies).where(_t.at < before))).rowcount


def _key(place: Place, message: str) -> dict[str, str]:
    return {"surface": place.surface, "tenant": place.tenant, "channel": place.channel, "message": message}
