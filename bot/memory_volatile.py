"""The port kept in this process alone: for the terminal, for tests, and to read what the port means.

One transaction at a time. What a transaction changed is written down, and put back when it fails.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.conversation import Conversation
from bot.effects import Post, Unanswered, Vote
from bot.memory import (
    Fading,
    Forgotten,
    Gap,
    KeptPost,
    KeptQuestion,
    Person,
    PostState,
    Remembered,
    Subscription,
    Tally,
)
from bot.messages import Message, Place, Reply
from bot.sending import Claimed, Parcel

V = TypeVar("V")
_ABSENT = object()
_Journal = list[tuple["_Rows[Any]", Any, Any]]


class _Rows(dict[Any, V]):
    """A dict that notes in the journal what stood there before each change."""

    def __init__(self, journal: _Journal) -> None:
        super().__init__()
        self._journal = journal

    def __setitem__(self, key: Any, value: V) -> None:
        self._journal.append((self, key, self.get(key, _ABSENT)))
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self._journal.append((self, key, self[key]))
        super().__delitem__(key)

    def drop(self, keys: list[Any]) -> int:
        for key in keys:
            del self[key]
        return len(keys)

    def put_back(self, key: Any, value: Any) -> None:
        if value is _ABSENT:
            super().__delitem__(key)
        else:
            super().__setitem__(key, value)


@dataclass(frozen=True, slots=True)
class _Talk:
    conversation: Conversation
    version: int
    look_again_at: float


class _Conversations:
    def __init__(self, rows: _Rows[_Talk]) -> None:
        self.rows = rows

    async def load(self, place: Place, person: str) -> Remembered:
        kept = self.rows.get((place, person))
        return Remembered(kept.conversation, kept.version) if kept else Remembered(Conversation(), 0)

    async def save(
        self, place: Place, person: str, conversation: Conversation, *, version: int, look_again_at: float
    ) -> bool:
        kept = self.rows.get((place, person))
        if (kept.version if kept else 0) != version:
            return False
        self.rows[place, person] = _Talk(conversation, version + 1, look_again_at)
        return True

    async def due(self, now: float, limit: int = 500) -> Sequence[Fading]:
        return [
            Fading(place, person, kept.conversation, kept.version)
            for (place, person), kept in self.rows.items()
            if kept.look_again_at <= now
        ][:limit]

    async def delete(self, place: Place, person: str, *, version: int) -> bool:
        kept = self.rows.get((place, person))
        if kept is None or kept.version != version:
            return False
        del self.rows[place, person]
        return True


class _Deliveries:
    def __init__(self, rows: _Rows[tuple[str, float, Reply]]) -> None:
        self.rows = rows

    async def reply_to(self, message: Message) -> Reply | None:
        kept = self.rows.get(_delivery(message))
        return kept[2] if kept else None

    async def record(self, message: Message, reply: Reply, *, person: str, at: float) -> bool:
        if _delivery(message) in self.rows:
            return False
        self.rows[_delivery(message)] = (person, at, reply)
        return True

    async def prune(self, before: float) -> int:
        return self.rows.drop([key for key, (_, at, _) in self.rows.items() if at < before])


def _delivery(message: Message) -> tuple[str, str, str]:
    return message.place.surface, message.place.tenant, message.delivery


class _Recommendations:
    def __init__(self, rows: _Rows[tuple[Person, str, str, float]]) -> None:
        self.rows = rows

    async def keep(self, id: str, person: Person, record: str, knowledge: str, at: float) -> None:
        self.rows[id] = (person, record, knowledge, at)

    async def record(self, id: str) -> str | None:
        kept = self.rows.get(id)
        return kept[1] if kept else None


class _Posts:
    def __init__(self, rows: _Rows[KeptPost]) -> None:
        self.rows = rows

    async def add(self, post: KeptPost) -> bool:
        if post.id in self.rows:
            return False
        self.rows[post.id] = post
        return True

    async def get(self, id: str) -> KeptPost | None:
        return self.rows.get(id)

    async def change(
        self, id: str, *, state: PostState, reference: str | None = None, post: Post | None = None
    ) -> None:
        kept = self.rows[id]
        self.rows[id] = replace(
            kept,
            state=state,
            reference=kept.reference if reference is None else reference,
            post=kept.post if post is None else post,
        )

    async def standing(self) -> Sequence[KeptPost]:
        return sorted((post for post in self.rows.values() if post.state == "posted"), key=lambda post: post.at)


class _Feedback:
    def __init__(self, rows: _Rows[Vote]) -> None:
        self.rows = rows

    async def vote(self, person: Person, vote: Vote, at: float) -> None:
        self.rows[person, vote.reference] = vote

    async def tallies(self) -> Sequence[Tally]:
        counts: dict[tuple[str, str], list[Vote]] = {}
        for vote in self.rows.values():
            counts.setdefault((vote.entry or "", vote.knowledge), []).append(vote)
        return [
            Tally(
                entry,
                knowledge,
                helpful=sum(vote.helpful for vote in votes),
                unhelpful=sum(not vote.helpful for vote in votes),
                reasons=tuple(sorted(Counter(vote.reason for vote in votes if vote.reason).items())),
            )
            for (entry, knowledge), votes in sorted(counts.items())
        ]


class _Gaps:
    def __init__(self, rows: _Rows[Gap]) -> None:
        self.rows = rows

    async def add(self, gap: Unanswered, *, day: str, answer: str = "") -> None:
        self.rows[len(self.rows)] = Gap(
            gap.question, day, gap.kind, gap.best_entry, gap.confidence, gap.knowledge, answer
        )

    async def all(self) -> Sequence[Gap]:
        return list(reversed(self.rows.values()))


class _Questions:
    def __init__(self, rows: _Rows[KeptQuestion]) -> None:
        self.rows = rows

    async def add(self, question: KeptQuestion) -> bool:
        if question.id in self.rows:
            return False
        self.rows[question.id] = question
        return True

    async def get(self, id: str) -> KeptQuestion | None:
        return self.rows.get(id)

    async def in_thread(self, place: Place) -> KeptQuestion | None:
        channel = replace(place, thread="")
        return next(
            (
                kept
                for kept in self.rows.values()
                if place.thread and kept.reference == place.thread and replace(kept.to, thread="") == channel
            ),
            None,
        )

    async def posted(self, id: str, reference: str) -> None:
        if id in self.rows:
            self.rows[id] = replace(self.rows[id], reference=reference)

    async def answered(self, id: str) -> bool:
        kept = self.rows.get(id)
        if kept is None or kept.state == "answered":
            return False
        self.rows[id] = replace(kept, state="answered")
        return True

    async def prune(self, before: float) -> int:
        return self.rows.drop([id for id, kept in self.rows.items() if kept.at < before])


class _Subscriptions:
    def __init__(self, rows: _Rows[Subscription]) -> None:
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
        return [kept for kept in self.rows.values() if kept.next_at <= now][:limit]

    async def advance(self, subscription: Subscription) -> None:
        if subscription.place in self.rows:
            self.rows[subscription.place] = subscription


@dataclass(frozen=True, slots=True)
class _Waiting:
    parcel: Parcel
    due_at: float
    attempts: int = 0
    unsure: bool = False
    owner: str = ""
    leased_until: float = 0.0
    finished_at: float | None = None
    why: str = ""


class _Outbox:
    def __init__(self, rows: _Rows[_Waiting]) -> None:
        self.rows = rows

    def _open(self) -> list[_Waiting]:
        return [row for row in self.rows.values() if row.finished_at is None]

    def _owned(self, id: str, owner: str) -> _Waiting | None:
        row = self.rows.get(id)
        return row if row and row.owner == owner and row.finished_at is None else None

    async def put(self, parcel: Parcel, at: float) -> None:
        if parcel.id not in self.rows:
            self.rows[parcel.id] = _Waiting(parcel, at)

    async def claim(
        self, owner: str, *, now: float, lease: float, surfaces: Sequence[str], limit: int = 10
    ) -> Sequence[Claimed]:
        claimed: list[Claimed] = []
        subjects: set[str] = set()
        for row in self._open():
            first_of_subject = row.parcel.subject not in subjects
            subjects.add(row.parcel.subject)
            due = row.due_at <= now and row.leased_until <= now and row.parcel.place.surface in surfaces
            if first_of_subject and due and len(claimed) < limit:
                claimed.append(Claimed(row.parcel, row.attempts, row.unsure))
                self.rows[row.parcel.id] = replace(
                    row, owner=owner, leased_until=now + lease, attempts=row.attempts + 1, unsure=True
                )
        return claimed

    async def sent(self, id: str, owner: str, at: float) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = replace(row, parcel=replace(row.parcel, content=None), finished_at=at)
        return True

    async def later(self, id: str, owner: str, *, due_at: float, unsure: bool) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = replace(row, owner="", leased_until=0.0, due_at=due_at, unsure=unsure)
        return True

    async def failed(self, id: str, owner: str, *, why: str, at: float) -> bool:
        row = self._owned(id, owner)
        if row is None:
            return False
        self.rows[id] = replace(row, parcel=replace(row.parcel, content=None), finished_at=at, why=why)
        return True

    async def withdraw(self, subject: str) -> bool:
        waiting = [row for row in self._open() if row.parcel.subject == subject and not row.unsure]
        self.rows.drop([row.parcel.id for row in waiting])
        return any(row.parcel.action == "send" for row in waiting)

    async def waiting(self) -> int:
        return len(self._open())

    async def prune(self, before: float) -> int:
        done = [id for id, row in self.rows.items() if row.finished_at is not None and row.finished_at < before]
        return self.rows.drop(done)


class _Unit:
    def __init__(self, journal: _Journal) -> None:
        self.conversations = _Conversations(_Rows(journal))
        self.deliveries = _Deliveries(_Rows(journal))
        self.recommendations = _Recommendations(_Rows(journal))
        self.posts = _Posts(_Rows(journal))
        self.feedback = _Feedback(_Rows(journal))
        self.gaps = _Gaps(_Rows(journal))
        self.questions = _Questions(_Rows(journal))
        self.subscriptions = _Subscriptions(_Rows(journal))
        self.outbox = _Outbox(_Rows(journal))

    async def forget(self, person: Person) -> Forgotten:
        def is_them(place: Place, id: str) -> bool:
            return bool(id) and Person(place.surface, place.tenant, id) == person

        conversations, deliveries = self.conversations.rows, self.deliveries.rows
        posts, subscriptions = self.posts.rows, self.subscriptions.rows
        theirs = [post for post in posts.values() if is_them(post.place, post.person)]
        asked = [one for one in self.questions.rows.values() if is_them(one.place, one.person)]
        subscribed = [one for one in subscriptions.values() if is_them(one.place, one.person)]
        for post in theirs:
            posts[post.id] = replace(post, person="", post=replace(post.post, shared_by="", note=""))
        for subscription in subscribed:
            subscriptions[subscription.place] = replace(subscription, person="")
        for question in asked:
            await self.outbox.withdraw(question.id)
        return Forgotten(
            conversations=conversations.drop([key for key in conversations if is_them(*key)]),
            deliveries=deliveries.drop(
                [key for key, (who, _, _) in deliveries.items() if who and Person(key[0], key[1], who) == person]
            ),
            recommendations=self.recommendations.rows.drop(
                [id for id, row in self.recommendations.rows.items() if row[0] == person]
            ),
            votes=self.feedback.rows.drop([key for key in self.feedback.rows if key[0] == person]),
            questions=self.questions.rows.drop([question.id for question in asked]),
            posts=len(theirs),
            subscriptions=len(subscribed),
        )


class VolatileMemory:
    """Everything is gone when the process ends."""

    def __init__(self) -> None:
        self._journal: _Journal = []
        self._unit = _Unit(self._journal)
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Unit]:
        async with self._one_at_a_time:
            try:
                yield self._unit
            except BaseException:
                for rows, key, before in reversed(self._journal):
                    rows.put_back(key, before)
                raise
            finally:
                self._journal.clear()
