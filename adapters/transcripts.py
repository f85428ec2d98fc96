"""What was said on the page: a browser can't be asked for it, so that a page drawn again has to be told.

Kept by `adapters.database` in the same transactions as everything else, and used by `adapters.web`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from adapters.ended_sessions import EndedSessions
from bot.domain.messages import Reply
from bot.service import ports as store

MOST = 30  # exchanges of one person: the latest


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing a person said, or the button they pressed, and what the advisor replied."""

    id: str
    said: str
    reply: Reply
    at: float  # seconds since 1970


class Transcripts(Protocol):
    async def keep(self, person: str, exchange: Exchange, *, since: float) -> None:
        """In place of one with the same id. What is older than `since`, of anybody, is dropped, and of this person what
        is older than the latest `MOST`."""
        ...

    async def of(self, person: str, *, since: float) -> Sequence[Exchange]:
        """The exchanges of a person, oldest first."""
        ...

    async def one(self, person: str, id: str) -> Exchange | None: ...

    async def clear(self, person: str) -> None: ...

    async def prune(self, before: float) -> int:
        """Drop what is older, of anybody. Returns how many exchanges that were."""
        ...


class UnitOfWork(store.UnitOfWork, Protocol):
    """One transaction on everything that is remembered, what the page needs included."""

    @property
    def transcripts(self) -> Transcripts: ...

    @property
    def ended_sessions(self) -> EndedSessions: ...


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
