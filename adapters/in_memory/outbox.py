"""Outbox and subscription repositories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from adapters.in_memory.rows import Rows
from bot.domain.messages import Place
from bot.domain.outbox import ClaimedItem, Lease, OutboxItem
from bot.domain.records import Subscription
from bot.service.ports import AT_ONCE, LONGEST_PUT_OFF


class InMemorySubscriptions:
    def __init__(self, rows: Rows[Subscription]) -> None:
        self.rows = rows

    async def put(self, subscription: Subscription) -> None:
        earlier = self.rows.get(subscription.place)
        if earlier:
            subscription = replace(subscription, shown=earlier.shown, sent=earlier.sent)
        self.rows[subscription.place] = subscription

    async def remove(self, place: Place) -> bool:
        return bool(self.rows.drop([place] if place in self.rows else []))

    async def get(self, place: Place) -> Subscription | None:
        return self.rows.get(place)

    async def due(self, now: float, limit: int = 20) -> Sequence[Subscription]:
        return [stored for stored in self.rows.values() if stored.next_at <= now][:limit]

    async def advance(self, subscription: Subscription) -> None:
        if subscription.place in self.rows:
            self.rows[subscription.place] = subscription


@dataclass(frozen=True, slots=True)
class _Row:
    item: OutboxItem
    due_at: float
    attempts: int = 0
    unsure: bool = False
    owner: str = ""
    leased_until: float = 0.0
    finished_at: float | None = None
    why: str = ""

    def is_open_in(self, surface: str, tenant: str) -> bool:
        place = self.item.place
        return self.finished_at is None and (place.surface, place.tenant) == (surface, tenant)

    def finished(self, at: float, why: str = "") -> _Row:
        """The finished row, without content and recipient."""
        place = self.item.place
        item = replace(self.item, content=None, place=Place(place.surface, place.tenant))
        return replace(self, item=item, finished_at=at, why=why)


class InMemoryOutbox:
    def __init__(self, rows: Rows[_Row]) -> None:
        self.rows = rows

    def _open(self) -> list[_Row]:
        return [row for row in self.rows.values() if row.finished_at is None]

    def _owned(self, id: str, owner: str) -> _Row | None:
        row = self.rows.get(id)
        return row if row and row.owner == owner and row.finished_at is None else None

    async def put(self, item: OutboxItem, at: float) -> None:
        if item.id not in self.rows:
            self.rows[item.id] = _Row(item, at)

    async def take(self, item: OutboxItem, owner: str, *, now: float, lease: float, unsure: bool = True) -> bool:
        if item.id in self.rows:
            return False
        self.rows[item.id] = _Row(item, AT_ONCE, 1, unsure=unsure, owner=owner, leased_until=now + lease)
        return True

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
        claimed: list[ClaimedItem] = []
        subjects: set[str] = set()
        for row in self._open():
            first_of_subject = row.item.subject not in subjects
            subjects.add(row.item.subject)
            jumped = row.attempts and row.due_at > now + LONGEST_PUT_OFF
            due = (row.due_at <= now or jumped) and row.item.place.surface in surfaces
            free = not row.owner or Lease(row.item.id, row.owner, row.leased_until) in dead
            if first_of_subject and due and free and len(claimed) < limit:
                claimed.append(ClaimedItem(row.item, row.attempts, row.unsure))
                self.rows[row.item.id] = replace(row, owner=owner, leased_until=now + lease, attempts=row.attempts + 1)
        return claimed

    async def leases(self) -> Sequence[Lease]:
        return [Lease(row.item.id, row.owner, row.leased_until) for row in self._open() if row.owner]

    async def renew(self, ids: Sequence[str], owner: str, *, now: float, lease: float) -> Sequence[str]:
        theirs = {id: row for id in ids if (row := self._owned(id, owner))}
        for id, row in theirs.items():
            self.rows[id] = replace(row, leased_until=now + lease)
        return list(theirs)

    async def mark_going_out(self, id: str, owner: str, *, now: float, lease: float) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = replace(row, leased_until=now + lease, unsure=True)
        return True

    async def mark_sent(self, id: str, owner: str, at: float) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = row.finished(at)
        return True

    async def postpone(self, id: str, owner: str, *, due_at: float, unsure: bool) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = replace(row, owner="", leased_until=0.0, due_at=due_at, unsure=unsure)
        return True

    async def mark_failed(self, id: str, owner: str, *, why: str, at: float) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = row.finished(at, why)
        return True

    async def withdraw(self, subject: str) -> bool:
        waiting = [row for row in self._open() if row.item.subject == subject and not row.unsure]
        self.rows.drop([row.item.id for row in waiting])
        return any(row.item.action == "send" for row in waiting)

    async def waiting(self) -> int:
        return len(self._open())

    async def prune(self, before: float) -> int:
        done = [id for id, row in self.rows.items() if row.finished_at is not None and row.finished_at < before]
        return self.rows.drop(done)
