"""Conversation references (`adapters.references`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, case, delete, select, update

from adapters.database.connection import Connection
from adapters.database.rows import insert_or_ignore
from adapters.database.tables import experts_channels, references
from adapters.references import Reference, ReferenceKind

_t = references.c
_e = experts_channels.c


class SqlReferences:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(self, reference: Reference) -> None:
        values = {name: getattr(reference, name) for name in ("kind", "service_url", "team", "person", "name")}
        key = {"tenant": reference.tenant, "conversation": reference.conversation}
        new = insert_or_ignore(self._connection, references)
        if (await self._connection.execute(new, {**key, **values, "welcomed": False})).rowcount:
            return
        if not reference.name:
            del values["name"]
        theirs = (_t.tenant == reference.tenant) & (_t.conversation == reference.conversation)
        await self._connection.execute(update(references).where(theirs).values(**values))

    async def personal(self, tenant: str, person: str) -> Reference | None:
        if not person:  # the chats of deleted persons have no person
            return None
        theirs = (_t.tenant == tenant) & (_t.kind == "personal") & (_t.person == person)
        row = (await self._connection.execute(select(references).where(theirs).limit(1))).first()
        return _reference(row) if row else None

    async def teams(self, tenant: str) -> Sequence[Reference]:
        theirs = select(references).where((_t.tenant == tenant) & (_t.kind == "team")).order_by(_t.name)
        return [_reference(row) for row in await self._connection.execute(theirs)]

    async def service_url(self, tenant: str, conversation: str) -> str:
        this_first = case((_t.conversation == conversation, 0), else_=1)
        found = select(_t.service_url).where(_t.tenant == tenant).order_by(this_first).limit(1)
        return (await self._connection.execute(found)).scalar() or ""

    async def welcome(self, tenant: str, conversation: str) -> bool:
        first = (_t.tenant == tenant) & (_t.conversation == conversation) & _t.welcomed.is_(False)
        return bool((await self._connection.execute(update(references).where(first).values(welcomed=True))).rowcount)

    async def remove(self, tenant: str, conversation: str) -> Sequence[str]:
        gone = (_t.tenant == tenant) & ((_t.conversation == conversation) | (_t.team == conversation))
        ids = (await self._connection.execute(select(_t.conversation).where(gone))).scalars().all()
        await self._connection.execute(delete(references).where(gone))
        left = (_e.tenant == tenant) & _e.channel.in_((conversation, *ids))
        await self._connection.execute(delete(experts_channels).where(left))
        return ids

    async def is_empty(self, tenant: str) -> bool:
        found = select(_t.conversation).where(_t.tenant == tenant).limit(1)
        return (await self._connection.execute(found)).first() is None

    async def experts(self, tenant: str) -> str:
        return (await self._connection.execute(select(_e.channel).where(_e.tenant == tenant))).scalar() or ""

    async def choose_experts(self, tenant: str, channel: str) -> bool:
        new = insert_or_ignore(self._connection, experts_channels)
        return bool((await self._connection.execute(new, {"tenant": tenant, "channel": channel})).rowcount)

    async def unchoose_experts(self, tenant: str) -> None:
        await self._connection.execute(delete(experts_channels).where(_e.tenant == tenant))


def _reference(row: Row[Any]) -> Reference:
    kind = cast(ReferenceKind, row.kind)
    return Reference(row.tenant, row.conversation, kind, row.service_url, row.team, row.person, row.name)
