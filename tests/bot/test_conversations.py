"""Every conversation of the suite, with the session itself."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.domain.messages import Choice, Message, Place, Reply
from bot.service.ports import StoreUnavailable, UnitOfWork
from bot.service.session import Session
from tests.conversation_suite import Conversation, Seen, conversations, run

CHANNEL = Place("here", "T1", "C1")
EXPERTS = Place("here", "T1", "C9")


class FailingOnce:
    """A store that fails the next turn, its retry included, where it is told to."""

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store
        self.failures = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("told to")
        async with self._store.transaction() as unit:
            yield unit


class SessionSurface:
    """Talks to a session: everything that a way in can offer."""

    offers = frozenset(
        {"people", "threads", "clock", "redelivery", "outage", "posting", "experts", "forms", "pressed-again"}
    )

    def __init__(self, advisor: Advisor) -> None:
        self.store = FailingOnce(InMemoryStore())
        self._now = 1_000_000.0
        self._session = Session(advisor, self.store, clock=lambda: self._now)
        self._numbers = itertools.count()
        self._last = Message()
        self._shown: dict[tuple[str, str], Reply] = {}

    async def say(self, text: str, who: str, thread: str) -> Seen:
        return await self._send(Message(text=text), who, thread)

    async def press(self, label: str, who: str, thread: str) -> Seen:
        reply = self._shown[who, thread]
        command = next((choice.command for choice in choices(reply) if choice.label == label), None)
        assert command, f"no button {label!r} among {[choice.label for choice in choices(reply)]}"
        return await self._send(Message(command=command), who, thread)

    async def fill(self, values: Mapping[str, Sequence[str]], who: str, thread: str) -> Seen:
        form = self._shown[who, thread].form
        assert form, "no form was shown"
        fields = tuple((name, tuple(given)) for name, given in values.items())
        return await self._send(Message(command=form.command, fields=fields), who, thread)

    async def wait(self, seconds: float) -> None:
        self._now += seconds

    async def again(self) -> Seen:
        return self._seen(await self._session.respond(self._last))

    async def outage(self) -> None:
        self.store.failures = 2

    async def _send(self, message: Message, who: str, thread: str) -> Seen:
        self._now += 1
        self._last = replace(
            message, place=replace(CHANNEL, thread=thread), person=who, at=self._now, can_post=True, experts=EXPERTS,
            delivery=str(next(self._numbers)),
        )  # fmt: skip
        reply = await self._session.respond(self._last)
        self._shown[who, thread] = reply
        return self._seen(reply)

    def _seen(self, reply: Reply) -> Seen:
        return Seen(reply.text, tuple(choice.label for choice in choices(reply)), reply)


def choices(reply: Reply) -> tuple[Choice, ...]:
    return (*reply.choices, *reply.tools)


@pytest.mark.parametrize("conversation", conversations(SessionSurface.offers), ids=str)
async def test_a_conversation_goes_as_written(conversation: Conversation, advisor: Advisor) -> None:
    await run(conversation, SessionSurface(advisor), advisor.knowledge)
