"""A store that runs one transaction at a time, and undoes its changes by a journal if it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from adapters.in_memory.conversations import InMemoryConversations, InMemoryDeliveries
from adapters.in_memory.outbox import InMemoryOutbox, InMemorySubscriptions
from adapters.in_memory.records import (
    InMemoryFeedback,
    InMemoryGaps,
    InMemoryPosts,
    InMemoryQuestions,
    InMemoryRecommendations,
    InMemoryShownReplies,
)
from adapters.in_memory.rows import Journal, Rows
from bot.domain.messages import Place
from bot.domain.outbox import without_person
from bot.domain.records import DeletionCounts, Person


class InMemoryUnitOfWork:
    def __init__(self, journal: Journal) -> None:
        self.conversations = InMemoryConversations(Rows(journal))
        self.deliveries = InMemoryDeliveries(Rows(journal))
        self.recommendations = InMemoryRecommendations(Rows(journal))
        self.posts = InMemoryPosts(Rows(journal))
        self.feedback = InMemoryFeedback(Rows(journal))
        self.shown_replies = InMemoryShownReplies(Rows(journal))
        self.gaps = InMemoryGaps(Rows(journal))
        self.questions = InMemoryQuestions(Rows(journal))
        self.subscriptions = InMemorySubscriptions(Rows(journal))
        self.outbox = InMemoryOutbox(Rows(journal))

    async def forget(self, person: Person) -> DeletionCounts:
        def is_them(place: Place, id: str) -> bool:
            return bool(id) and Person(place.surface, place.tenant, id) == person

        conversations, deliveries = self.conversations.rows, self.deliveries.rows
        posts, subscriptions = self.posts.rows, self.subscriptions.rows
        for id, waiting in list(self.outbox.rows.items()):
            if person.id and waiting.is_open_in(person.surface, person.tenant):
                left = without_person(waiting.item, person.id, tried=waiting.unsure)
                if left is None:
                    del self.outbox.rows[id]
                elif left != waiting.item:
                    self.outbox.rows[id] = replace(waiting, item=left)
        shown = self.shown_replies.rows
        shown.drop([key for key, one in shown.items() if is_them(one.place, one.person)])
        theirs = [post for post in posts.values() if is_them(post.place, post.person)]
        asked = await self.questions.of(person)
        subscribed = [one for one in subscriptions.values() if is_them(one.place, one.person)]
        for post in theirs:
            posts[post.id] = replace(post, person="", asked_in=None, post=replace(post.post, shared_by="", note=""))
        for subscription in subscribed:
            subscriptions[subscription.place] = replace(subscription, person="")
        for question in asked:
            nowhere = Place(question.place.surface, question.place.tenant)
            self.questions.rows[question.id] = replace(
                question, person="", question="", place=nowhere, state="answered"
            )
        return DeletionCounts(
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
        rows_to_delete: list[tuple[Rows[Any], list[Any]]] = [
            (self.conversations.rows, [key for key in self.conversations.rows if of_tenant(key[0])]),
            (self.deliveries.rows, [key for key in self.deliveries.rows if key[:2] == (surface, tenant)]),
            (self.recommendations.rows, [id for id, row in self.recommendations.rows.items() if of_tenant(row[0])]),
            (self.posts.rows, [id for id, post in self.posts.rows.items() if of_tenant(post.place)]),
            (self.feedback.rows, [key for key in self.feedback.rows if of_tenant(key[0])]),
            (self.questions.rows, [id for id, one in self.questions.rows.items() if of_tenant(one.place)]),
            (self.subscriptions.rows, [place for place in self.subscriptions.rows if of_tenant(place)]),
            (self.outbox.rows, [id for id, one in self.outbox.rows.items() if of_tenant(one.item.place)]),
            (self.shown_replies.rows, [key for key in self.shown_replies.rows if of_tenant(key[0])]),
        ]
        return sum(rows.drop(keys) for rows, keys in rows_to_delete)

    async def delete_channel(self, surface: str, tenant: str, channel: str) -> int:
        def is_there(place: Place) -> bool:
            return bool(channel) and (place.surface, place.tenant, place.channel) == (surface, tenant, channel)

        rows_to_delete: list[tuple[Rows[Any], list[Any]]] = [
            (self.conversations.rows, [key for key in self.conversations.rows if is_there(key[0])]),
            (self.posts.rows, [id for id, post in self.posts.rows.items() if is_there(post.place)]),
            (self.questions.rows, [id for id, one in self.questions.rows.items() if is_there(one.place)]),
            (self.subscriptions.rows, [place for place in self.subscriptions.rows if is_there(place)]),
            (self.outbox.rows, [id for id, one in self.outbox.rows.items() if is_there(one.item.place)]),
            (self.shown_replies.rows, [key for key in self.shown_replies.rows if is_there(key[0])]),
        ]
        return sum(rows.drop(keys) for rows, keys in rows_to_delete)


class InMemoryStore:
    """Nothing outlives the process."""

    def __init__(self) -> None:
        self._journal: Journal = []
        self._unit = InMemoryUnitOfWork(self._journal)
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[InMemoryUnitOfWork]:
        async with self._lock:
            try:
                yield self._unit
            except BaseException:
                for rows, key, before in reversed(self._journal):
                    rows.put_back(key, before)
                raise
            finally:
                self._journal.clear()

    async def scrub(self) -> None:
        """Does nothing: there are no files."""
