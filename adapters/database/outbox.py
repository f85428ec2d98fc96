"""Outbox and subscription repositories."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import structlog
from sqlalchemy import Row, Update, bindparam, delete, exists, false, func, or_, select, update

from adapters.database.connection import Connection
from adapters.database.rows import insert_or_ignore, insert_or_replace, place_of, place_values
from adapters.database.tables import outbox, subscriptions
from bot.domain.effects import Cadence
from bot.domain.messages import Place
from bot.domain.outbox import ClaimedItem, Content, Lease, OutboxItem, without_person
from bot.domain.records import Person, Subscription
from bot.domain.serialization import ShapeError, dumps, loads
from bot.service.ports import AT_ONCE, LONGEST_PUT_OFF

log = structlog.get_logger(__name__)

_t = outbox.c
_earlier = outbox.alias("earlier")
_is_open = _t.finished_at.is_(None)
_is_first_of_its_subject = ~exists().where(
    (_earlier.c.subject == _t.subject) & _earlier.c.finished_at.is_(None) & (_earlier.c.number < _t.number)
)

# Of a finished item only the id is stored, to recognise it when it is put again.
_CLEARED: Mapping[str, str | None] = {"content": None, "channel": "", "thread": ""}

# Built once, as every reply uses it.
_is_owned = (_t.id == bindparam("of_id")) & (_t.owner == bindparam("of_owner")) & _is_open
_finish = update(outbox).where(_is_owned)


class Backlog(NamedTuple):
    """The items of one surface that are not finished."""

    surface: str
    waiting: int
    oldest: int  # the number of the one that was put first


class SqlOutbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, item: OutboxItem, at: float) -> None:
        await self._insert(item, at, {"attempts": 0, "unsure": False, "owner": "", "leased_until": 0.0})

    async def take(self, item: OutboxItem, owner: str, *, now: float, lease: float, unsure: bool = True) -> bool:
        taken = {"attempts": 1, "unsure": unsure, "owner": owner, "leased_until": now + lease}
        return await self._insert(item, AT_ONCE, taken)

    async def _insert(self, item: OutboxItem, at: float, state: Mapping[str, object]) -> bool:
        values = {
            "id": item.id,
            "action": item.action,
            **place_values(item.place),
            "subject": item.subject,
            "content": dumps(item.content) if item.content else None,
            "due_at": at,
            "why": "",
            **state,
        }
        new = insert_or_ignore(self._connection, outbox)
        return bool((await self._connection.run(new, values)).written)

    async def claim(
        self,
        owner: str,
        *,
        now: float,
        lease: float,
        surfaces: Sequence[str],
        dead: Collection[Lease] = (),
        limit: int = 10,
    ) -> Sequence[ClaimedItem]:
        jumped = (_t.attempts > 0) & (_t.due_at > now + LONGEST_PUT_OFF)
        abandoned = [(_t.id == one.item) & (_t.owner == one.owner) & (_t.leased_until == one.until) for one in dead]
        is_free = (_t.owner == "") | or_(false(), *abandoned)
        is_due = _is_open & ((_t.due_at <= now) | jumped) & is_free & _t.surface.in_(surfaces)
        rows = (
            await self._connection.execute(
                select(outbox)
                .where(is_due & _is_first_of_its_subject)
                .order_by(_t.number)
                .limit(limit)
                .with_for_update(skip_locked=True, of=outbox)
            )
        ).all()
        claimed: dict[int, ClaimedItem] = {}
        for row in rows:
            try:
                claimed[row.number] = ClaimedItem(_item(row), row.attempts, row.unsure)
            except ShapeError:  # written by another version: give up, so that later items of its subject are sent
                log.error("outbox.given_up", item=row.id, surface=row.surface, why="unreadable")
                await self._settle(_of([row.number]).values(finished_at=now, **_CLEARED, why="unreadable"))
        if claimed:
            leased = {"owner": owner, "leased_until": now + lease, "attempts": _t.attempts + 1}
            await self._connection.execute(_of(claimed).values(leased))
        return list(claimed.values())

    async def leases(self) -> Sequence[Lease]:
        owned = select(_t.id, _t.owner, _t.leased_until).where(_is_open & (_t.owner != ""))
        return [Lease(row.id, row.owner, row.leased_until) for row in await self._connection.execute(owned)]

    async def renew(self, ids: Sequence[str], owner: str, *, now: float, lease: float) -> Sequence[str]:
        theirs = update(outbox).where(_t.id.in_(ids) & (_t.owner == owner) & _is_open)
        renewed = theirs.values(leased_until=now + lease).returning(_t.id)
        return (await self._connection.execute(renewed)).scalars().all()

    async def mark_going_out(self, id: str, owner: str, *, now: float, lease: float) -> bool:
        values = {"of_id": id, "of_owner": owner, "leased_until": now + lease, "unsure": True}
        return bool((await self._connection.run(_finish, values)).written)

    async def mark_sent(self, id: str, owner: str, at: float) -> bool:
        values = {"of_id": id, "of_owner": owner, "finished_at": at, **_CLEARED}
        return bool((await self._connection.run(_finish, values)).written)

    async def postpone(self, id: str, owner: str, *, due_at: float, unsure: bool) -> bool:
        return await self._settle(_owned(id, owner).values(due_at=due_at, unsure=unsure, owner="", leased_until=0.0))

    async def mark_failed(self, id: str, owner: str, *, why: str, at: float) -> bool:
        return await self._settle(_owned(id, owner).values(finished_at=at, **_CLEARED, why=why))

    async def _settle(self, change: Update) -> bool:
        return bool((await self._connection.execute(change)).rowcount)

    async def withdraw(self, subject: str) -> bool:
        untouched = delete(outbox).where(_is_open & (_t.subject == subject) & ~_t.unsure).returning(_t.action)
        return "send" in (await self._connection.execute(untouched)).scalars().all()

    async def forget(self, person: Person) -> None:
        """Delete what waits to be sent to a person, and their name from what waits for others."""
        waiting = select(outbox).where(_is_open & (_t.surface == person.surface) & (_t.tenant == person.tenant))
        for row in (await self._connection.execute(waiting.with_for_update())).all():
            try:
                item = _item(row)
                left = without_person(item, person.id, tried=row.unsure)
            except ShapeError:  # written by another version, and perhaps theirs: delete it
                left = None
            if left is None:
                await self._connection.execute(delete(outbox).where(_t.number == row.number))
            elif left is not item:
                content = dumps(left.content) if left.content else None
                await self._settle(_of([row.number]).values(content=content))

    async def waiting(self) -> int:
        count = select(func.count()).select_from(outbox).where(_is_open)
        return int((await self._connection.execute(count)).scalar_one())

    async def backlog(self) -> tuple[Sequence[Backlog], int]:
        """What is not finished, by surface; and the highest number of any item, finished or not."""
        counts = select(_t.surface, func.count(), func.min(_t.number)).where(_is_open).group_by(_t.surface)
        rows: Sequence[Any] = (await self._connection.execute(counts)).all()
        newest = (await self._connection.execute(select(func.max(_t.number)))).scalar_one()
        return [Backlog(*row) for row in rows], newest or 0

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(outbox).where(_t.finished_at < before))).rowcount


def _owned(id: str, owner: str) -> Update:
    return update(outbox).where((_t.id == id) & (_t.owner == owner) & _is_open)


def _of(numbers: Iterable[int]) -> Update:
    return update(outbox).where(_t.number.in_(numbers))


def _item(row: Row[Any]) -> OutboxItem:
    content = cast(Content, loads(cast(Any, Content), row.content)) if row.content else None
    return OutboxItem(row.id, row.action, place_of(row), row.subject, content)


class SqlSubscriptions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, subscription: Subscription) -> None:
        earlier = await self.get(subscription.place)
        stored = (earlier.shown, earlier.sent) if earlier else (subscription.shown, subscription.sent)
        values = {
            **place_values(subscription.place),
            "cadence": subscription.cadence,
            "person": subscription.person,
            "next_at": subscription.next_at,
            "shown": json.dumps(stored[0]),
            "sent": stored[1],
        }
        await self._connection.execute(insert_or_replace(self._connection, subscriptions), values)

    async def remove(self, place: Place) -> bool:
        return bool((await self._connection.execute(delete(subscriptions).filter_by(**place_values(place)))).rowcount)

    async def get(self, place: Place) -> Subscription | None:
        found = await self._connection.execute(select(subscriptions).filter_by(**place_values(place)))
        row = found.first()
        return _subscription(row) if row else None

    async def due(self, now: float, limit: int = 20) -> Sequence[Subscription]:
        rows = await self._connection.execute(
            select(subscriptions)
            .where(subscriptions.c.next_at <= now)
            .order_by(subscriptions.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_subscription(row) for row in rows]

    async def advance(self, subscription: Subscription) -> None:
        await self._connection.execute(
            update(subscriptions)
            .filter_by(**place_values(subscription.place))
            .values(next_at=subscription.next_at, shown=json.dumps(subscription.shown), sent=subscription.sent)
        )


def _subscription(row: Row[Any]) -> Subscription:
    cadence = cast(Cadence, row.cadence)
    return Subscription(place_of(row), cadence, row.person, row.next_at, tuple(json.loads(row.shown)), row.sent)
