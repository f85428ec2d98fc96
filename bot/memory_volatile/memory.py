"""One transaction at a time. What a transaction changed is written down, and put back when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from bot.kept import NOWHERE, Forgotten, Person
from bot.memory_volatile.conversations import VolatileConversations, VolatileDeliveries
from bot.memory_volatile.outbox import VolatileOutbox, VolatileSubscriptions
from bot.memory_volatile.records import (
    VolatileFeedback,
    VolatileGaps,
    VolatilePosts,
    VolatileQuestions,
    VolatileRecommendations,
)
from bot.memory_volatile.rows import Journal, Rows
from bot.messages import Place
from bot.sending import left_of


class VolatileUnit:
    def __init__(self, journal: Journal) -> None:
        self.conversations = VolatileConversations(Rows(journal))
        self.deliveries = VolatileDeliveries(Rows(journal))
        self.recommendations = VolatileRecommendations(Rows(journal))
        self.posts = VolatilePosts(Rows(journal))
        self.feedback = VolatileFeedback(Rows(journal))
        self.gaps = VolatileGaps(Rows(journal))
        self.questions = VolatileQuestions(Rows(journal))
        self.subscriptions = VolatileSubscriptions(Rows(journal))
        self.outbox = VolatileOutbox(Rows(journal))

    async def forget(self, person: Person) -> Forgotten:
        def is_them(place: Place, id: str) -> bool:
            return bool(id) and Person(place.surface, place.tenant, id) == person

        conversations, deliveries = self.conversations.rows, self.deliveries.rows
        posts, subscriptions = self.posts.rows, self.subscriptions.rows
        for id, waiting in list(self.outbox.rows.items()):
            if person.id and waiting.is_open_in(person.surface, person.tenant):
                left = left_of(waiting.parcel, person.id, tried=waiting.unsure)
                if left is None:
                    del self.outbox.rows[id]
                elif left != waiting.parcel:
                    self.outbox.rows[id] = replace(waiting, parcel=left)
        theirs = [post for post in posts.values() if is_them(post.place, post.person)]
        asked = await self.questions.of(person)
        subscribed = [one for one in subscriptions.values() if is_them(one.place, one.person)]
        for post in theirs:
            posts[post.id] = replace(post, person="", asked_in=NOWHERE, post=replace(post.post, shared_by="", note=""))
        for subscription in subscribed:
            subscriptions[subscription.place] = replace(subscription, person="")
        for question in asked:
            nowhere = Place(question.place.surface, question.place.tenant)
            self.questions.rows[question.id] = replace(
                question, person="", question="", place=nowhere, state="answered"
            )
        return Forgotten(
            conversations=conversations.drop([key for key in conversations if is_them(*key)]),
            deliveries=deliveries.drop(
                [key for key, (who, _, _) in deliveries.items() if who and Person(key[0], key[1], who) == person]
            ),
            recommendations=self.recommendations.rows.drop(
                [id for id, row in self.recommendations.rows.items() if row[0] == person]
            ),
            votes=self.feedback.rows.drop([key for key in self.feedback.rows if key[0] == person]),
            questions=len(asked),
            posts=len(theirs),
            subscriptions=len(subscribed),
        )

    async def delete_tenant(self, surface: str, tenant: str) -> int:
        def of_tenant(one: Place | Person) -> bool:
            return (one.surface, one.tenant) == (surface, tenant)

        if not tenant:
            return 0
        doomed: list[tuple[Rows[Any], list[Any]]] = [
            (self.conversations.rows, [key for key in self.conversations.rows if of_tenant(key[0])]),
            (self.deliveries.rows, [key for key in self.deliveries.rows if key[:2] == (surface, tenant)]),
            (self.recommendations.rows, [id for id, row in self.recommendations.rows.items() if of_tenant(row[0])]),
            (self.posts.rows, [id for id, post in self.posts.rows.items() if of_tenant(post.place)]),
            (self.feedback.rows, [key for key in self.feedback.rows if of_tenant(key[0])]),
            (self.questions.rows, [id for id, one in self.questions.rows.items() if of_tenant(one.place)]),
            (self.subscriptions.rows, [place for place in self.subscriptions.rows if of_tenant(place)]),
            (self.outbox.rows, [id for id, one in self.outbox.rows.items() if of_tenant(one.parcel.place)]),
        ]
        return sum(rows.drop(keys) for rows, keys in doomed)

    async def delete_channel(self, surface: str, tenant: str, channel: str) -> int:
        def is_there(place: Place) -> bool:
            return bool(channel) and (place.surface, place.tenant, place.channel) == (surface, tenant, channel)

        doomed: list[tuple[Rows[Any], list[Any]]] = [
            (self.conversations.rows, [key for key in self.conversations.rows if is_there(key[0])]),
            (self.posts.rows, [id for id, post in self.posts.rows.items() if is_there(post.place)]),
            (self.questions.rows, [id for id, one in self.questions.rows.items() if is_there(one.place)]),
            (self.subscriptions.rows, [place for place in self.subscriptions.rows if is_there(place)]),
            (self.outbox.rows, [id for id, one in self.outbox.rows.items() if is_there(one.parcel.place)]),
        ]
        return sum(rows.drop(keys) for rows, keys in doomed)


class VolatileMemory:
    """Everything is gone when the process ends."""

    def __init__(self) -> None:
        self._journal: Journal = []
        self._unit = VolatileUnit(self._journal)
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[VolatileUnit]:
        async with self._one_at_a_time:
            try:
                yield self._unit
            except BaseException:
                for rows, key, before in reversed(self._journal):
                    rows.put_back(key, before)
                raise
            finally:
                self._journal.clear()

    async def scrub(self) -> None:
        """There are no files."""
