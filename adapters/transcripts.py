"""Port: transcripts of the web page, from which a reloaded page is rendered, and the replies that are shared by a link.

Implemented by `adapters.database` in the same transactions as everything else, used by `adapters.web`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from adapters.ended_sessions import EndedSessions
from adapters.evaluations import Evaluations
from bot.domain.messages import Reply
from bot.service import ports as store

SHOWN = 30  # exchanges of one person, the latest
MOST_EXCHANGES = SHOWN + 1  # that are stored: one more tells that older ones are not shown
MOST_SHARED = 30  # links of one person, the latest


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person typed, or the label of the button they pressed, and the reply."""

    id: str
    said: str
    reply: Reply
    at: float  # seconds since 1970


class Transcripts(Protocol):
    async def save(self, person: str, exchange: Exchange, *, since: float) -> None:
        """Insert or replace by id. Deletes everybody's exchanges before `since`, and all but the person's latest
        `MOST_EXCHANGES`."""
        ...

    async def of(self, person: str, *, since: float) -> Sequence[Exchange]:
        """The person's exchanges from `since` on, oldest first."""
        ...

    async def one(self, person: str, id: str) -> Exchange | None: ...

    async def clear(self, person: str) -> None: ...

    async def prune(self, before: float) -> int:
        """Delete everybody's exchanges before a time. Returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class SharedReply:
    """A reply that its owner shares. `link`: the part of its address that nobody can guess."""

    link: str
    person: str
    exchange: str  # the id of the exchange that it stood in
    reply: Reply
    at: float  # when it was shared, in seconds since 1970


class SharedReplies(Protocol):
    async def share(self, shared: SharedReply) -> None:
        """Insert. Deletes all but the person's latest `MOST_SHARED`."""
        ...

    async def of(self, person: str, exchange: str) -> SharedReply | None:
        """What the person shares of an exchange."""
        ...

    async def behind(self, link: str) -> SharedReply | None: ...

    async def end(self, person: str, link: str) -> None:
        """Delete it, if it is the person's."""
        ...

    async def hand_over(self, person: str, to: str) -> None:
        """Make the person's links those of `to`."""
        ...

    async def prune(self, before: float) -> int:
        """Delete everybody's that were shared before a time. Returns how many."""
        ...


class UnitOfWork(store.UnitOfWork, Protocol):
    """`bot.service.ports.UnitOfWork` with what the web page stores."""

    @property
    def transcripts(self) -> Transcripts: ...

    @property
    def shared_replies(self) -> SharedReplies: ...

    @property
    def ended_sessions(self) -> EndedSessions: ...

    @property
    def evaluations(self) -> Evaluations: ...


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
